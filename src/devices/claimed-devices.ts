import type { AllocatedDevice, PodClaims, ResourceClaim, ResourceSlice } from '../cluster/index.ts';
import {
  claimDeviceUnidentified,
  claimDeviceUnpublished,
  claimRequestUnknown,
  claimResourceMismatch,
  claimUnallocated,
  claimUnknown,
  deviceUnnamed,
  type Warning,
} from '../errors/index.ts';
import { type ClaimedDevice, type NadRef, type PodDevice, type PodRef, nadKey, podKey } from '../npwg/index.ts';

// Identifies the devices that a ResourceClaim names. Pure.

/** The names by which a ResourceClaim's allocation and kubelet identify a device. */
export interface DevicePlace {
  readonly driver: string;
  readonly pool: string;
  readonly device: string;
  readonly shareId?: string;
}
/** What the driver publishes about a device. */
interface Identity {
  /** The deviceID that a plugin gets. */
  readonly id?: string;
  readonly resource?: string;
}

const idAttribute = 'k8s.cni.cncf.io/deviceID';
const resourceAttribute = 'k8s.cni.cncf.io/resourceName';
const pciAttribute = 'resource.kubernetes.io/pciBusID';

/** Finds the device in its driver's slices, of which only the newest generation of a pool counts (K8S-20). */
export function identify(slices: readonly ResourceSlice[], place: DevicePlace): Identity | undefined {
  const ofPool = slices.filter(({ driver, pool }) => driver === place.driver && pool === place.pool);
  const newest = ofPool.reduce((most, { generation }) => Math.max(most, generation), Number.NEGATIVE_INFINITY);
  const devices = ofPool.filter(({ generation }) => generation === newest).flatMap((slice) => slice.devices);
  const found = devices.find(({ name }) => name === place.device);
  if (found === undefined) return undefined;
  const { [idAttribute]: named, [pciAttribute]: pci, [resourceAttribute]: resource } = found.attributes;
  const id = named ?? pci;
  return { ...(id !== undefined && { id }), ...(resource !== undefined && { resource }) };
}

/** A key that is equal for the same device, whichever source named it. */
export const placeKey = ({ driver, pool, device, shareId }: DevicePlace): string =>
  JSON.stringify([driver, pool, device, shareId ?? '']);

/** A network's claim selection: the pod's own name of the claim, and optionally one of its requests. */
export interface ClaimSelection {
  readonly wish: string;
  readonly claim: string;
  readonly request?: string;
}

export function parseClaimSelection(wish: string): ClaimSelection {
  const end = wish.indexOf('/');
  return end === -1 ? { wish, claim: wish } : { wish, claim: wish.slice(0, end), request: wish.slice(end + 1) };
}

/**
 * Whether an allocation result belongs to a request. `main/sub` is the chosen alternative of request `main`, and can be
 * named as well.
 */
export const isOfRequest = (result: string, request: string): boolean =>
  result === request || result.startsWith(`${request}/`);

/** Finds the ResourceClaim of a selection. Throws claimUnknown, or claimUnallocated while it does not exist yet. */
export function claimOfSelection({ wish, claim }: ClaimSelection, pod: PodRef, { claims }: PodClaims): NadRef {
  const entry = claims.find(({ name }) => name === claim);
  if (entry === undefined) throw claimUnknown({ wish, pod: podKey(pod), present: claims.map(({ name }) => name) });
  if (entry.claimName !== undefined) return { namespace: pod.namespace, name: entry.claimName };
  throw claimUnallocated({
    claim: `${claim} of the pod`,
    pod: podKey(pod),
    problem: 'status.resourceClaimStatuses of the pod does not name the claim that was created for it',
  });
}

/** Why a pod cannot use a claim; undefined if it can (K8S-19). */
export function problemOfClaim(claim: ResourceClaim | undefined, pod: PodRef, uid: string): string | undefined {
  if (claim === undefined) return 'it does not exist';
  if (claim.allocated === undefined) return 'it is not allocated';
  const isOurs = claim.reservedFor.some(
    (consumer) => consumer.resource === 'pods' && consumer.name === pod.name && consumer.uid === uid,
  );
  return isOurs ? undefined : `it is not reserved for the pod (its UID is ${uid})`;
}

// With adminAccess, a pod monitors devices that are allocated to others. Using them for a network would take them from
// their owners.
export const ownDevices = (claim: ResourceClaim): readonly AllocatedDevice[] =>
  (claim.allocated ?? []).filter(({ adminAccess }) => !adminAccess);

/** The devices that a selection means. Throws claimRequestUnknown. */
export function resultsOfSelection(
  { wish, request }: ClaimSelection,
  claim: ResourceClaim,
  pod: PodRef,
): readonly AllocatedDevice[] {
  const own = ownDevices(claim);
  const meant = request === undefined ? own : own.filter((each) => isOfRequest(each.request, request));
  if (meant.length > 0) return meant;
  throw claimRequestUnknown({
    wish,
    pod: podKey(pod),
    claim: nadKey(claim),
    present: [...new Set(own.map((each) => each.request))],
  });
}

/** Describes a claim's device as one of the pod's. `podClaim` is absent for the claim behind extended resources. */
export function claimedDevice(claim: ResourceClaim, result: AllocatedDevice, podClaim?: string): ClaimedDevice {
  const { adminAccess: _never, ...place } = result;
  const { namespace, name, uid } = claim;
  return {
    ...(podClaim !== undefined && { podClaim }),
    claim: { namespace, name, ...(uid !== undefined && { uid }) },
    ...place,
  };
}

/** Resolves a device that a network needs. Throws claimDeviceUnpublished, claimDeviceUnidentified. */
export function neededDevice(claimed: ClaimedDevice, identity: Identity | undefined): PodDevice {
  const { driver, pool, device } = claimed;
  const where = { claim: nadKey(claimed.claim), driver, pool, device };
  if (identity === undefined) throw claimDeviceUnpublished(where);
  if (identity.id === undefined) throw claimDeviceUnidentified({ ...where, attributes: [idAttribute, pciAttribute] });
  return { id: identity.id, ...(identity.resource !== undefined && { resource: identity.resource }), claimed };
}

/**
 * Resolves a device that a network needs from the claim behind an extended resource (K8S-18). Throws the same errors
 * and claimResourceMismatch.
 */
export function extendedDevice(claimed: ClaimedDevice, resource: string, identity: Identity | undefined): PodDevice {
  const device = neededDevice(claimed, identity);
  if (device.resource === undefined || device.resource === resource) return { ...device, resource };
  const { claim, device: name } = claimed;
  throw claimResourceMismatch({
    claim: nadKey(claim),
    device: name,
    attribute: resourceAttribute,
    expected: resource,
    actual: device.resource,
  });
}

/** Assigns a device to the resource that its driver states, or returns why it belongs to none. */
export function namedDevice(
  place: DevicePlace,
  identity: Identity | undefined,
): { readonly id: string; readonly resource: string } | Warning {
  const { driver, pool, device } = place;
  const unnamed = (missing: 'slice' | readonly string[]): Warning => deviceUnnamed({ driver, pool, device, missing });
  if (identity === undefined) return unnamed('slice');
  const { id, resource } = identity;
  if (resource === undefined) return unnamed([resourceAttribute]);
  return id === undefined ? unnamed([idAttribute, pciAttribute]) : { id, resource };
}
