import type { PodFailure } from './pod-failure.ts';
import type { PodState, PodStatus, ProblemKind, ProblemSeverity, TopologyProblem } from './topology-model.ts';

// The states of a pod, and what each kind of problem means for it. The command line, its JSON, the page and the picture
// show the same words, because all of them take them from here.

interface KindFacts {
  /** error: something does not or cannot work; warning: something needs attention. */
  readonly severity: ProblemSeverity;
  /** The state of a pod with this problem; absent if the problem does not change it. */
  readonly state?: PodState;
  /** What to do, in imperative sentences. */
  readonly fix: string;
}

/** Every kind of problem. If a pod has several, the first of this list determines its state. */
export const problemKinds: Readonly<Record<ProblemKind, KindFacts>> = {
  'annotation-invalid': {
    severity: 'error',
    state: 'invalid annotation',
    fix: 'Correct the annotation of the pod, or of the workload that creates it; plexus validate FILE shows the place.',
  },
  'network-missing': {
    severity: 'error',
    state: 'missing network',
    fix: 'Create the NetworkAttachmentDefinition, or correct the name in the annotation; plexus networks -A lists those that exist.',
  },
  'address-in-use': {
    severity: 'error',
    state: 'address in use',
    fix: 'Request another address, or delete the pod that has it.',
  },
  'attach-failing': {
    severity: 'error',
    state: 'failing',
    fix: 'Follow the message; plexus explain PLX-… describes an identifier, and plexus trace pod NAME shows each step.',
  },
  'ip-duplicate': {
    severity: 'error',
    state: 'address in use',
    fix: 'Delete one of the pods so that it gets another address, and let one IPAM range serve all nodes of the network (whereabouts), or one range per node.',
  },
  'mac-duplicate': {
    severity: 'error',
    state: 'address in use',
    fix: 'Remove the MAC address from one of the annotations, and recreate that pod.',
  },
  'attachment-missing': {
    severity: 'error',
    state: 'not attached',
    fix: 'Recreate the pod. If new pods have the same problem, run plexus doctor: another CNI configuration may come first on the node.',
  },
  'host-network': {
    severity: 'warning',
    state: 'host network',
    fix: 'Remove hostNetwork from the pod, or remove the annotation.',
  },
  'status-unreadable': {
    severity: 'error',
    state: 'status unreadable',
    fix: 'Recreate the pod, so that Plexus writes the annotation again.',
  },
  'pod-pending': {
    severity: 'warning',
    state: 'waiting',
    fix: 'Wait. If the pod does not start, read its Events: kubectl describe pod.',
  },
  'network-invalid': {
    severity: 'error',
    fix: 'Correct spec.config of the NetworkAttachmentDefinition; plexus validate --cluster shows the place.',
  },
  'attachment-unasked': { severity: 'warning', fix: 'Recreate the pod if it no longer needs the network.' },
  'ip-overlap': { severity: 'warning', fix: 'Give the networks subnets that do not overlap, or different VLANs.' },
  'ip-per-node': {
    severity: 'warning',
    fix: 'No action needed if the bridges are not connected. Otherwise use an IPAM plugin that knows all nodes (whereabouts).',
  },
};

const order = Object.keys(problemKinds) as readonly ProblemKind[];

interface Judged {
  /** Whether the pod has ended. */
  readonly isOver: boolean;
  readonly deleting: boolean;
  readonly isAttached: boolean;
  readonly problems: readonly TopologyProblem[];
  readonly failure: PodFailure | undefined;
}

/** Determines the state of a pod, with the reason, from its problems. */
export function podStatus({ isOver, deleting, isAttached, problems, failure }: Judged): PodStatus {
  if (isOver) return { state: 'ended' };
  const [worst] = problems
    .filter(({ kind }) => problemKinds[kind].state !== undefined)
    .toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  if (worst === undefined) return { state: isAttached ? 'attached' : deleting ? 'deleting' : 'waiting' };
  const state = problemKinds[worst.kind].state ?? 'attached';
  return { state, why: worst.text, fix: worst.fix, ...historyOf(failure ?? {}), ...historyOf(worst) };
}

const historyOf = ({ id, since, times }: Pick<PodStatus, 'id' | 'since' | 'times'>) => ({
  ...(id !== undefined && { id }),
  ...(since !== undefined && { since }),
  ...(times !== undefined && { times }),
});

/** Whether a pod in this state does not have what it requests, and will not get it without a change. */
export const isBadState = (state: PodState): boolean => badStates.includes(state);

const badStates = Object.values(problemKinds).flatMap(({ severity, state }) =>
  severity === 'error' && state !== undefined ? [state] : [],
);
