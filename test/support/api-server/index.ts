/**
 * An API server for tests and the demo: in memory, in this process, with the part of the real protocol that Plexus,
 * kubectl and the JavaScript client use. It has no kubelet, no scheduler and no controllers: pods stay Pending, and
 * deleted objects are gone at once.
 */
export { type Fault, type FaultHandle, type FaultLimit, type Faults, type WatchFailure } from './faults.ts';
export { makeCertificates } from './certificates.ts';
export { kubeconfigText } from './kubeconfig.ts';
export { type JsonObject, type KubeObject, type ObjectMeta } from './json.ts';
export { type RequestInfo, type Verb } from './request-info.ts';
export { type LoggedRequest } from './request-log.ts';
export { nadCrdFile } from './seed.ts';
export { type ApiServer, type ApiServerOptions, type ClusterAccess, startApiServer } from './server.ts';
