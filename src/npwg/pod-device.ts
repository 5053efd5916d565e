import type { Warning } from '../errors/index.ts';
import type { NadRef } from './nad.ts';

/** A device that a pod was given: by kubelet from a device plugin, by a ResourceClaim, or both at once. */
export interface PodDevice {
  /** What a delegate gets as deviceID, for example a PCI address. */
  readonly id: string;
  /** The resource it is counted under, for example intel.com/sriov. */
  readonly resource?: string;
  readonly claimed?: ClaimedDevice;
}

/** Where a ResourceClaim's allocation names the device (resource.k8s.io/v1, status.allocation.devices.results). */
export interface ClaimedDevice {
  /** The pod's own name of the claim (spec.resourceClaims[].name); absent for the claim behind an extended resource. */
  readonly podClaim?: string;
  /** The ResourceClaim. */
  readonly claim: NadRef & { readonly uid?: string };
  /** `main` or `main/sub`; absent where kubelet alone named the device. */
  readonly request?: string;
  readonly driver: string;
  readonly pool: string;
  readonly device: string;
  readonly shareId?: string;
}

/** What a pod was given. */
export interface PodDevices {
  readonly devices: readonly PodDevice[];
  /** Devices of its claims that nobody can name. */
  readonly warnings: readonly Warning[];
  /**
   * Resources that device plugins of the node serve, where a device is lacking; absent: kubelet cannot be asked. Any
   * other resource only counts pods (bridge-marker).
   */
  readonly served?: readonly string[];
  /** Resources that the pod's containers request, where a device is lacking; absent: not known. */
  readonly requested?: readonly string[];
}

/** What the networks of a pod need: nothing is asked of anybody for a pod whose networks need no device (K8S-09). */
export interface DeviceWishes {
  /** Resource names, each as often as a network needs a device of it. */
  readonly resources: readonly string[];
  /** `claim` or `claim/request`, with the pod's own name of the claim. */
  readonly claims: readonly string[];
}
