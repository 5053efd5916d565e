import type { Warning } from '../errors/index.ts';
import type { NadRef } from './nad.ts';

/** A device that was allocated to a pod: by kubelet from a device plugin, by a ResourceClaim, or both. */
export interface PodDevice {
  /** What a delegate gets as deviceID, for example a PCI address. */
  readonly id: string;
  /** The device plugin resource that counts it, for example intel.com/sriov. */
  readonly resource?: string;
  readonly claimed?: ClaimedDevice;
}

/** The device as a ResourceClaim's allocation names it (resource.k8s.io/v1, status.allocation.devices.results). */
export interface ClaimedDevice {
  /** The claim's name within the pod (spec.resourceClaims[].name); absent for the claim of an extended resource. */
  readonly podClaim?: string;
  /** The ResourceClaim. */
  readonly claim: NadRef & { readonly uid?: string };
  /** `main` or `main/sub`; absent if only kubelet named the device. */
  readonly request?: string;
  readonly driver: string;
  readonly pool: string;
  readonly device: string;
  readonly shareId?: string;
}

/** The devices of a pod. */
export interface PodDevices {
  readonly devices: readonly PodDevice[];
  /** Why devices of its claims could not be determined. */
  readonly warnings: readonly Warning[];
  /**
   * Resources that the node's device plugins serve, if a device is missing; absent if kubelet cannot be queried. A
   * resource that no plugin serves only counts pods (bridge-marker).
   */
  readonly served?: readonly string[];
  /** Resources that the pod's containers request, if a device is missing; absent if unknown. */
  readonly requested?: readonly string[];
}

/** The devices that a pod's networks need. If there are none, nothing is queried (K8S-09). */
export interface DeviceRequests {
  /** Resource names, repeated for each network that needs a device of it. */
  readonly resources: readonly string[];
  /** `claim` or `claim/request`, where `claim` is the name within the pod. */
  readonly claims: readonly string[];
}
