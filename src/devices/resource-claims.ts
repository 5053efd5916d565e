import type { ClaimsApi, ExtendedClaim, PodClaims, ResourceClaim } from '../cluster/index.ts';
import {
  apiRefused,
  claimSkipped,
  claimUnallocated,
  claimsSkipped,
  claimsUnreadable,
  is,
  podNotFound,
  podReplaced,
  type Warning,
} from '../errors/index.ts';
import {
  type DeviceRequests,
  type NadRef,
  type PodDevice,
  type PodDevices,
  type PodRef,
  nadKey,
  podKey,
} from '../npwg/index.ts';
import {
  type DevicePlace,
  claimOfSelection,
  claimedDevice,
  extendedDevice,
  isOfRequest,
  namedDevice,
  neededDevice,
  ownDevices,
  parseClaimSelection,
  placeKey,
  problemOfClaim,
  resultsOfSelection,
} from './claimed-devices.ts';
import { stillSought } from './merged-devices.ts';
import { type SliceReader, sliceReader } from './slices.ts';

/** A device of a ResourceClaim as kubelet names it (pod-resources, dynamic_resources). */
export interface DeviceOfKubelet extends DevicePlace {
  readonly claim: NadRef;
}
export interface ClaimInputs {
  readonly pod: PodRef & { readonly uid?: string };
  readonly wishes: DeviceRequests;
  /** Absent if this node's kubelet does not report claimed devices. */
  readonly ofKubelet?: readonly DeviceOfKubelet[];
  readonly nodeName?: string;
}
/**
 * Finds the devices that a pod has from ResourceClaims (K8S-17 to K8S-21) and that its networks need, each once.
 * Rejects only for a claim that a network names, or whose resource it names: claimUnknown, claimRequestUnknown,
 * claimUnallocated, claimDeviceUnpublished, claimDeviceUnidentified, claimResourceMismatch, claimsUnreadable. Also
 * rejects with podNotFound, podReplaced, claimObjectInvalid, apiUnavailable.
 * Problems of other claims do not concern a network; they become warnings while a resource still lacks a device.
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
  const named = await devicesOfSelections(call);
  const { found, skipped } =
    wishes.resources.length === 0 ? nothing : await unlessRefused(() => devicesOfResources(call));
  // Devices from selections carry more information.
  const byPlace = new Map([...found, ...named].map((each) => [each.key, each.device]));
  const devices = [...byPlace.values()];
  return { devices, warnings: stillSought(wishes.resources, devices).length > 0 ? skipped : [] };
}

/** The state of one call. */
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
/** The devices of resources that networks need, and why the others were skipped. */
interface OfResources {
  readonly found: readonly Found[];
  readonly skipped: readonly Warning[];
}
const nothing: OfResources = { found: [], skipped: [] };

/** Reads the pod and its claims, each once. */
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
  // A static pod has another UID, and no claims.
  if (pod.uid === undefined || found.uid === pod.uid || found.claims.length === 0) return found;
  throw podReplaced({ pod: podKey(pod), expected: pod.uid, actual: found.uid });
}

/** The devices of the claims that networks name. */
async function devicesOfSelections(call: Call): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const wish of call.wishes.claims.map(parseClaimSelection)) {
    const claim = await usableClaim(claimOfSelection(wish, call.pod, await call.podClaims()), call);
    for (const result of resultsOfSelection(wish, claim, call.pod)) {
      const device = neededDevice(claimedDevice(claim, result, wish.claim), await call.find(result, call.signal));
      found.push({ key: placeKey(result), device });
    }
  }
  return found;
}

/** Reads a claim that a network needs. Rejects with claimUnallocated. */
async function usableClaim(ref: NadRef, call: Call): Promise<ResourceClaim> {
  const claim = await call.claim(ref);
  const problem = problemOfClaim(claim, call.pod, (await call.podClaims()).uid);
  if (claim !== undefined && problem === undefined) return claim;
  throw claimUnallocated({ claim: nadKey(ref), pod: podKey(call.pod), problem: problem ?? 'it does not exist' });
}

/**
 * The devices of resources: first from kubelet, which needs no claim (K8S-21), then from the pod's claims for resources
 * that still lack devices.
 */
async function devicesOfResources(call: Call): Promise<OfResources> {
  const { ofKubelet } = call;
  const fromKubelet = ofKubelet === undefined ? nothing : await byKubelet(ofKubelet, call);
  // Kubelet reports claims that a container uses; claims of the pod alone, as for a network, are only in the API.
  const isMore = stillLacking(fromKubelet, call).length > 0 && ofKubelet?.length !== 0;
  const plain = isMore ? merge(fromKubelet, await unlessRefused(() => byClaims(call))) : fromKubelet;
  const sought = stillLacking(plain, call);
  // A device may belong to a resource through its DeviceClass alone, which only the pod's status states.
  const mayBeExtended = sought.length > 0 && (ofKubelet === undefined || plain.skipped.length > 0);
  const { extended } = mayBeExtended ? await call.podClaims() : {};
  return extended === undefined
    ? plain
    : { ...plain, found: [...plain.found, ...(await byExtendedResource(extended, sought, call))] };
}

const stillLacking = ({ found }: OfResources, { wishes }: Call): readonly string[] =>
  stillSought(
    wishes.resources,
    [...new Map(found.map(({ key, device }) => [key, device])).values()], // Two sources may report the same device.
  );

const merge = (first: OfResources, then: OfResources): OfResources => ({
  found: [...first.found, ...then.found],
  skipped: [...new Map([...first.skipped, ...then.skipped].map((each) => [each.text, each])).values()],
});

// Kubelet does not report adminAccess; it requires a namespace that an administrator has labelled for it.
async function byKubelet(given: readonly DeviceOfKubelet[], call: Call): Promise<OfResources> {
  const each = await Promise.all(
    given.map(async (place) => ({ place, named: namedDevice(place, await call.find(place, call.signal)) })),
  );
  return {
    found: each.flatMap(({ place, named }) =>
      'kind' in named ? [] : [{ key: placeKey(place), device: { ...named, claimed: place } }],
    ),
    skipped: each.flatMap(({ named }) => ('kind' in named ? [named] : [])),
  };
}

async function byClaims(call: Call): Promise<OfResources> {
  const { claims, uid } = await call.podClaims();
  const found: Found[] = [];
  const skipped: Warning[] = [];
  for (const { name: podClaim, claimName } of claims) {
    if (claimName === undefined) continue;
    const ref = { namespace: call.pod.namespace, name: claimName };
    const claim = await call.claim(ref);
    const problem = problemOfClaim(claim, call.pod, uid);
    if (problem !== undefined) skipped.push(claimSkipped({ claim: nadKey(ref), problem }));
    if (claim === undefined || problem !== undefined) continue;
    for (const result of ownDevices(claim)) {
      const named = namedDevice(result, await call.find(result, call.signal));
      if ('kind' in named) skipped.push(named);
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

/** A pod may have claims unrelated to its networks, on a cluster that never allowed Plexus to read claims. */
async function unlessRefused(work: () => Promise<OfResources>): Promise<OfResources> {
  try {
    return await work();
  } catch (error) {
    if (!is(error, apiRefused)) throw error;
    return { found: [], skipped: [claimsSkipped({ error })] };
  }
}
