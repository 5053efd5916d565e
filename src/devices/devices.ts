import { access, readdir } from 'node:fs/promises';
import type { ClaimsApi } from '../cluster/index.ts';
import { type DeviceRequests, type PodDevice, type PodDevices, type PodMetadata, isPciAddress } from '../npwg/index.ts';
import { type ReportedDevice, type ReportingPod, publishDevices } from './claim-status.ts';
import { type KubeletDevicesSource, kubeletDevices } from './kubelet.ts';
import { stillSought } from './merged-devices.ts';
import { devicesOfClaims } from './resource-claims.ts';

/** A source of the devices that pods were allocated. */
export interface Devices {
  /**
   * Finds the pod's devices that the selections need. Rejects with kubeletUnavailable, claimUnknown and others; never
   * silently returns fewer devices than the pod has.
   */
  readonly allocated: (pod: PodMetadata, requests: DeviceRequests, signal: AbortSignal) => Promise<PodDevices>;
  /** Whether the device has certainly been removed from this node. */
  readonly isGone: (device: PodDevice) => Promise<boolean>;
  /**
   * Publishes the state of a pod's devices in their ResourceClaims, and removes it from the claims of `claimsBefore`
   * that have none of these devices. Returns a warning if that fails; never rejects.
   */
  readonly report: (
    devices: readonly ReportedDevice[],
    pod: ReportingPod,
    signal: AbortSignal,
  ) => Promise<string | undefined>;
}
export interface DevicesOptions {
  readonly kubeletDir: string;
  /** Absent without a cluster. */
  readonly claims: ClaimsApi | undefined;
  /** Name of this node's Node object; without it, ResourceSlices of all nodes are read. */
  readonly nodeName: string | undefined;
  /** Set in processes that handle several calls, to keep what is known of a kubelet for the next one. */
  readonly kubelets?: Kubelets | undefined;
}
/** Returns the kubelet of a folder. */
export type Kubelets = (kubeletDir: string) => KubeletDevicesSource;

/** Caches one client per kubelet, so that the methods it serves are detected once (K8S-01) and gRPC is loaded once. */
export function rememberedKubelets(): Kubelets {
  const known = new Map<string, KubeletDevicesSource>();
  return (kubeletDir) => {
    const kubelet = known.get(kubeletDir) ?? kubeletDevices({ kubeletDir });
    known.set(kubeletDir, kubelet);
    return kubelet;
  };
}

// The attachment is complete, so the report must not delay the pod long.
const publishMs = 3000;

/**
 * Finds the devices of this node: those that kubelet reports (K8S-01 to K8S-09), and those of ResourceClaims that
 * kubelet does not report (K8S-17 to K8S-21).
 */
export function devicesFor({ kubeletDir, claims, nodeName, kubelets = rememberedKubelets() }: DevicesOptions): Devices {
  const kubelet = kubelets(kubeletDir);
  return {
    allocated: async (pod, requests, signal) => {
      const known = requests.resources.length === 0 ? { devices: [] } : await kubelet.of(pod, signal);
      const resources = stillSought(requests.resources, known.devices);
      const node = {
        ...(known.claimed !== undefined && { ofKubelet: known.claimed }),
        ...(nodeName !== undefined && { nodeName }),
      };
      const claimed = await devicesOfClaims({ pod, requests: { ...requests, resources }, ...node }, claims, signal);
      const devices = [...known.devices, ...claimed.devices];
      const isLacking = stillSought(requests.resources, devices).length > 0;
      return {
        devices,
        warnings: claimed.warnings,
        ...(isLacking && (await whyLacking(pod, { kubelet, claims }, signal))),
      };
    },
    isGone: ({ id }) => isGoneFromPci(id, '/sys/bus/pci/devices'),
    report: async (devices, pod, signal) => {
      if (claims === undefined || devices.length + (pod.claimsBefore?.length ?? 0) === 0) return undefined;
      return publishDevices(devices, pod, claims, AbortSignal.any([signal, AbortSignal.timeout(publishMs)]));
    },
  };
}

interface Sources {
  readonly kubelet: KubeletDevicesSource;
  readonly claims: ClaimsApi | undefined;
}

/** Distinguishes a pod that lacks a device from a network whose resource has no devices. */
async function whyLacking(
  pod: PodMetadata,
  { kubelet, claims }: Sources,
  signal: AbortSignal,
): Promise<Pick<PodDevices, 'served' | 'requested'>> {
  const [served, ofPod] = await Promise.all([
    kubelet.served(signal),
    claims?.getPodClaims(pod, signal).catch(() => undefined),
  ]);
  signal.throwIfAborted();
  const isSame = ofPod !== undefined && (pod.uid === undefined || ofPod.uid === pod.uid);
  return { ...(served !== undefined && { served }), ...(isSame && { requested: ofPod.requested ?? [] }) };
}

/** Whether a PCI address is missing from the kernel's folder, provided that the folder lists any address. */
export async function isGoneFromPci(id: string, folder: string): Promise<boolean> {
  if (!isPciAddress(id)) return false;
  const others = await readdir(folder).catch(() => []);
  if (others.length === 0) return false; // No PCI on this node, or the folder is not readable.
  return access(`${folder}/${id.toLowerCase()}`).then(
    () => false,
    () => true,
  );
}
