// Runs a network configuration on a Host, as libcni does in Go. Knows no pod, no Kubernetes, no journal.
export { addList, firstAddRun } from './add-list.ts';
export { checkList, type JudgeCheck } from './check-list.ts';
export { isConfigurationName, readConfPath, readConfWithin } from './conf-dir.ts';
export { type DelegateCall, type NetworkCall, type RuntimeDeps } from './delegate.ts';
export { delList, delRuns } from './del-list.ts';
export { gcList } from './gc-list.ts';
export { ipamTypeOf, releaseAddresses } from './release-addresses.ts';
export { statusList } from './status-list.ts';
