// Which devices a pod was given, and what is known of them. Knows nothing of plans.
export { type Devices, devicesFor } from './devices.ts';
export { type DeviceInfoFiles, deviceInfoFiles } from './device-info-files.ts';
