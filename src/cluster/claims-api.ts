import { type NadRef, type PodRef, nadKey, podKey } from '../npwg/index.ts';
import {
  type ApiAnswer,
  type ApiConnection,
  type ApiRequest,
  pathSegment,
  problemIn,
  sendRequest,
} from '../kube/index.ts';
import {
  type PodClaims,
  type ResourceClaim,
  type SlicePage,
  extendedResourcesOf,
  parsePodClaims,
  parseResourceClaim,
  parseSlicePage,
  podClaimsShape,
} from './claim-objects.ts';

/** Selects ResourceSlices by driver, and by node if one is given. */
export interface SliceQuery {
  readonly driver: string;
  readonly nodeName?: string;
  /** Maximum per page; all of them if absent. */
  readonly limit?: number;
  /** Token from the previous page. */
  readonly continue?: string;
}
/** Entries of status.devices and their field manager. */
export interface DeviceStatusPatch {
  /** The ResourceClaim; with a UID, never a successor of the same name. */
  readonly claim: NadRef & { readonly uid?: string };
  /** The complete set of this manager's entries: the apply removes any other entry that it wrote before. */
  readonly entries: readonly object[];
  /** Field manager. */
  readonly manager: string;
  /** Whether to overwrite fields of other managers. */
  readonly force: boolean;
}
/** The outcome of a patch: `status` is 403, 404, 409 or 422; `managers` own the conflicting fields. */
export type DeviceStatusOutcome =
  | 'written'
  | { readonly status: number; readonly problem: string; readonly managers: readonly string[] };

/**
 * The API of Dynamic Resource Allocation, with one request per method. Rejects with apiUnavailable, apiRefused,
 * claimObjectInvalid.
 */
export interface ClaimsApi {
  getPodClaims(ref: PodRef, signal: AbortSignal): Promise<PodClaims | undefined>;
  getResourceClaim(ref: NadRef, signal: AbortSignal): Promise<ResourceClaim | undefined>;
  /** `expired`: the token of the previous page is too old. */
  listResourceSlices(query: SliceQuery, signal: AbortSignal): Promise<SlicePage | 'expired'>;
  /** Server-side apply of status.devices (K8S-22). */
  applyDeviceStatus(patch: DeviceStatusPatch, signal: AbortSignal): Promise<DeviceStatusOutcome>;
}

/** The ClaimsApi of a Kubernetes API server. `within` limits the duration of each request. */
export function claimsApi(
  api: ApiConnection,
  within: (signal: AbortSignal) => AbortSignal = (signal) => signal,
): ClaimsApi {
  const send = (request: ApiRequest, expected: readonly number[], signal: AbortSignal): Promise<ApiAnswer> =>
    sendRequest(request, expected, api, within(signal));
  return {
    getPodClaims: async (ref, signal) => {
      const path = `/api/v1/namespaces/${pathSegment(ref.namespace)}/pods/${pathSegment(ref.name)}`;
      const requested = new Set<string>();
      const take = (container: unknown): void => {
        for (const name of extendedResourcesOf(container)) if (requested.size < mostResources) requested.add(name);
      };
      const shape = () => podClaimsShape(take);
      const { status, body } = await send(
        { verb: 'get', resource: 'pods', path, shape, what: `get pod ${podKey(ref)}` },
        [404],
        signal,
      );
      return status === 404 ? undefined : parsePodClaims(ref, body, [...requested].toSorted());
    },
    getResourceClaim: async (ref, signal) => {
      const request = {
        verb: 'get',
        resource: 'resourceclaims',
        path: claimPath(ref),
        what: `get ResourceClaim ${nadKey(ref)}`,
      } as const;
      const { status, body } = await send(request, [404], signal);
      return status === 404 ? undefined : parseResourceClaim(ref, body);
    },
    listResourceSlices: async (query, signal) => {
      const answer = await send(sliceList(query), [410], signal);
      return answer.status === 410 ? 'expired' : parseSlicePage(answer.body);
    },
    applyDeviceStatus: async (patch, signal) =>
      outcomeOf(await send(deviceStatusApply(patch), [403, 404, 409, 422], signal)),
  };
}

/** Limit for the names of resources of one pod. */
const mostResources = 1000;

const group = '/apis/resource.k8s.io/v1';
const claimPath = ({ namespace, name }: NadRef): string =>
  `${group}/namespaces/${pathSegment(namespace)}/resourceclaims/${pathSegment(name)}`;

function sliceList({ driver, nodeName, limit, continue: token }: SliceQuery): ApiRequest {
  const selected = [...(nodeName === undefined ? [] : [`spec.nodeName=${nodeName}`]), `spec.driver=${driver}`].join(
    ',',
  );
  const query = new URLSearchParams({
    fieldSelector: selected,
    ...(limit !== undefined && { limit: String(limit) }),
    ...(token !== undefined && { continue: token }),
  });
  return {
    verb: 'list',
    resource: 'resourceslices',
    path: `${group}/resourceslices?${query.toString()}`,
    what: `list ResourceSlices of driver ${driver}`,
  };
}

const deviceStatusApply = ({ claim, entries, manager, force }: DeviceStatusPatch): ApiRequest => ({
  verb: 'patch',
  resource: 'resourceclaims/status',
  path: `${claimPath(claim)}/status?${new URLSearchParams({ fieldManager: manager, force: String(force) }).toString()}`,
  contentType: 'application/apply-patch+yaml',
  body: {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: { namespace: claim.namespace, name: claim.name, ...(claim.uid !== undefined && { uid: claim.uid }) },
    status: { devices: entries },
  },
  what: `write the device status of ResourceClaim ${nadKey(claim)}`,
});

const outcomeOf = ({ status, body }: ApiAnswer): DeviceStatusOutcome =>
  status < 300
    ? 'written'
    : { status, problem: problemIn({ kind: 'answer', status, body }), managers: managersIn(body) };

/** The owners of the conflicting fields, from the causes of a 409. */
function managersIn(body: unknown): readonly string[] {
  const { details } = (body ?? {}) as { readonly details?: { readonly causes?: unknown } | null };
  const causes: readonly unknown[] = Array.isArray(details?.causes) ? details.causes : [];
  const names = causes.map(
    (cause) => /^conflict with "([^"]*)"/.exec(String((cause as { readonly message?: unknown } | null)?.message))?.[1],
  );
  return [...new Set(names.filter((name) => name !== undefined))];
}
