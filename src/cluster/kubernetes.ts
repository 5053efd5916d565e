import {
  type Nad,
  type NadRef,
  type PodMetadata,
  type PodRef,
  configMirrorKey,
  configSourceKey,
  debugKey,
  defaultNetworkKey,
  nadGroup,
  nadKey,
  nadPlural,
  nadVersion,
  networkStatusKey,
  networksKey,
  parseNad,
  podKey,
} from '../npwg/index.ts';
import {
  type ApiAnswer,
  type ApiConnection,
  type ApiRequest,
  type Shape,
  continueIn,
  listShape,
  metadataList,
  metadataOnly,
  pathSegment,
  sendRequest,
} from '../kube/index.ts';
import { claimsApi } from './claims-api.ts';
import { apiPermissions } from './permissions.ts';
import type { Cluster, PodState } from './cluster.ts';
import { nadShape } from './nad-cache.ts';
import { namespaceLabels } from './namespace-labels.ts';
import { recordEvent } from './record-event.ts';

/** A Cluster backed by a Kubernetes API server. Each method sends one request with `sender`. */
export function kubernetesCluster(api: ApiConnection, sender = sendRequest): Cluster {
  const send = (request: ApiRequest, expected: readonly number[], signal: AbortSignal): Promise<ApiAnswer> =>
    sender(request, expected, api, signal);
  return {
    getPod: async (ref, signal) => {
      const what = `get pod ${podKey(ref)}`;
      const { status, body } = await send(
        {
          verb: 'get',
          resource: 'pods',
          path: podPath(ref),
          accept: metadataOnly,
          shape: () => podRequestsShape,
          what,
        },
        [404],
        signal,
      );
      return status === 404 ? undefined : podFrom(ref, body);
    },
    getPodState: async (ref, signal) => {
      const what = `get pod ${podKey(ref)}`;
      const { status, body } = await send(
        { verb: 'get', resource: 'pods', path: podPath(ref), shape: () => onePodShape, what },
        [404],
        signal,
      );
      return status === 404 ? undefined : podStateFrom(body);
    },
    listPodsOf: (node, keep, signal) => {
      const take = (object: unknown) => keep(metadataFrom(object as ApiObject));
      return podsOf(node, { object: podMetadataShape, take, accept: metadataList }, send, signal);
    },
    listPodStatesOf: (node, keep, signal) =>
      podsOf(node, { object: podStateShape, take: (object) => keep(podStateFrom(object)) }, send, signal),
    getNad: async (ref, signal) =>
      nadFrom(
        await send(
          {
            verb: 'get',
            resource: nadPlural,
            path: nadPath(ref),
            shape: () => nadShape(),
            what: `get NetworkAttachmentDefinition ${nadKey(ref)}`,
          },
          [404],
          signal,
        ),
      ),
    getNamespaceLabels: (namespace, signal) => namespaceLabels(namespace, (request) => send(request, [404], signal)),
    patchNetworkStatus: async (pod, text, signal) => {
      const { status } = await send(statusPatch(pod, text), [404, 409, 422], signal);
      return status < 300 ? 'written' : 'pod-is-gone';
    },
    publishNetworks: async (pod, networks, signal) => {
      const { status } = await send(networksPatch(pod, networks), [404, 409, 422], signal);
      return status < 300 ? 'written' : 'pod-is-gone';
    },
    recordEvent: (subject, event, signal) =>
      recordEvent(subject, event, (request, expected) => send(request, expected, signal)),
    claims: claimsApi(api),
    permissions: apiPermissions(api),
  };
}

// Replaces an annotation that was too long; it is neither empty nor a valid list.
const tooLongToShow = '(too long)';

interface PodList<T> {
  /** The shape that is read of each pod, and how it is mapped. */
  readonly object: Shape;
  readonly take: (object: unknown) => T | undefined;
  readonly accept?: string;
}

async function podsOf<T>(
  node: string,
  { object, take, accept }: PodList<T>,
  send: (request: ApiRequest, expected: readonly number[], signal: AbortSignal) => Promise<ApiAnswer>,
  signal: AbortSignal,
): Promise<readonly T[]> {
  const all: T[] = [];
  // resourceVersion=0 reads from the server's cache, which is recent enough: candidates are checked again before any
  // action.
  const path = `/api/v1/pods?fieldSelector=${encodeURIComponent(`spec.nodeName=${node}`)}&resourceVersion=0`;
  for (let token = ''; ;) {
    let page: T[] = [];
    const shape = (): Shape => {
      page = []; // Discard the result of an earlier attempt.
      return listShape(object, (each) => {
        const made = take(each);
        if (made !== undefined) page.push(made);
      });
    };
    const query =
      token === '' ? path : `${path.replace('&resourceVersion=0', '')}&continue=${encodeURIComponent(token)}`;
    const what = `list the pods of node ${node}`;
    const { body } = await send(
      {
        verb: 'list',
        resource: 'pods',
        path: `${query}&limit=500`,
        shape,
        what,
        ...(accept !== undefined && { accept }),
      },
      [],
      signal,
    );
    all.push(...page);
    token = continueIn(body);
    if (token === '') return all;
  }
}

