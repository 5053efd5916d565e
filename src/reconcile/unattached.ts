import type { Cluster } from '../cluster/index.ts';
import type { Journal, UnattachedPod } from '../journal/index.ts';
import { type PodMetadata, networkStatusKey, networksKey, podKey } from '../npwg/index.ts';

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
 * The running pods of this node that ask for networks and whose sandbox neither Plexus nor another meta-plugin has attached:
 * they were found so in two rounds in a row, because a sandbox that is being replaced has no record for a moment.
 */
export function unattachedSweep(): (deps: SweepDeps, signal: AbortSignal) => Promise<Sweep> {
  let suspects = new Set<string>();
  return async (deps, signal) => {
    const { records } = await deps.journal.list();
    const known = new Set(records.flatMap(({ pod }) => (pod === undefined ? [] : [pod.uid ?? '', podKey(pod)])));
    const pods = await deps.cluster.listPodsOf(deps.node, signal);
    const asking = pods.filter((pod) => asksForNetworks(pod) && !isAttached(pod) && !known.has(pod.uid ?? podKey(pod)) && !isStaticOf(pod, known));
    const found: UnattachedPod[] = [];
    const next = new Set<string>();
    for (const pod of asking) {
      const startTime = await runningSince(pod, deps.cluster, signal);
      if (startTime === undefined) continue;
      next.add(nameOf(pod));
      if (suspects.has(nameOf(pod))) found.push({ ...identityOf(pod), networks: pod.annotations[networksKey] ?? '', why: likelyWhy(startTime, deps) });
    }
    suspects = next;
    return { found, suspects: next.size - found.length };
  };
}

const nameOf = (pod: PodMetadata): string => `${podKey(pod)} ${pod.uid ?? ''}`;
const identityOf = ({ namespace, name, uid }: PodMetadata) => ({ namespace, name, ...(uid !== undefined && { uid }) });
const asksForNetworks = ({ annotations }: PodMetadata): boolean => !['', '[]'].includes((annotations[networksKey] ?? '').trim());
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

/** Its start, in ISO 8601 ('' when nobody says); undefined when it is not (any more) a running pod with a sandbox of its own network. */
async function runningSince(pod: PodMetadata, cluster: Cluster, signal: AbortSignal): Promise<string | undefined> {
  const state = await cluster.getPodState(pod, signal);
  const isIt = state !== undefined && state.metadata.uid === pod.uid && state.phase === 'Running' && !state.hostNetwork && !state.deleting;
  return isIt ? (state.startTime ?? '') : undefined;
}

function likelyWhy(startTime: string, { installedAt }: SweepDeps): string {
  const started = Date.parse(startTime);
  return installedAt !== undefined && started < installedAt
    ? 'it was started before Plexus came to this node'
    : 'another CNI configuration was in use on this node when it was started, or the journal of Plexus was removed';
}
