import { nadGroup, nadPlural, nadVersion } from '../npwg/index.ts';
import type { PlexusError } from '../errors/index.ts';
import { claimsApi } from './claims-api.ts';
import type { WatchedCluster } from './cluster.ts';
import { type ApiConnection, reflect, usualWatchTiming } from '../kube/index.ts';
import { kubeletPods } from './kubelet-pods.ts';
import { kubernetesCluster } from './kubernetes.ts';
import { createNadCache, nadShape } from './nad-cache.ts';
import type { LongConnection } from './connect.ts';
import { podWatch } from './pod-watch.ts';

// The runtime retries, so a call that waits longer for the API server would only delay that.
const readMs = 10_000;
// No call waits for a list.
const listMs = 60_000;
// While the watch is lost, the API server is probably unavailable, so a write that can happen later gets one short
// attempt.
const tryMs = 500;
const withTimeout = (ms: number, signal: AbortSignal): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(ms)]);
const withReadTimeout = (signal: AbortSignal): AbortSignal => withTimeout(readMs, signal);

/**
 * A Cluster that serves NetworkAttachmentDefinitions from a watch, so that an ADD need not request them. While the API
 * server is unavailable, it serves the last known objects. An object that the watch has not delivered yet, or that did
 * not fit into the cache, is read with one GET.
 */
export function watchedCluster(
  api: ApiConnection,
  { kubeletSocket, podsOf, timing = usualWatchTiming }: LongConnection,
): WatchedCluster {
  const cluster = kubernetesCluster(api);
  const nads = createNadCache();
  let state: { synced: boolean; complete: boolean; problem?: string } = { synced: false, complete: false };
  const onSynced = (): void => {
    if (!state.synced) api.report({ kind: 'watch-state', resource: nadPlural, state: 'synced' });
    state = { synced: true, complete: true };
  };
  const onLost = (error: PlexusError): void => {
    if (state.synced || state.problem === undefined)
      api.report({ kind: 'watch-state', resource: nadPlural, state: 'lost', error });
    state = { synced: false, complete: state.complete, problem: error.message };
  };
  const kubelet = kubeletSocket === undefined ? undefined : kubeletPods(kubeletSocket);
  return {
    cluster: {
      ...cluster,
      getPod: (ref, signal) => cluster.getPod(ref, withReadTimeout(signal)),
      getPodState: (ref, signal) => cluster.getPodState(ref, withReadTimeout(signal)),
      listPodsOf: (node, keep, signal) => cluster.listPodsOf(node, keep, withTimeout(listMs, signal)),
      listPodStatesOf: (node, keep, signal) => cluster.listPodStatesOf(node, keep, withTimeout(listMs, signal)),
      getNad: async (ref, signal) => nads.get(ref) ?? (await cluster.getNad(ref, withReadTimeout(signal))),
      patchNetworkStatus: (pod, text, signal) =>
        cluster.patchNetworkStatus(pod, text, state.problem === undefined ? signal : withTimeout(tryMs, signal)),
      publishNetworks: (pod, networks, signal) =>
        cluster.publishNetworks?.(pod, networks, state.problem === undefined ? signal : withTimeout(tryMs, signal)) ??
        Promise.resolve('pod-is-gone'),
      claims: claimsApi(api, withReadTimeout),
      ...(kubelet !== undefined && { getPodOfKubelet: kubelet.byUid }),
    },
    run: (signal) =>
      reflect(
        {
          path: `/apis/${nadGroup}/${nadVersion}/${nadPlural}`,
          resource: nadPlural,
          api,
          sink: nads,
          shape: nadShape,
          timing,
          onSynced,
          onLost,
        },
        signal,
      ),
    state: () => ({ ...state, objects: nads.size(), leftOut: nads.leftOut() }),
    nads,
    ...(podsOf !== undefined && { pods: podWatch(api, podsOf, timing) }),
  };
}
