import { createHash, randomBytes } from 'node:crypto';
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
import { type Cluster, type EventSubject, type PodEvent, type PodState, subjectKey } from './cluster.ts';
import type { ApiConnection, ApiRequest } from './http-exchange.ts';

/** A Cluster that is a Kubernetes API server: one request for each method. */
export function kubernetesCluster(api: ApiConnection): Cluster {
  const send = (request: ApiRequest, expected: readonly number[], signal: AbortSignal): Promise<ApiAnswer> => sendRequest(request, expected, api, signal);
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
    recordEvent: async (subject, event, signal) => {
      await send(eventCreation(subject, event), [409], signal); // 409: this very message has been told already
    },
    claims: claimsApi(api),
  };
}

// the server then leaves out spec and status; an old one answers with the whole object, which does as well
const metadataOnly = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';

const metadataOnlyList = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

const podPath = ({ namespace, name }: PodRef): string => `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;

const nadPath = ({ namespace, name }: NadRef): string =>
  `/apis/${nadGroup}/${nadVersion}/namespaces/${encodeURIComponent(namespace)}/${nadPlural}/${encodeURIComponent(name)}`;

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

const longestMessage = 1024;

function eventCreation(subject: EventSubject, event: PodEvent): ApiRequest {
  const now = new Date().toISOString();
  const involvedObject = referenceTo(subject);
  const { namespace = 'default' } = involvedObject; // events about what has no namespace are there
  const message = event.message.length > longestMessage ? `${event.message.slice(0, longestMessage - 1)}…` : event.message;
  const body = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { namespace, name: eventName(subject, event) },
    involvedObject,
    type: event.type,
    reason: event.reason,
    message,
    source: { component: 'plexus' },
    reportingComponent: 'plexus',
    reportingInstance: 'plexus',
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  };
  return {
    verb: 'create',
    resource: 'events',
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`,
    body,
    what: `record event ${event.reason} of ${subjectKey(subject)}`,
  };
}

// kubelet gives events about its node the node's name as UID, and kubectl describe looks for that
const referenceTo = (subject: EventSubject): { readonly kind: string; readonly name: string; readonly namespace?: string; readonly uid?: string } =>
  'node' in subject ? { kind: 'Node', name: subject.node, uid: subject.node } : { ...onlyOf(subject), kind: 'Pod' };

const onlyOf = ({ namespace, name, uid }: PodRef & { readonly uid?: string }) => ({ apiVersion: 'v1', namespace, name, ...(uid !== undefined && { uid }) });

// the runtime repeats a failing ADD for hours: the same warning of the same pod has the same name, so it is told once
function eventName(subject: EventSubject, event: PodEvent): string {
  const { name, uid } = referenceTo(subject);
  const same = createHash('sha256')
    .update(`${uid ?? ''} ${event.reason} ${event.message}`)
    .digest('hex')
    .slice(0, 16);
  return `${name}.${event.type === 'Warning' ? same : randomBytes(8).toString('hex')}`;
}
