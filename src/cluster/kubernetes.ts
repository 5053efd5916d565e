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
import { type ApiAnswer, type ApiRequest, sendRequest } from './api-request.ts';
import type { Cluster, PodEvent } from './cluster.ts';
import { type CredentialSource, type Credentials, loadCredentials } from './credentials.ts';

/** A Cluster that is a Kubernetes API server: one request for each method. Credentials are loaded with the first one. */
export function kubernetesCluster(source: CredentialSource): Cluster {
  let credentials: Promise<Credentials> | undefined;
  const send = async (request: ApiRequest, expected: readonly number[], signal: AbortSignal): Promise<ApiAnswer> => {
    credentials ??= loadCredentials(source);
    return sendRequest(request, expected, await credentials, signal);
  };
  return {
    getPod: async (ref, signal) => {
      const { status, body } = await send({ method: 'GET', path: podPath(ref), accept: metadataOnly, what: `get pod ${podKey(ref)}` }, [404], signal);
      return status === 404 ? undefined : podFrom(ref, body);
    },
    getNad: async (ref, signal) =>
      nadFrom(await send({ method: 'GET', path: nadPath(ref), what: `get NetworkAttachmentDefinition ${nadKey(ref)}` }, [404], signal)),
    patchNetworkStatus: async (pod, text, signal) => {
      const { status } = await send(statusPatch(pod, text), [404, 409, 422], signal);
      return status < 300 ? 'written' : 'pod-is-gone';
    },
    recordEvent: async (pod, event, signal) => {
      await send(eventCreation(pod, event), [409], signal); // 409: this very message has been told already
    },
  };
}

// the server then leaves out spec and status; an old one answers with the whole object, which does as well
const metadataOnly = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';

const podPath = ({ namespace, name }: PodRef): string => `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;

const nadPath = ({ namespace, name }: NadRef): string =>
  `/apis/${nadGroup}/${nadVersion}/namespaces/${encodeURIComponent(namespace)}/${nadPlural}/${encodeURIComponent(name)}`;

interface ApiObject {
  readonly metadata?: { readonly uid?: string; readonly annotations?: Readonly<Record<string, string>> };
}

function podFrom({ namespace, name }: PodRef, body: unknown): PodMetadata {
  const { metadata } = (body ?? {}) as ApiObject;
  return { namespace, name, annotations: metadata?.annotations ?? {}, ...(metadata?.uid !== undefined && { uid: metadata.uid }) };
}

const nadFrom = ({ status, body }: ApiAnswer): Nad | undefined => (status === 404 ? undefined : parseNad(body));

/** One merge patch of the status subresource; with the UID in it, a successor of the same name answers 422 (K8S-14). */
const statusPatch = (pod: PodRef & { readonly uid?: string }, text: string): ApiRequest => ({
  method: 'PATCH',
  path: `${podPath(pod)}/status`,
  contentType: 'application/merge-patch+json',
  body: { metadata: { annotations: { [networkStatusKey]: text }, ...(pod.uid !== undefined && { uid: pod.uid }) } },
  accept: metadataOnly,
  what: `write network-status of pod ${podKey(pod)}`,
});

const longestMessage = 1024;

function eventCreation(pod: PodRef & { readonly uid?: string }, event: PodEvent): ApiRequest {
  const now = new Date().toISOString();
  const message = event.message.length > longestMessage ? `${event.message.slice(0, longestMessage - 1)}…` : event.message;
  const body = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { namespace: pod.namespace, name: eventName(pod, event) },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: pod.namespace, name: pod.name, ...(pod.uid !== undefined && { uid: pod.uid }) },
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
    method: 'POST',
    path: `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/events`,
    body,
    what: `record event ${event.reason} of pod ${podKey(pod)}`,
  };
}

// the runtime repeats a failing ADD for hours: the same warning of the same pod has the same name, so it is told once
function eventName(pod: PodRef & { readonly uid?: string }, event: PodEvent): string {
  const same = createHash('sha256')
    .update(`${pod.uid ?? ''} ${event.reason} ${event.message}`)
    .digest('hex')
    .slice(0, 16);
  return `${pod.name}.${event.type === 'Warning' ? same : randomBytes(8).toString('hex')}`;
}
