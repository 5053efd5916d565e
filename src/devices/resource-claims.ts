import type { ClaimsApi, ExtendedClaim, PodClaims, ResourceClaim } from '../cluster/index.ts';
import { apiRefused, claimUnallocated, claimsUnreadable, is, podNotFound, podReplaced } from '../errors/index.ts';
import {
  type DeviceWishes,
  type NadRef,
  type PodDevice,
  type PodDevices,
  type PodRef,
  nadKey,
  podKey,
} from '../npwg/index.ts';
import {
  type DevicePlace,
  claimOfWish,
  claimedDevice,
  extendedDevice,
  isOfRequest,
  namedDevice,
  neededDevice,
  ownDevices,
  parseWish,
  placeKey,
  problemOfClaim,
  resultsOfWish,
} from './claimed-devices.ts';
import { stillSought } from './merged-devices.ts';
import { type SliceReader, sliceReader } from './slices.ts';

/** A device of a ResourceClaim as kubelet names it (pod-resources, dynamic_resources). */
export interface DeviceOfKubelet extends DevicePlace {
  readonly claim: NadRef;
}
export interface ClaimInputs {
  readonly pod: PodRef & { readonly uid?: string };
  readonly wishes: DeviceWishes;
  /** Absent where this node's kubelet does not tell. */
  readonly ofKubelet?: readonly DeviceOfKubelet[];
  readonly nodeName?: string;
}
/**
 * The devices that a pod has from ResourceClaims (K8S-17 to K8S-21), as far as its networks need them; each of them
 * once. Only for a claim that a network names, or whose resource it names, there are errors: claimUnknown,
 * claimRequestUnknown, claimUnallocated, claimDeviceUnpublished, claimDeviceUnidentified, claimResourceMismatch,
 * claimsUnreadable. What other claims lack is no concern of a network: it is told in warnings while a resource is still
 * sought. Also podNotFound, podReplaced, claimObjectInvalid, apiUnavailable.
 */
export async function devicesOfClaims(
  inputs: ClaimInputs,
  api: ClaimsApi | undefined,
  signal: AbortSignal,
): Promise<PodDevices> {
  const { pod, wishes } = inputs;
  const [wish] = wishes.claims;
  if (api === undefined && wish !== undefined) throw claimsUnreadable({ wish, pod: podKey(pod) });
  if (api === undefined || (wish === undefined && wishes.resources.length === 0)) return { devices: [], warnings: [] };
  const call: Call = {
    ...inputs,
    ...remembering(inputs, api, signal),
    find: sliceReader(api, inputs.nodeName),
    signal,
  };
  const named = await devicesOfWishes(call);
  const { found, skipped } =
    wishes.resources.length === 0 ? nothing : await unlessRefused(() => devicesOfResources(call));
  const byPlace = new Map([...found, ...named].map((each) => [each.key, each.device])); // those of wishes say more
  const devices = [...byPlace.values()];
  return { devices, warnings: stillSought(wishes.resources, devices).length > 0 ? skipped : [] };
}

/** What one call has at hand. */
interface Call extends ClaimInputs {
  readonly podClaims: () => Promise<PodClaims>;
  readonly claim: (ref: NadRef) => Promise<ResourceClaim | undefined>;
  readonly find: SliceReader;
  readonly signal: AbortSignal;
}
interface Found {
  readonly key: string;
  readonly device: PodDevice;
}
/** What there is of resources that networks need, and why the rest was left out. */
interface OfResources {
  readonly found: readonly Found[];
  readonly skipped: readonly string[];
}
const nothing: OfResources = { found: [], skipped: [] };

/** The pod and its claims, each read once. */
function remembering({ pod }: ClaimInputs, api: ClaimsApi, signal: AbortSignal): Pick<Call, 'podClaims' | 'claim'> {
  let ofPod: Promise<PodClaims> | undefined;
  const claims = new Map<string, Promise<ResourceClaim | undefined>>();
  return {
    podClaims: () => (ofPod ??= readPodClaims(pod, api, signal)),
    claim: (ref) => {
      const found = claims.get(nadKey(ref)) ?? api.getResourceClaim(ref, signal);
      claims.set(nadKey(ref), found);
      return found;
    },
  };
}

async function readPodClaims(pod: ClaimInputs['pod'], api: ClaimsApi, signal: AbortSignal): Promise<PodClaims> {
  const found = await api.getPodClaims(pod, signal);
  if (found === undefined) throw podNotFound({ pod: podKey(pod) });
  if (pod.uid === undefined || found.uid === pod.uid || found.claims.length === 0) return found; // a static pod has another UID, and no claims
  throw podReplaced({ pod: podKey(pod), expected: pod.uid, actual: found.uid });
}

