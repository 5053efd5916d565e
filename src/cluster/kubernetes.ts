import {
  type Nad,
  type NadRef,
  type PodMetadata,
  type PodRef,
  nadGroup,
  nadKey,
  nadPlural,
  nadVersion,
  networkStatusKey,
  parseNad,
  podKey,
} from '../npwg/index.ts';
import { type ApiAnswer, sendRequest } from './api-request.ts';
import { claimsApi } from './claims-api.ts';
import type { Cluster, PodState } from './cluster.ts';
import { recordEvent } from './record-event.ts';
import type { ApiConnection, ApiRequest } from './http-exchange.ts';
import { pathSegment } from './path-segment.ts';

/** A Cluster that is a Kubernetes API server: one request for each method, sent by `sender`. */
export function kubernetesCluster(api: ApiConnection, sender = sendRequest): Cluster {
  const send = (request: ApiRequest, expected: readonly number[], signal: AbortSignal): Promise<ApiAnswer> => sender(request, expected, api, signal);
  return {
    getPod: async (ref, signal) => {
      const what = `get pod ${podKey(ref)}`;
      const { status, body } = await send({ verb: 'get', resource: 'pods', path: podPath(ref), accept: metadataOnly, what }, [404], signal);
      return status === 404 ? undefined : podFrom(ref, body);
    },
    getPodState: async (ref, signal) => {
      const what = `get pod ${podKey(ref)}`;
      const { status, body } = await send({ verb: 'get', resource: 'pods', path: podPath(ref), what }, [404], signal);
      return status === 404 ? undefined : podStateFrom(body);
    },
    listPodsOf: async (node, signal) => {
      // resourceVersion=0: from the server's memory, which is new enough for what is looked at again before anything happens
      const path = `/api/v1/pods?fieldSelector=${encodeURIComponent(`spec.nodeName=${node}`)}&resourceVersion=0`;
      const { body } = await send({ verb: 'list', resource: 'pods', path, accept: metadataOnlyList, what: `list the pods of node ${node}` }, [], signal);
      return ((body as { readonly items?: readonly ApiObject[] } | null)?.items ?? []).map(metadataFrom);
    },
    getNad: async (ref, signal) =>
      nadFrom(await send({ verb: 'get', resource: nadPlural, path: nadPath(ref), what: `get NetworkAttachmentDefinition ${nadKey(ref)}` }, [404], signal)),
    patchNetworkStatus: async (pod, text, signal) => {
      const { status } = await send(statusPatch(pod, text), [404, 409, 422], signal);
      return status < 300 ? 'written' : 'pod-is-gone';
    },
    recordEvent: (subject, event, signal) => recordEvent(subject, event, (request, expected) => send(request, expected, signal)),
    claims: claimsApi(api),
  };
}

// the server then leaves out spec and status; an old one answers with the whole object, which does as well
const metadataOnly = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';

const metadataOnlyList = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

const podPath = ({ namespace, name }: PodRef): string => `/api/v1/namespaces/${pathSegment(namespace)}/pods/${pathSegment(name)}`;

const nadPath = ({ namespace, name }: NadRef): string =>
  `/apis/${nadGroup}/${nadVersion}/namespaces/${pathSegment(namespace)}/${nadPlural}/${pathSegment(name)}`;

interface ApiObject {
  readonly metadata?: {
    readonly namespace?: string;
    readonly name?: string;
    readonly uid?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
}
interface ApiPod extends ApiObject {
  readonly spec?: { readonly hostNetwork?: boolean };
  readonly status?: { readonly phase?: string; readonly startTime?: string };
}

const metadataFrom = ({ metadata = {} }: ApiObject): PodMetadata => ({
  namespace: metadata.namespace ?? '',
  name: metadata.name ?? '',
  annotations: metadata.annotations ?? {},
  ...(metadata.uid !== undefined && { uid: metadata.uid }),
});

function podStateFrom(body: unknown): PodState {
  const pod = (body ?? {}) as ApiPod;
  const { phase, startTime } = pod.status ?? {};
  return {
    metadata: metadataFrom(pod),
    hostNetwork: pod.spec?.hostNetwork === true,
    deleting: pod.metadata?.deletionTimestamp !== undefined,
    ...(phase !== undefined && { phase }),
    ...(startTime !== undefined && { startTime }),
  };
}

function podFrom({ namespace, name }: PodRef, body: unknown): PodMetadata {
  const { metadata } = (body ?? {}) as ApiObject;
  return { namespace, name, annotations: metadata?.annotations ?? {}, ...(metadata?.uid !== undefined && { uid: metadata.uid }) };
}

const nadFrom = ({ status, body }: ApiAnswer): Nad | undefined => (status === 404 ? undefined : parseNad(body));

/** One merge patch of the status subresource; with the UID in it, a successor of the same name answers 422 (K8S-14). */
const statusPatch = (pod: PodRef & { readonly uid?: string }, text: string): ApiRequest => ({
  verb: 'patch',
  resource: 'pods/status',
  path: `${podPath(pod)}/status`,
  contentType: 'application/merge-patch+json',
  body: { metadata: { annotations: { [networkStatusKey]: text }, ...(pod.uid !== undefined && { uid: pod.uid }) } },
  accept: metadataOnly,
  what: `write network-status of pod ${podKey(pod)}`,
});
