import type { Cluster, PodState } from '../cluster/index.ts';
import { clip } from '../errors/index.ts';
import type { Journal, UnattachedPod } from '../journal/index.ts';
import { type PodMetadata, type PodRef, networkStatusKey, networksKey, podKey } from '../npwg/index.ts';

/** What the sweep works with. */
export interface SweepDeps {
  readonly cluster: Cluster;
  readonly journal: Journal;
  readonly node: string;
  /** When Plexus came to this node, in milliseconds since 1970; undefined when nobody knows. */
  readonly installedAt: number | undefined;
}

export interface Sweep {
  readonly found: readonly UnattachedPod[];
  /** Pods that were found so for the first time. */
  readonly suspects: number;
}

/**
 * The running pods of this node that ask for networks and whose sandbox neither Plexus nor another meta-plugin has
 * attached: they were found so in two rounds in a row, because a sandbox that is being replaced has no record for a
 * moment. A round is one list of metadata, and a second list only where that shows such pods; of each pod that is none,
 * nothing is kept.
 */
export function unattachedSweep(): (deps: SweepDeps, signal: AbortSignal) => Promise<Sweep> {
  let suspects = new Set<string>();
  return async (deps, signal) => {
    const { found: names } = await deps.journal.list(({ pod }) => pod && [pod.uid ?? '', podKey(pod)]);
    const known = new Set(names.flat());
    const isCandidate = (pod: PodMetadata): boolean =>
      asksForNetworks(pod) && !isAttached(pod) && !known.has(pod.uid ?? podKey(pod)) && !isStaticOf(pod, known);
    const candidates = new Set(
      await deps.cluster.listPodsOf(deps.node, (pod) => (isCandidate(pod) ? nameOf(pod) : undefined), signal),
    );
    const unattached = (state: PodState): UnattachedPod | undefined =>
      candidates.has(nameOf(state.metadata)) && isCandidate(state.metadata) && runsInOwnNetwork(state)
        ? unattachedPod(state, deps)
        : undefined;
    const running = candidates.size === 0 ? [] : await deps.cluster.listPodStatesOf(deps.node, unattached, signal);
    const found = running.filter((pod) => suspects.has(nameOf(pod)));
    suspects = new Set(running.map(nameOf));
    return { found, suspects: running.length - found.length };
  };
}

const nameOf = (pod: PodRef & { readonly uid?: string }): string => `${podKey(pod)} ${pod.uid ?? ''}`;
const asksForNetworks = ({ annotations }: PodMetadata): boolean =>
  !['', '[]'].includes((annotations[networksKey] ?? '').trim());
// the runtime calls for a static pod with the UID of its file
const isStaticOf = (pod: PodMetadata, known: ReadonlySet<string>): boolean =>
  pod.annotations['kubernetes.io/config.mirror'] !== undefined && known.has(podKey(pod));

/** Whether its network-status shows more than a default network: another meta-plugin attached it, before. */
function isAttached({ annotations }: PodMetadata): boolean {
  try {
    const status: unknown = JSON.parse(annotations[networkStatusKey] ?? '[]');
    return Array.isArray(status) && status.length > 1;
  } catch {
    return false; // what is no list says nothing
  }
}

const runsInOwnNetwork = ({ phase, hostNetwork, deleting }: PodState): boolean =>
  phase === 'Running' && !hostNetwork && !deleting;

const mostShownBytes = 4096;

const unattachedPod = (
  { metadata: { namespace, name, uid, annotations }, startTime = '' }: PodState,
  deps: SweepDeps,
): UnattachedPod => ({
  namespace,
  name,
  ...(uid !== undefined && { uid }),
  networks: clip(annotations[networksKey] ?? '', mostShownBytes),
  why: likelyWhy(startTime, deps),
});

function likelyWhy(startTime: string, { installedAt }: SweepDeps): string {
  const started = Date.parse(startTime);
  return installedAt !== undefined && started < installedAt
    ? 'the pod started before Plexus was installed on this node'
    : 'another CNI configuration was active on this node when the pod started, or the journal of Plexus was removed';
}
