import type { AllocatedDevice, PodClaims, ResourceClaim, ResourceSlice } from '../cluster/index.ts';
import {
  claimDeviceUnidentified,
  claimDeviceUnpublished,
  claimRequestUnknown,
  claimResourceMismatch,
  claimUnallocated,
  claimUnknown,
} from '../errors/index.ts';
import { type ClaimedDevice, type NadRef, type PodDevice, type PodRef, nadKey, podKey } from '../npwg/index.ts';

// Who a device is that a ResourceClaim names. Pure.

/** Where a device is: what a ResourceClaim's allocation and kubelet name it by. */
export interface DevicePlace {
  readonly driver: string;
  readonly pool: string;
  readonly device: string;
  readonly shareId?: string;
}
/** What its driver says about it. */
interface Identity {
  /** What a plugin gets as deviceID. */
  readonly id?: string;
  readonly resource?: string;
}

const idAttribute = 'k8s.cni.cncf.io/deviceID';
const resourceAttribute = 'k8s.cni.cncf.io/resourceName';
const pciAttribute = 'resource.kubernetes.io/pciBusID';

/**
 * The device in the slices of its driver, undefined when none has it; of a pool only the newest generation counts
 * (K8S-20).
 */
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

/** The same device, whoever named it. */
export const placeKey = ({ driver, pool, device, shareId }: DevicePlace): string =>
  JSON.stringify([driver, pool, device, shareId ?? '']);

/** A network's wish: the pod's own name of the claim, and of it one request or all. */
export interface ClaimWish {
  readonly wish: string;
  readonly claim: string;
  readonly request?: string;
}

export function parseWish(wish: string): ClaimWish {
  const end = wish.indexOf('/');
  return end === -1 ? { wish, claim: wish } : { wish, claim: wish.slice(0, end), request: wish.slice(end + 1) };
}

/** Whether a result is of a request: `main/sub` is what became of request `main`, and can be named as well. */
export const isOfRequest = (result: string, request: string): boolean =>
  result === request || result.startsWith(`${request}/`);

/** The ResourceClaim of a wish. claimUnknown; claimUnallocated while the pod has none of that name yet. */
export function claimOfWish({ wish, claim }: ClaimWish, pod: PodRef, { claims }: PodClaims): NadRef {
  const entry = claims.find(({ name }) => name === claim);
  if (entry === undefined) throw claimUnknown({ wish, pod: podKey(pod), present: claims.map(({ name }) => name) });
  if (entry.claimName !== undefined) return { namespace: pod.namespace, name: entry.claimName };
  throw claimUnallocated({
    claim: `${claim} of the pod`,
    pod: podKey(pod),
    problem: 'status.resourceClaimStatuses of the pod names no claim made for it',
  });
}

/** What keeps a claim from being used by a pod; undefined when nothing does (K8S-19). */
export function problemOfClaim(claim: ResourceClaim | undefined, pod: PodRef, uid: string): string | undefined {
  if (claim === undefined) return 'it does not exist';
  if (claim.allocated === undefined) return 'it is not allocated';
  const isOurs = claim.reservedFor.some(
    (consumer) => consumer.resource === 'pods' && consumer.name === pod.name && consumer.uid === uid,
  );
  return isOurs ? undefined : `it is not reserved for the pod (its UID is ${uid})`;
}

// with adminAccess a pod looks after devices that are allocated to others: made into a network they would be taken from
// their owners
export const ownDevices = (claim: ResourceClaim): readonly AllocatedDevice[] =>
  (claim.allocated ?? []).filter(({ adminAccess }) => !adminAccess);

/** The devices that a wish means. claimRequestUnknown. */
export function resultsOfWish(
  { wish, request }: ClaimWish,
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

/** A device of a claim as the pod's. `podClaim` is absent for the claim behind extended resources. */
export function claimedDevice(claim: ResourceClaim, result: AllocatedDevice, podClaim?: string): ClaimedDevice {
  const { adminAccess: _never, ...place } = result;
  const { namespace, name, uid } = claim;
  return {
    ...(podClaim !== undefined && { podClaim }),
    claim: { namespace, name, ...(uid !== undefined && { uid }) },
    ...place,
  };
}

/** A device that a network needs. claimDeviceUnpublished, claimDeviceUnidentified. */
export function neededDevice(claimed: ClaimedDevice, identity: Identity | undefined): PodDevice {
  const { driver, pool, device } = claimed;
  const where = { claim: nadKey(claimed.claim), driver, pool, device };
  if (identity === undefined) throw claimDeviceUnpublished(where);
  if (identity.id === undefined) throw claimDeviceUnidentified({ ...where, attributes: [idAttribute, pciAttribute] });
  return { id: identity.id, ...(identity.resource !== undefined && { resource: identity.resource }), claimed };
}

/** A device of the claim behind an extended resource that a network needs (K8S-18). Also claimResourceMismatch. */
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

/** A device by the resource that its driver says it is of, or why it is of none. */
export function namedDevice(
  place: DevicePlace,
  identity: Identity | undefined,
): { readonly id: string; readonly resource: string } | string {
  const name = `device ${place.device} of pool ${place.pool}, driver ${place.driver}`;
  if (identity === undefined) return `${name} is in no ResourceSlice`;
  const { id, resource } = identity;
  if (resource === undefined) return `${name} has no attribute ${resourceAttribute}`;
  return id === undefined ? `${name} has no attribute ${idAttribute} or ${pciAttribute}` : { id, resource };
}
