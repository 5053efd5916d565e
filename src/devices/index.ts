// Finds the devices that a pod was allocated, from every source, and the links of the node. Knows no plan and no plugin.
export { deviceStatusOf, publishDevices, type ReportedDevice } from './claim-status.ts';
export { type DeviceInfoFiles, deviceInfoFiles } from './device-info-files.ts';
export { type Devices, type Kubelets, devicesFor, rememberedKubelets } from './devices.ts';
export { kubeletDevices } from './kubelet.ts';
export type { KubeletDevices } from './merged-devices.ts';
export { type ClaimInputs, devicesOfClaims } from './resource-claims.ts';
export { type NodeLinks, readNodeLinks } from './node-links.ts';