/** The devices of the claims that networks name. */
async function devicesOfWishes(call: Call): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const wish of call.wishes.claims.map(parseWish)) {
    const claim = await usableClaim(claimOfWish(wish, call.pod, await call.podClaims()), call);
    for (const result of resultsOfWish(wish, claim, call.pod)) {
      const device = neededDevice(claimedDevice(claim, result, wish.claim), await call.find(result, call.signal));
      found.push({ key: placeKey(result), device });
    }
  }
  return found;
}

/** A claim that a network needs. claimUnallocated. */
async function usableClaim(ref: NadRef, call: Call): Promise<ResourceClaim> {
  const claim = await call.claim(ref);
  const problem = problemOfClaim(claim, call.pod, (await call.podClaims()).uid);
  if (claim !== undefined && problem === undefined) return claim;
  throw claimUnallocated({ claim: nadKey(ref), pod: podKey(call.pod), problem: problem ?? 'it does not exist' });
}

/**
 * The devices of resources: by what kubelet says, which needs no claim (K8S-21); for those that are still sought, by
 * the pod's claims.
 */
async function devicesOfResources(call: Call): Promise<OfResources> {
  const { ofKubelet } = call;
  const told = ofKubelet === undefined ? nothing : await byKubelet(ofKubelet, call);
  // kubelet tells of claims that a container uses; those of the pod alone, as of a network, are in the API only
  const isMore = soughtBeside(told, call).length > 0 && ofKubelet?.length !== 0;
  const plain = isMore ? together(told, await unlessRefused(() => byClaims(call))) : told;
  const sought = soughtBeside(plain, call);
  // a device may be of a resource by its DeviceClass alone; the pod says so
  const mayBeExtended = sought.length > 0 && (ofKubelet === undefined || plain.skipped.length > 0);
  const { extended } = mayBeExtended ? await call.podClaims() : {};
  return extended === undefined
    ? plain
    : { ...plain, found: [...plain.found, ...(await byExtendedResource(extended, sought, call))] };
}

const soughtBeside = ({ found }: OfResources, { wishes }: Call): readonly string[] =>
  stillSought(
    wishes.resources,
    [...new Map(found.map(({ key, device }) => [key, device])).values()], // two sources may tell of one device
  );

const together = (first: OfResources, then: OfResources): OfResources => ({
  found: [...first.found, ...then.found],
  skipped: [...new Set([...first.skipped, ...then.skipped])],
});

// kubelet does not tell of adminAccess; it takes a namespace that an administrator has labelled for it
async function byKubelet(given: readonly DeviceOfKubelet[], call: Call): Promise<OfResources> {
  const each = await Promise.all(
    given.map(async (place) => ({ place, named: namedDevice(place, await call.find(place, call.signal)) })),
  );
  return {
    found: each.flatMap(({ place, named }) =>
      typeof named === 'string' ? [] : [{ key: placeKey(place), device: { ...named, claimed: place } }],
    ),
    skipped: each.flatMap(({ named }) => (typeof named === 'string' ? [named] : [])),
  };
}

async function byClaims(call: Call): Promise<OfResources> {
  const { claims, uid } = await call.podClaims();
  const found: Found[] = [];
  const skipped: string[] = [];
  for (const { name: podClaim, claimName } of claims) {
    if (claimName === undefined) continue;
    const ref = { namespace: call.pod.namespace, name: claimName };
    const claim = await call.claim(ref);
    const problem = problemOfClaim(claim, call.pod, uid);
    if (problem !== undefined) skipped.push(`ResourceClaim ${nadKey(ref)} is left out: ${problem}`);
    if (claim === undefined || problem !== undefined) continue;
    for (const result of ownDevices(claim)) {
      const named = namedDevice(result, await call.find(result, call.signal));
      if (typeof named === 'string') skipped.push(named);
      else found.push({ key: placeKey(result), device: { ...named, claimed: claimedDevice(claim, result, podClaim) } });
    }
  }
  return { found, skipped };
}

async function byExtendedResource(
  { claimName, mappings }: ExtendedClaim,
  sought: readonly string[],
  call: Call,
): Promise<readonly Found[]> {
  const wanted = mappings.filter(({ resource }) => sought.includes(resource));
  if (wanted.length === 0) return [];
  const claim = await usableClaim({ namespace: call.pod.namespace, name: claimName }, call);
  const found: Found[] = [];
  for (const { resource, request } of wanted) {
    for (const result of ownDevices(claim).filter((each) => isOfRequest(each.request, request))) {
      const device = extendedDevice(claimedDevice(claim, result), resource, await call.find(result, call.signal));
      found.push({ key: placeKey(result), device });
    }
  }
  return found;
}

/**
 * A pod may have claims that have nothing to do with its networks, on a cluster that never allowed us to read claims.
 */
async function unlessRefused(work: () => Promise<OfResources>): Promise<OfResources> {
  try {
    return await work();
  } catch (error) {
    if (!is(error, apiRefused)) throw error;
    const fix = 'if a network needs them, add deploy/components/resource-claims';
    return { found: [], skipped: [`devices from ResourceClaims are left out (${fix}): ${error.message}`] };
  }
}
