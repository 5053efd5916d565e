import type { Cluster, PodState } from '../cluster/index.ts';
import { clip } from '../errors/index.ts';
import type { Journal, UnattachedPod } from '../journal/index.ts';
import {
  type PodMetadata,
  type PodRef,
  configMirrorKey,
  networkStatusKey,
  networksKey,
  podKey,
} from '../npwg/index.ts';

/** The dependencies of the sweep. */
export interface SweepDeps {
  readonly cluster: Cluster;
  readonly journal: Journal;
  readonly node: string;
  /** When Plexus was installed on this node, in milliseconds since 1970; undefined if unknown. */
  readonly installedAt: number | undefined;
}

export interface Sweep {
  readonly found: readonly UnattachedPod[];
  /** Pods that were found unattached for the first time. */
  readonly suspects: number;
}

/**
 * Finds the running pods of this node that request networks and that neither Plexus nor another meta-plugin has
 * attached. A pod counts after two consecutive rounds, because a sandbox that is being replaced briefly has no record.
 * A round lists the metadata of pods once, and a second time only if it found such pods. It keeps nothing of other
 * pods.
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
// For a static pod, the runtime passes the UID of its manifest file.
const isStaticOf = (pod: PodMetadata, known: ReadonlySet<string>): boolean =>
  pod.annotations[configMirrorKey] !== undefined && known.has(podKey(pod));

/** Whether its network-status contains more than the default network: another meta-plugin attached it earlier. */
function isAttached({ annotations }: PodMetadata): boolean {
  try {
    const status: unknown = JSON.parse(annotations[networkStatusKey] ?? '[]');
    return Array.isArray(status) && status.length > 1;
  } catch {
    return false; // not a list
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
