// Which devices a pod was given. Knows no plan and no plugin.
export { kubeletDevices, type KubeletDevicesOptions, type KubeletDevicesSource } from './kubelet.ts';
export type { KubeletDevices, PreparedDevice } from './merged-devices.ts';
