// Installs Plexus on a node, keeps it installed, and uninstalls it. Knows no pod and no Kubernetes.
export {
  conflistText,
  type ConflistOptions,
  type DefaultNetwork,
  defaultSocket,
  type Owner,
  ownerOf,
} from './conflist.ts';
export { decideDefault, type DefaultDecision } from './default-conf.ts';
export { keepConfiguration } from './keep-first.ts';
export { type KeepOptions, type KeepTiming } from './keeper.ts';
export { installHostFile } from './host-file.ts';
export { installShim, installStandIn, shimName, standInName } from './shim-file.ts';
export { entriesOf } from './conf-folder.ts';
export { elfProblem } from './elf.ts';
export { holdsText } from './same-content.ts';
export { byBytes, type ConfEntry, isOwnName } from './standing.ts';
export { findFolders, type FoundFolders, type RuntimeFolders } from './find-folders.ts';
export { inRoot } from './in-root.ts';
export { isInSight } from './in-sight.ts';
export { withNodePaths } from './multus-conf.ts';
export { type NodeFolders, allNodeFolders, nodeFolders } from './node-folders.ts';
export { uninstall, type UninstallOptions } from './uninstall.ts';
