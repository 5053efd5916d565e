// The NPWG de-facto standard and nothing else: network selections, NetworkAttachmentDefinitions, network-status. Pure.
export {
  canonicalMac,
  type IpAddress,
  ipNumber,
  isInSubnet,
  isPciAddress,
  parseCidr,
  parseIp,
  plainAddress,
} from './addresses.ts';
export { parseDefaultNetwork } from './default-network.ts';
export {
  allowedCniArgsKey,
  configMirrorKey,
  configSourceKey,
  debugKey,
  defaultNetworkKey,
  defaultNetworksKey,
  deviceContainerKey,
  forceDeleteKey,
  injectedResourcesKey,
  inSyncCondition,
  nadAnnotationKeys,
  nadGroup,
  nadKind,
  nadPlural,
  nadVersion,
  networksKey,
  networkStatusKey,
  nodeSelectorKey,
  requireUseKey,
  resourceNameKey,
} from './keys.ts';
export { type DeviceSource, deviceSourceOf, requestsOfSources, sourceKey } from './device-source.ts';
export { withNetwork, withoutInterface } from './edit-networks.ts';
export {
  attachmentInfoFile,
  deviceInfoCapability,
  devicePluginInfoFile,
  parseDeviceInfo,
  defaultDeviceInfoDir,
} from './device-info.ts';
export type { ClaimedDevice, DeviceRequests, PodDevice, PodDevices } from './pod-device.ts';
export {
  configWeight,
  maxConfigLength,
  maxNetworksWeight,
  type Nad,
  nadConfiguration,
  nadKey,
  type NadRef,
  parseNad,
} from './nad.ts';
export type { InterfaceSelector, NodeInterfaces, NodeLink } from './node-interfaces.ts';
export {
  type AttachedNetwork,
  formatStatus,
  isDefaultDestination,
  type NetworkStatus,
  parseStatus,
  statusOf,
  type StatusOptions,
} from './network-status.ts';
export {
  assertPodRef,
  isStaticPod,
  type Labels,
  podKey,
  type PodMetadata,
  type PodRef,
  type PodSummary,
  type PodWarning,
  readAnnotations,
  wantsDebug,
} from './pod.ts';
export { assertReadable, isJsonForm, maxNetworksEver, parseSelections } from './parse-selections.ts';
export {
  deviceIdCapability,
  nameFields,
  type RequestField,
  requestFields,
  type RequestName,
  requestNames,
  type SelectionField,
  selectionFields,
} from './selection-fields.ts';
export { orAbsent } from './selection-schemas.ts';
export { macProblem } from './selection-values.ts';
export type { Bandwidth, NetworkSelection, PortMapping, RequestedNetwork, Selections } from './selection.ts';
