import { cniCode } from '../cni-code.ts';
import { define } from '../plexus-error.ts';

// Failures that concern the devices of a pod.

export const resourceNotRequested = define(
  'PLX-RESOURCE-NOT-REQUESTED',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Add the resource to resources.limits of a container of the pod, or let an admission webhook inject it. To attach the network without a device, set missingDevice: ignore.',
  },
  (c: { network: string; resource: string; pod: string }) =>
    `network ${c.network} requires a device of resource ${c.resource}, but pod ${c.pod} does not request that resource`,
);
export const deviceMissing = define(
  'PLX-DEVICE-MISSING',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Request one device for each such network of the pod: in resources.limits of a container (kubelet does not report devices of ordinary init containers), or in the ResourceClaim. To attach the network without a device, set missingDevice: ignore.',
  },
  (c: { network: string; of: string; has: string }) =>
    `network ${c.network} requires a device of ${c.of}, but ${c.has}`,
);
export const spareDeviceMissing = define(
  'PLX-SPARE-DEVICE-MISSING',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Request one more device in the pod template and recreate the pod. Only devices that a pod got when it started, and that none of its networks uses, can be used by a network that is added later.',
  },
  (c: { network: string; of: string }) =>
    `network ${c.network} requires a device of ${c.of}, but the running pod has none left, and devices are allocated only when a pod starts`,
);
export const deviceGone = define(
  'PLX-DEVICE-GONE',
  {
    code: cniCode.attachment,
    retry: 'later',
    fix: 'Check the node’s hardware and driver (dmesg, number of virtual functions), restart the device plugin, then delete the pod: a pod keeps its allocated devices until it is deleted.',
  },
  (c: { network: string; device: string }) =>
    `device ${c.device} of network ${c.network} is allocated to the pod but is no longer present on this node`,
);
export const deviceInfoInvalid = define(
  'PLX-DEVICE-INFO-INVALID',
  {
    code: cniCode.decoding,
    retry: 'never',
    fix: 'Report this to the vendor of the plugin or device plugin that wrote the file. Plexus attaches the pod without device-info.',
  },
  (c: { file: string; problem: string }) => `device information file ${c.file} is invalid: ${c.problem}`,
);
export const kubeletUnavailable = define(
  'PLX-KUBELET-UNAVAILABLE',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Check that kubelet runs and that the folder of this socket (not only the socket) is mounted into the daemon’s pod. If kubelet has another --root-dir, set paths.kubeletDir of the chart (or patch the mounts); in direct mode, set kubeletDir.',
  },
  (c: { source: string; problem: string }) =>
    `cannot read the devices of the pod from kubelet at ${c.source}: ${c.problem}`,
);
export const kubeletCheckpointDamaged = define(
  'PLX-KUBELET-CHECKPOINT-DAMAGED',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Mount kubelet’s folder pod-resources into the daemon’s pod, so that Plexus queries kubelet directly and does not need this file.',
  },
  (c: { file: string; problem: string }) => `kubelet’s checkpoint ${c.file} cannot be read: ${c.problem}`,
);
