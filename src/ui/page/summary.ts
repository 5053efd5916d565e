import type { ProblemSeverity } from '../../view/index.ts';
import type { PagePod, PageProblem } from '../page-state.ts';
import { type Content, worstOf } from './content.ts';

/** How many pods are in a state, and how bad it is. */
export interface StateCount {
  readonly state: PagePod['status']['state'];
  readonly pods: number;
  readonly severity: ProblemSeverity | undefined;
}
export interface NodeSummary {
  readonly name: string;
  readonly pods: number;
  /** Pods with a problem. */
  readonly troubled: number;
  readonly severity: ProblemSeverity | undefined;
}
export interface Failure {
  readonly key: string;
  readonly pod: PagePod;
}
export interface Summary {
  readonly errors: number;
  readonly warnings: number;
  /** The largest first. */
  readonly states: readonly StateCount[];
  /** Those with most troubled pods first. */
  readonly nodes: readonly NodeSummary[];
  /** Pods that are not attached as requested, the newest failure first. */
  readonly failures: readonly Failure[];
  readonly problems: readonly PageProblem[];
}

/** The cluster in a few numbers. */
export function clusterSummary({ pods, problems, problemsOfPod }: Content): Summary {
  const states = new Map<string, StateCount>();
  const nodes = new Map<string, NodeSummary>();
  const failures: Failure[] = [];
  for (const [key, pod] of pods) {
    const severity = worstOf(problemsOfPod.get(key));
    const { state } = pod.status;
    const known = states.get(state);
    states.set(state, { state, pods: (known?.pods ?? 0) + 1, severity: worse(known?.severity, severity) });
    if (severity === 'error') failures.push({ key, pod });
    if (pod.node !== undefined) nodes.set(pod.node, counted(nodes.get(pod.node), pod.node, severity));
  }
  const all = [...problems.values()];
  return {
    errors: all.filter(({ severity }) => severity === 'error').length,
    warnings: all.filter(({ severity }) => severity === 'warning').length,
    states: [...states.values()].toSorted((a, b) => b.pods - a.pods),
    nodes: [...nodes.values()].toSorted((a, b) => b.troubled - a.troubled || (a.name < b.name ? -1 : 1)),
    failures: failures.toSorted((a, b) => timeOf(b) - timeOf(a)),
    problems: all,
  };
}

const counted = (
  before: NodeSummary | undefined,
  name: string,
  severity: ProblemSeverity | undefined,
): NodeSummary => ({
  name,
  pods: (before?.pods ?? 0) + 1,
  troubled: (before?.troubled ?? 0) + (severity === undefined ? 0 : 1),
  severity: worse(before?.severity, severity),
});

const worse = (one: ProblemSeverity | undefined, other: ProblemSeverity | undefined): ProblemSeverity | undefined =>
  one === 'error' || other === 'error' ? 'error' : (one ?? other);

const timeOf = ({ pod }: Failure): number => Date.parse(pod.status.since ?? pod.createdAt ?? '') || 0;
