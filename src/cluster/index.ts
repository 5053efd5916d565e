// Kubernetes, or a folder of manifests in its place. Knows no plan and no plugin.
export { type AnnotatedPod, type NetworksEditor, networksEditor } from './annotate-networks.ts';
export type { AllocatedDevice, ExtendedClaim, PodClaims, ResourceClaim, ResourceSlice } from './claim-objects.ts';
export type { ClaimsApi, DeviceStatusOutcome } from './claims-api.ts';
export {
  type Cluster,
  type EventSubject,
  type PodCondition,
  type PodEvent,
  type PodState,
  subjectKey,
  warningKey,
  type WatchedCluster,
  type WatchState,
} from './cluster.ts';
export {
  connect,
  connectForLong,
  connectForViews,
  readPodFile,
  connectNads,
  type ConnectOptions,
  connectOptionsFor,
} from './connect.ts';
export { kubernetesCluster } from './kubernetes.ts';
export { nadShape } from './nad-cache.ts';
export type { NadWatch } from './nad-watch.ts';
export {
  apiPermissions,
  type ApiUser,
  cachedPermissions,
  type Permissions,
  type PodAccount,
  serviceAccountUser,
  useAttributes,
  type UseVerdict,
} from './permissions.ts';
export type { ClusterViews, Overview, OverviewScope, OverviewState, WatchedOverview } from './overview.ts';
export { type DaemonPod, type NodeAccess, nodeAccess } from './daemon-pods.ts';
export { type DaemonSetFacts, type Installation, readInstallation } from './installation.ts';
export { readStandIn, type StandIn, standInCluster, standInFile, writeStandIn } from './stand-in.ts';
export { networksDigest } from './networks-digest.ts';
export type { OnPodChange, PodWatch, WatchedPod } from './pod-watch.ts';
export { podFromCall, type PodOfCall, readPod, type StatusTarget, statusTarget } from './pod-metadata.ts';
export type { InstalledDaemons } from './daemon-sets.ts';
