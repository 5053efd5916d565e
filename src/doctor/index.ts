// Checks an installation from both ends, a node and the cluster. Changes nothing, and knows no terminal.
export { clusterChecks, nodeChecks } from './all-checks.ts';
export {
  type BoundCheck,
  type Check,
  type DoctorFinding,
  type DoctorSeverity,
  type Seen,
  blinded,
  boundTo,
  unknown,
} from './check.ts';
export { type ClusterMeans, type ClusterScene, clusterScene } from './cluster-scene.ts';
export { type NodeMeans, type NodePlaces, type NodeScene, isNode, nodeScene } from './node-scene.ts';
export { type NodeReport, reportIn } from './node-reports.ts';
export { type CheckDeadlines, runChecks } from './run.ts';
export { type AddressRange, rangeOf, rangesOf } from './subnets.ts';
export { type ComponentVersion, clusterVersions, nodeVersions, versionSkew } from './versions.ts';
