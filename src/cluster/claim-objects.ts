import { type NadRef, type PodRef, podKey } from '../npwg/index.ts';
import {
  type Part,
  type Shape,
  partAt,
  field,
  fields,
  isThere,
  items,
  optionalText,
  requiredText,
} from '../kube/index.ts';

// The parts of pods, ResourceClaims and ResourceSlices (resource.k8s.io/v1) that Plexus reads for devices. Pure.

/** The ResourceClaims of a pod. */
export interface PodClaims {
  readonly uid: string;
  readonly claims: readonly PodClaim[];
  /** The claim that Kubernetes created for the containers' extended resources (K8S-18). */
  readonly extended?: ExtendedClaim;
  /** Extended resources that the containers request; absent if there are none. */
  readonly requested?: readonly string[];
}
/** An entry of spec.resourceClaims (K8S-17). */
export interface PodClaim {
  /** The pod's own name for the claim. */
  readonly name: string;
  /** The ResourceClaim; absent until it is created from its template, and if none was needed. */
  readonly claimName?: string;
}
export interface ExtendedClaim {
  readonly claimName: string;
  readonly mappings: readonly { readonly resource: string; readonly request: string }[];
}
/** A ResourceClaim with its allocation (K8S-19). */
export interface ResourceClaim extends NadRef {
  readonly uid?: string;
  readonly reservedFor: readonly { readonly resource: string; readonly name: string; readonly uid: string }[];
  /** Absent until the claim is allocated. */
  readonly allocated?: readonly AllocatedDevice[];
}
export interface AllocatedDevice {
  /** `main` or `main/sub`. */
  readonly request: string;
  readonly driver: string;
  readonly pool: string;
  readonly device: string;
  readonly shareId?: string;
  readonly adminAccess: boolean;
}
/** All or some of a pool's devices, as their driver publishes them (K8S-20). */
export interface ResourceSlice {
  readonly driver: string;
  readonly pool: string;
  /** Slices of an older generation of the pool are stale. */
  readonly generation: number;
  /** Attributes by name; only strings and versions. */
  readonly devices: readonly { readonly name: string; readonly attributes: Readonly<Record<string, string>> }[];
}

export interface SlicePage {
  readonly slices: readonly ResourceSlice[];
  /** Token of the next page; absent on the last one. */
  readonly continue?: string;
}

// The API server stores at most 1.5 MiB.
const whole: Shape = { wholeBytes: 2 * 1024 * 1024 };
const resources: Shape = { keys: { resources: { keys: { limits: whole, requests: whole } } } };

/** The shape of a pod for parsePodClaims. Its containers, of which it may have thousands, are passed on one by one. */
export const podClaimsShape = (take: (container: unknown) => void): Shape => ({
  keys: {
    metadata: { keys: { uid: 256 } },
    spec: {
      keys: { resourceClaims: whole, containers: { each: resources, take }, initContainers: { each: resources, take } },
    },
    status: { keys: { resourceClaimStatuses: whole, extendedResourceClaimStatus: whole } },
  },
});

/** Names of the extended resources that a container requests. */
export const extendedResourcesOf = (container: unknown): readonly string[] => {
  const { limits, requests } = (container as { resources?: { limits?: unknown; requests?: unknown } }).resources ?? {};
  return [limits, requests].flatMap((each) => Object.keys(Object(each))).filter((name) => name.includes('/'));
};

/** Parses a pod of that shape; `requested` are the resources of its containers. Throws claimObjectInvalid. */
export function parsePodClaims(ref: PodRef, json: unknown, requested: readonly string[]): PodClaims {
  const pod: Part = { value: json, object: `pod ${podKey(ref)}`, path: '' };
  const statuses = items(partAt(pod, 'status', 'resourceClaimStatuses'));
  const made = new Map(
    statuses.map((each) => [requiredText(field(each, 'name')), optionalText(field(each, 'resourceClaimName'))]),
  );
  const extended = partAt(pod, 'status', 'extendedResourceClaimStatus');
  return {
    uid: requiredText(partAt(pod, 'metadata', 'uid')),
    claims: items(partAt(pod, 'spec', 'resourceClaims')).map((each) => podClaim(each, made)),
    ...(isThere(extended) && { extended: extendedClaim(extended) }),
    ...(requested.length > 0 && { requested }),
  };
}

