import { cniCode } from '../cni-code.ts';
import { define } from '../plexus-error.ts';

// Failures that concern the devices of a pod.

export const resourceNotRequested = define(
  'PLX-RESOURCE-NOT-REQUESTED',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Add the resource to resources.limits of one of the pod’s containers, or let an admission webhook inject it (missingDevice: ignore attaches without).',
  },
  (c: { network: string; resource: string; pod: string }) =>
    `pod ${c.pod} requests no ${c.resource}, and network ${c.network} needs a device of it`,
);
export const deviceMissing = define(
  'PLX-DEVICE-MISSING',
  {
    code: cniCode.invalidConfiguration,
    retry: 'never',
    fix: 'Request as many devices as the pod has networks of that kind, in resources.limits of a container (kubelet does not report those of ordinary init containers), or in its ResourceClaim; missingDevice: ignore attaches without.',
  },
  (c: { network: string; of: string; has: string }) => `network ${c.network} needs a device of ${c.of}, and ${c.has}`,
);
export const deviceGone = define(
  'PLX-DEVICE-GONE',
  {
    code: cniCode.attachment,
    retry: 'later',
    fix: 'Look at the node’s hardware and driver (dmesg, number of virtual functions), restart the device plugin, and delete the pod: it keeps the devices it was given.',
  },
  (c: { network: string; device: string }) =>
    `device ${c.device} of network ${c.network} was given to the pod and is no longer on this node`,
);
export const deviceInfoInvalid = define(
  'PLX-DEVICE-INFO-INVALID',
  {
    code: cniCode.decoding,
    retry: 'never',
    fix: 'Report it to the maker of the plugin or device plugin that wrote it; the pod is attached without device-info.',
  },
  (c: { file: string; problem: string }) => `device information ${c.file}: ${c.problem}`,
);
export const kubeletUnavailable = define(
  'PLX-KUBELET-UNAVAILABLE',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Check that kubelet runs and that the folder of this socket (not the socket alone) is mounted into the daemon’s pod; where kubelet has another --root-dir, say so: paths.kubeletDir of the chart (or patch the mounts), kubeletDir in direct mode.',
  },
  (c: { source: string; problem: string }) =>
    `kubelet cannot be asked for the devices of the pod at ${c.source}: ${c.problem}`,
);
export const kubeletCheckpointDamaged = define(
  'PLX-KUBELET-CHECKPOINT-DAMAGED',
  {
    code: cniCode.tryAgainLater,
    retry: 'later',
    fix: 'Mount kubelet’s folder pod-resources into the daemon’s pod, so that kubelet itself is asked; the file is read only without it.',
  },
  (c: { file: string; problem: string }) => `kubelet’s file ${c.file} cannot be understood: ${c.problem}`,
);
