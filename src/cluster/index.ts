// Kubernetes, or a folder that stands for it. Knows no plan and no plugin.
export { type Cluster, type EventSubject, type PodEvent, type PodState, subjectKey, warningKey, type WatchedCluster, type WatchState } from './cluster.ts';
export { connect, connectForLong, type ConnectOptions, connectOptionsFor } from './connect.ts';
export { readStandIn, type StandIn, standInCluster, standInFile, writeStandIn } from './stand-in.ts';
export { readPodFile } from './manifests.ts';
export { podFromCall, type PodOfCall, readPod, type StatusTarget, statusTarget } from './pod-metadata.ts';
