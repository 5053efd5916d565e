import type { Check } from './check.ts';
import { apiReachable } from './checks/api-reachable.ts';
import { clock } from './checks/clock.ts';
import { configurationFirst } from './checks/configuration-first.ts';
import { crd } from './checks/crd.ts';
import { daemonAnswers } from './checks/daemon-answers.ts';
import { daemonReady } from './checks/daemon-ready.ts';
import { daemonSet } from './checks/daemon-set.ts';
import { defaultNetwork } from './checks/default-network.ts';
import { deferredDels } from './checks/deferred-calls.ts';
import { directModeTools } from './checks/direct-mode-tools.ts';
import { diskSpace } from './checks/disk-space.ts';
import { hostAgent } from './checks/host-agent.ts';
import { hostInterfaces } from './checks/host-interfaces.ts';
import { images } from './checks/images.ts';
import { journal } from './checks/journal.ts';
import { kubeletSockets } from './checks/kubelet-sockets.ts';
import { lostSandboxes } from './checks/lost-sandboxes.ts';
import { multusDaemonSet } from './checks/multus-daemon-set.ts';
import { nadAuthors } from './checks/nad-authors.ts';
import { nadPlugins } from './checks/nad-plugins.ts';
import { nadsValid } from './checks/nads-valid.ts';
import { nadWatch } from './checks/nad-watch.ts';
import { networkFiles } from './checks/network-files.ts';
import { nodes } from './checks/nodes.ts';
import { otherMetaPlugin } from './checks/other-meta-plugin.ts';
import { overlappingSubnets } from './checks/overlapping-subnets.ts';
import { ownAccess } from './checks/own-access.ts';
import { plugins } from './checks/plugins.ts';
import { podStatus } from './checks/pod-status.ts';
import { rbac } from './checks/rbac.ts';
import { recentEvents } from './checks/recent-events.ts';
import { restarts } from './checks/restarts.ts';
import { runtimeConfiguration } from './checks/runtime-configuration.ts';
import { runtimeFolders } from './checks/runtime-folders.ts';
import { shim } from './checks/shim.ts';
import { podsNotAttached } from './checks/unattached-pods.ts';
import { undone } from './checks/undone.ts';
import { webhook } from './checks/webhook.ts';
import type { ClusterScene } from './cluster-scene.ts';
import type { NodeScene } from './node-scene.ts';

/** The checks of a node, in the order of a call: runtime, its folders, shim, daemon, state. */
export const nodeChecks: readonly Check<NodeScene>[] = [
  runtimeConfiguration,
  runtimeFolders,
  configurationFirst,
  otherMetaPlugin,
  defaultNetwork,
  networkFiles,
  plugins,
  hostInterfaces,
  shim,
  daemonAnswers,
  daemonReady,
  nadWatch,
  hostAgent,
  kubeletSockets,
  directModeTools,
  journal,
  undone,
  lostSandboxes,
  deferredDels,
  podsNotAttached,
  diskSpace,
  clock,
];

/** The checks of a cluster: API server, permissions, DaemonSet, networks, pods. */
export const clusterChecks: readonly Check<ClusterScene>[] = [
  apiReachable,
  ownAccess,
  crd,
  rbac,
  daemonSet,
  nodes,
  images,
  restarts,
  multusDaemonSet,
  nadsValid,
  overlappingSubnets,
  nadPlugins,
  podStatus,
  recentEvents,
  webhook,
  nadAuthors,
];
