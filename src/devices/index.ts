// Which devices a pod was given, and what is known of them. Knows no plan and no plugin.
export { type DeviceInfoFiles, deviceInfoFiles } from './device-info-files.ts';
export { type Devices, devicesFor } from './devices.ts';
export { kubeletDevices } from './kubelet.ts';
export type { KubeletDevices } from './merged-devices.ts';
