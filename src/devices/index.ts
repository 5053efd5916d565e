// The devices of a pod, whoever gave them to it. Knows no plan and no plugin.
export { type DeviceStatus, deviceStatusOf, publishDevices, type ReportedDevice } from './claim-status.ts';
export { type ClaimInputs, type DeviceOfKubelet, devicesOfClaims, type DevicesOfClaims } from './resource-claims.ts';