const staticPodKeys = { [configMirrorKey]: 256, [configSourceKey]: 256 };
// Keeps only the presence of a longer annotation; the lists need no more.
const annotationsShape = {
  keys: { [networksKey]: 4096, [networkStatusKey]: 64 * 1024, ...staticPodKeys },
};
// The API server limits annotations to 256 KiB. A character takes up to six bytes of JSON.
const anyAnnotation = 6 * 256 * 1024;
const requestsShape: Shape = {
  keys: { [networksKey]: anyAnnotation, [defaultNetworkKey]: anyAnnotation, [debugKey]: 16, ...staticPodKeys },
};
const metadataKeys = { namespace: 1024, name: 1024, uid: 256, deletionTimestamp: 64, annotations: annotationsShape };
const podRequestsShape: Shape = { keys: { metadata: { keys: { ...metadataKeys, annotations: requestsShape } } } };
const podMetadataShape: Shape = { keys: { metadata: { keys: metadataKeys } } };
const podStateShape: Shape = {
  keys: {
    metadata: { keys: metadataKeys },
    spec: { keys: { hostNetwork: 16 } },
    status: { keys: { phase: 64, startTime: 64 } },
  },
};

// The answer for a single pod contains its whole annotations.
const onePodShape: Shape = {
  keys: {
    metadata: {
      keys: {
        ...metadataKeys,
        annotations: {
          keys: { ...annotationsShape.keys, [networksKey]: anyAnnotation, [networkStatusKey]: anyAnnotation },
        },
      },
    },
    spec: { keys: { hostNetwork: 16 } },
    // Kubelet's conditions name all containers that are not ready. The API server stores at most 1.5 MiB.
    status: { keys: { phase: 64, startTime: 64, conditions: { wholeBytes: 2 * 1024 * 1024 } } },
  },
};

const podPath = ({ namespace, name }: PodRef): string =>
  `/api/v1/namespaces/${pathSegment(namespace)}/pods/${pathSegment(name)}`;

const nadPath = ({ namespace, name }: NadRef): string =>
  `/apis/${nadGroup}/${nadVersion}/namespaces/${pathSegment(namespace)}/${nadPlural}/${pathSegment(name)}`;

interface ApiObject {
  readonly metadata?: {
    readonly namespace?: string;
    readonly name?: string;
    readonly uid?: string;
    readonly annotations?: Readonly<Record<string, unknown>>;
    readonly deletionTimestamp?: string;
  };
}
interface ApiPod extends ApiObject {
  readonly spec?: { readonly hostNetwork?: boolean };
  readonly status?: {
    readonly phase?: string;
    readonly startTime?: string;
    readonly conditions?: PodState['conditions'];
  };
}

const metadataFrom = ({ metadata = {} }: ApiObject): PodMetadata => ({
  namespace: metadata.namespace ?? '',
  name: metadata.name ?? '',
  annotations: Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : tooLongToShow,
    ]),
  ),
  ...(metadata.uid !== undefined && { uid: metadata.uid }),
});

function podStateFrom(body: unknown): PodState {
  const pod = (body ?? {}) as ApiPod;
  const { phase, startTime, conditions } = pod.status ?? {};
  return {
    metadata: metadataFrom(pod),
    hostNetwork: pod.spec?.hostNetwork === true,
    deleting: pod.metadata?.deletionTimestamp !== undefined,
    ...(phase !== undefined && { phase }),
    ...(startTime !== undefined && { startTime }),
    ...(Array.isArray(conditions) && { conditions }),
  };
}

function podFrom({ namespace, name }: PodRef, body: unknown): PodMetadata {
  const { metadata } = (body ?? {}) as ApiObject;
  return { ...metadataFrom({ ...(metadata !== undefined && { metadata }) }), namespace, name };
}

const nadFrom = ({ status, body }: ApiAnswer): Nad | undefined => (status === 404 ? undefined : parseNad(body));

/** Builds one merge patch of the status. With the UID, a successor of the same name answers 422 (K8S-14). */
const statusPatch = (pod: PodRef & { readonly uid?: string }, text: string): ApiRequest => ({
  verb: 'patch',
  resource: 'pods/status',
  path: `${podPath(pod)}/status`,
  contentType: 'application/merge-patch+json',
  body: { metadata: { annotations: { [networkStatusKey]: text }, ...(pod.uid !== undefined && { uid: pod.uid }) } },
  accept: metadataOnly,
  what: `write network-status of pod ${podKey(pod)}`,
});

// A strategic merge patch changes one condition and leaves those of kubelet alone. Its UID is a precondition.
function networksPatch(
  pod: PodRef & { readonly uid?: string },
  { status, condition }: Parameters<NonNullable<Cluster['publishNetworks']>>[1],
): ApiRequest {
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const conditions = condition === undefined ? [] : [conditionOf(condition, now)];
  return {
    verb: 'patch',
    resource: 'pods/status',
    path: `${podPath(pod)}/status`,
    contentType: 'application/strategic-merge-patch+json',
    body: {
      metadata: {
        ...(status !== undefined && { annotations: { [networkStatusKey]: status } }),
        ...(pod.uid !== undefined && { uid: pod.uid }),
      },
      ...(conditions.length > 0 && { status: { conditions } }),
    },
    accept: metadataOnly,
    what: `write network-status of pod ${podKey(pod)}`,
  };
}

const conditionOf = (
  { isTransition, ...condition }: NonNullable<Parameters<NonNullable<Cluster['publishNetworks']>>[1]['condition']>,
  now: string,
): object => ({ ...condition, lastProbeTime: null, ...(isTransition && { lastTransitionTime: now }) });