// A claim that the pod names directly appears only in its spec; one from a template only in its status.
function podClaim(entry: Part, made: ReadonlyMap<string, string | undefined>): PodClaim {
  const name = requiredText(field(entry, 'name'));
  const claimName = optionalText(field(entry, 'resourceClaimName')) ?? made.get(name);
  return { name, ...(claimName !== undefined && { claimName }) };
}

const extendedClaim = (status: Part): ExtendedClaim => ({
  claimName: requiredText(field(status, 'resourceClaimName')),
  mappings: items(field(status, 'requestMappings')).map((each) => ({
    resource: requiredText(field(each, 'resourceName')),
    request: requiredText(field(each, 'requestName')),
  })),
});

/** Throws claimObjectInvalid. */
export function parseResourceClaim({ namespace, name }: NadRef, json: unknown): ResourceClaim {
  const claim: Part = { value: json, object: `ResourceClaim ${namespace}/${name}`, path: '' };
  const uid = optionalText(partAt(claim, 'metadata', 'uid'));
  const allocation = partAt(claim, 'status', 'allocation');
  return {
    namespace,
    name,
    ...(uid !== undefined && { uid }),
    reservedFor: items(partAt(claim, 'status', 'reservedFor')).map((each) => ({
      resource: requiredText(field(each, 'resource')),
      name: requiredText(field(each, 'name')),
      uid: requiredText(field(each, 'uid')),
    })),
    ...(isThere(allocation) && { allocated: items(partAt(allocation, 'devices', 'results')).map(allocatedDevice) }),
  };
}

function allocatedDevice(result: Part): AllocatedDevice {
  const shareId = optionalText(field(result, 'shareID'));
  return {
    request: requiredText(field(result, 'request')),
    driver: requiredText(field(result, 'driver')),
    pool: requiredText(field(result, 'pool')),
    device: requiredText(field(result, 'device')),
    ...(shareId !== undefined && { shareId }),
    adminAccess: field(result, 'adminAccess').value === true,
  };
}

/** Parses a page of a list of ResourceSlices. Throws claimObjectInvalid. */
export function parseSlicePage(json: unknown): SlicePage {
  const list: Part = { value: json, object: 'the list of ResourceSlices', path: '' };
  const token = optionalText(partAt(list, 'metadata', 'continue'));
  return { slices: items(field(list, 'items')).map(resourceSlice), ...(token !== undefined && { continue: token }) };
}

function resourceSlice(item: Part): ResourceSlice {
  const slice: Part = {
    value: item.value,
    object: `ResourceSlice ${requiredText(partAt(item, 'metadata', 'name'))}`,
    path: '',
  };
  const generation = partAt(slice, 'spec', 'pool', 'generation').value;
  return {
    driver: requiredText(partAt(slice, 'spec', 'driver')),
    pool: requiredText(partAt(slice, 'spec', 'pool', 'name')),
    generation: typeof generation === 'number' ? generation : 0,
    devices: items(partAt(slice, 'spec', 'devices')).map((each) => ({
      name: requiredText(field(each, 'name')),
      attributes: Object.fromEntries(fields(field(each, 'attributes')).flatMap(stringAttribute)),
    })),
  };
}

// A value that is neither a string nor a version (a number, or a future kind) is not a device ID.
function stringAttribute([name, attribute]: readonly [string, Part]): readonly (readonly [string, string])[] {
  const value = [field(attribute, 'string').value, field(attribute, 'version').value].find(
    (each) => typeof each === 'string' && each !== '',
  );
  return typeof value === 'string' ? [[name, value]] : [];
}
