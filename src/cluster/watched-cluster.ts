import { claimsApi } from './claims-api.ts';
import type { WatchedCluster } from './cluster.ts';
import { type ApiConnection, usualWatchTiming } from '../kube/index.ts';
import { kubeletPods } from './kubelet-pods.ts';
import { kubernetesCluster } from './kubernetes.ts';
import { watchNads } from './nad-watch.ts';
import type { LongConnection } from './connect.ts';
import { apiPermissions, cachedPermissions } from './permissions.ts';
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
  const { nads, state, run } = watchNads(api, timing);
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
        cluster.patchNetworkStatus(pod, text, state().problem === undefined ? signal : withTimeout(tryMs, signal)),
      publishNetworks: (pod, networks, signal) =>
        cluster.publishNetworks?.(pod, networks, state().problem === undefined ? signal : withTimeout(tryMs, signal)) ??
        Promise.resolve('pod-is-gone'),
      claims: claimsApi(api, withReadTimeout),
      permissions: cachedPermissions(apiPermissions(api, withReadTimeout)),
      ...(kubelet !== undefined && { getPodOfKubelet: kubelet.byUid }),
    },
    run,
    state,
    nads,
    ...(podsOf !== undefined && { pods: podWatch(api, podsOf, timing) }),
  };
}
