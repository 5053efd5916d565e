import { readSummary } from '../errors/index.ts';
import { type PodWarning, podKey } from '../npwg/index.ts';
import type { RecordedOperation } from '../report/index.ts';

/** Why the runtime could not start a pod's sandbox. */
export interface PodFailure {
  /** namespace/name. */
  readonly pod: string;
  readonly uid?: string;
  /** Identifier of the error; absent if it is not an error of Plexus. */
  readonly id?: string;
  readonly sentence: string;
  readonly fix?: string;
  /** Time of the first known failure, ISO 8601. */
  readonly since?: string;
  /** Time of the newest failure. */
  readonly last?: string;
  /** Number of known failures. */
  readonly times: number;
}

// Kubelet's own Event also covers failures that Plexus cannot report, such as a daemon that does not run.
const kubeletReason = 'FailedCreatePodSandBox';
const reasons: readonly string[] = ['AttachmentFailed', 'NoNetworkFound', kubeletReason];

/** Finds the failures of each pod in its Events. The newest Event states the reason. */
export function failuresOf(warnings: readonly PodWarning[]): readonly PodFailure[] {
  const relevant = warnings.filter(({ reason }) => reasons.includes(reason));
  return [...Map.groupBy(relevant, (each) => `${podKey(each)} ${each.uid ?? ''}`).values()].flatMap((events) => {
    const newest = events.toSorted((a, b) => compare(lastOf(b), lastOf(a)) || rank(a) - rank(b))[0];
    if (newest === undefined) return [];
    const since = earliest(events.flatMap(({ firstAt }) => firstAt ?? []));
    const count = (isKubelet: boolean): number =>
      events
        .filter(({ reason }) => (reason === kubeletReason) === isKubelet)
        .reduce((sum, each) => sum + each.count, 0);
    return [
      {
        pod: podKey(newest),
        ...(newest.uid !== undefined && { uid: newest.uid }),
        ...reasonIn(newest.message),
        ...(since !== undefined && { since }),
        ...(newest.lastAt !== undefined && { last: newest.lastAt }),
        times: Math.max(count(true), count(false)), // Both count the same failures.
      },
    ];
  });
}

// All times are ISO 8601 in UTC.
const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
const lastOf = ({ lastAt = '' }: PodWarning): string => lastAt;
// An Event of Plexus is complete; kubelet's contains its message among others.
const rank = ({ reason }: PodWarning): number => (reason === kubeletReason ? 1 : 0);
const earliest = (times: readonly string[]): string | undefined => times.toSorted(compare)[0];

function reasonIn(message: string): Pick<PodFailure, 'id' | 'sentence' | 'fix'> {
  const known = readSummary(message);
  if (known !== undefined) return known;
  // Another plugin's error, or one of the runtime: leave out what kubelet and the runtime put in front.
  const [, short = message] = /failed to setup network for sandbox "[^"]*": ([\s\S]*)/.exec(message) ?? [];
  return { sentence: short };
}

/**
 * Finds the failure of a pod in the daemon's recent operations, newest last: its failed ADDs since the last successful
 * one. Undefined if the newest ADD has not failed.
 */
export function failureOfOperations(pod: string, operations: readonly RecordedOperation[]): PodFailure | undefined {
  const adds = operations.filter(({ command, outcome }) => command === 'ADD' && outcome !== 'running');
  const failed = adds.slice(adds.findLastIndex(({ outcome }) => outcome === 'success') + 1);
  const [first, newest] = [failed[0], failed.at(-1)];
  if (first === undefined || newest?.error === undefined) return undefined;
  const { id, message, fix } = newest.error;
  return { pod, id, sentence: message, fix, since: first.startedAt, last: newest.startedAt, times: failed.length };
}
