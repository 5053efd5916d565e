import { access, readdir } from 'node:fs/promises';
import type { DeviceWishes, PodDevice, PodMetadata } from '../npwg/index.ts';
import { kubeletDevices } from './kubelet.ts';

/** Who knows which devices a pod was given. */
export interface Devices {
  /** The pod's devices, as far as the wishes need them. kubeletUnavailable, claimUnknown and others: never fewer than there are, without a word. */
  readonly allocated: (pod: PodMetadata, wishes: DeviceWishes, signal: AbortSignal) => Promise<readonly PodDevice[]>;
  /** Whether this node certainly no longer has the device. */
  readonly isGone: (device: PodDevice) => Promise<boolean>;
}
export interface DevicesOptions {
  readonly kubeletDir: string;
}

/** The devices of this node: what kubelet says (K8S-01 to K8S-09). */
export function devicesFor({ kubeletDir }: DevicesOptions): Devices {
  const kubelet = kubeletDevices({ kubeletDir });
  return {
    allocated: async (pod, _wishes, signal) => (await kubelet.of(pod, signal)).devices,
    isGone: ({ id }) => isGoneFromPci(id, '/sys/bus/pci/devices'),
  };
}

const pciAddress = /^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/i;

/** Whether a PCI address is not among the kernel's, in a folder that lists any. */
export async function isGoneFromPci(id: string, folder: string): Promise<boolean> {
  if (!pciAddress.test(id)) return false;
  const others = await readdir(folder).catch(() => []);
  if (others.length === 0) return false; // no PCI here, or nobody may look
  return access(`${folder}/${id.toLowerCase()}`).then(
    () => false,
    () => true,
  );
}
