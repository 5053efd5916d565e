import { setTimeout as delay } from 'node:timers/promises';
import {
  type NadWatch,
  type Permissions,
  apiPermissions,
  cachedPermissions,
  connectNads,
  nadShape,
} from '../cluster/index.ts';
import { type PlexusError, asPlexusError } from '../errors/index.ts';
import {
  type ApiConnection,
  type ApiReader,
  type CredentialSource,
  type WatchTiming,
  apiReader,
  listAll,
  metadataList,
  pathSegment,
  reflect,
  usualWatchTiming,
} from '../kube/index.ts';
import {
  type Labels,
  type NadRef,
  defaultNetworksKey,
  nadAnnotationKeys,
  nadGroup,
  nadKey,
  nadPlural,
  nadVersion,
} from '../npwg/index.ts';
import type { Settings } from '../plan/index.ts';
import { fairQueue } from '../service/index.ts';
import { type ControlSwitches, noSwitches, readControlSwitches } from './control-switches.ts';
import { usesNad } from './judge.ts';
import type { ClusterNad } from './cluster-nad.ts';
import { knownNads } from './known-nads.ts';
import { annotationsOf, labelsOf, objectAt, objectsAt, stringAt } from './pod-parts.ts';

/** The state of the cluster that decisions depend on. Watched, so that a pod usually causes no API request. */
export interface Sources {
  /** Undefined if it does not exist. Rejects with apiUnavailable or apiRefused. */
  readonly nad: (ref: NadRef, signal: AbortSignal) => Promise<ClusterNad | undefined>;
  readonly nadKeys: () => readonly string[];
  /** The default networks of a namespace. */
  readonly defaultNetworks: (namespace: string, signal: AbortSignal) => Promise<string | undefined>;
  readonly switches: () => ControlSwitches;
  /** Resources that a DeviceClass offers. */
  readonly classResources: () => ReadonlySet<string>;
  /** Undefined if the namespace does not exist. */
  readonly namespaceLabels: (namespace: string, signal: AbortSignal) => Promise<Labels | undefined>;
  readonly isNamespaceDeleted: (namespace: string, signal: AbortSignal) => Promise<boolean>;
  /** The pods, as namespace/name, that use a network; without those that have ended. */
  readonly podsUsing: (nad: NadRef, settings: Settings, signal: AbortSignal) => Promise<readonly string[]>;
  /** Whether a user may use a network. Rejects with apiUnavailable or apiRefused. */
  readonly mayUse: Permissions['mayUse'];
  /** Why decisions would be based on incomplete data; undefined if they are not. */
  readonly notReady: () => string | undefined;
  readonly networks: () => number;
  /** Keeps everything up to date until the signal is aborted. Never rejects. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

export interface SourceOptions {
  readonly credentials: CredentialSource;
  readonly api: ApiConnection;
  /** The annotations of a NetworkAttachmentDefinition that name a resource. */
  readonly resourceNameKeys: readonly string[];
  /** The ConfigMap with control switches and user-defined injections. */
  readonly switchesAt: { readonly namespace: string; readonly name: string };
  readonly timing?: WatchTiming;
  /** How often the ConfigMap and the DeviceClasses are read. */
  readonly pollMs?: number;
}

const usualPollMs = 30_000;
const pollTimeoutMs = 10_000;

// Less than the API server waits for the webhook.
const reviewTimeoutMs = 4000;
const withReviewTimeout = (signal: AbortSignal): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(reviewTimeoutMs)]);

/** Connects to the cluster; nothing is read before `run`. */
export async function clusterSources(options: SourceOptions): Promise<Sources> {
  const { api, resourceNameKeys, timing = usualWatchTiming } = options;
  const reader = apiReader(options.credentials);
  const annotationKeys = [...new Set([...nadAnnotationKeys, ...resourceNameKeys])];
  const watch = await connectNads(api, annotationKeys, timing);
  const namespaces = mirrorNamespaces(api, timing);
  const polled = pollOthers(reader, options);
  const listing = fairQueue(); // Many lists at once would occupy the process.
  const permissions = cachedPermissions(apiPermissions(api, withReviewTimeout));
  return {
    nad: readNad(watch, reader, annotationKeys),
    nadKeys: watch.nads.keys,
    defaultNetworks: async (namespace, signal) => (await namespaces.get(namespace, reader, signal))?.defaultNetworks,
    switches: polled.switches,
    classResources: polled.classResources,
    namespaceLabels: async (namespace, signal) => {
      const found = await reader.get(`namespace ${namespace}`, namespacePath(namespace), signal);
      return found === undefined ? undefined : labelsOf(found);
    },
    isNamespaceDeleted: async (namespace, signal) => {
      const found = await reader.get(`namespace ${namespace}`, namespacePath(namespace), signal);
      return found === undefined || objectAt(found, 'metadata')['deletionTimestamp'] !== undefined;
    },
    mayUse: (user, nad, signal) => permissions.mayUse(user, nad, signal),
    podsUsing: (nad, settings, signal) =>
      listing(nad.namespace, () => podsUsing(api, nad, { settings, signal }), signal),
    notReady: () => {
      if (!watch.state().complete) return 'NetworkAttachmentDefinitions are not synced yet';
      return namespaces.isComplete() ? undefined : 'namespaces are not synced yet';
    },
    networks: () => watch.nads.size(),
    run: async (signal) => {
      await Promise.all([watch.run(signal), namespaces.run(signal), polled.run(signal)]);
    },
  };
}

const namespacePath = (name: string): string => `/api/v1/namespaces/${pathSegment(name)}`;

function readNad(watch: NadWatch, reader: ApiReader, annotationKeys: readonly string[]): Sources['nad'] {
  const known = knownNads();
  const shape = nadShape(annotationKeys);
  return async (ref, signal) => {
    const key = nadKey(ref);
    const cached = watch.nads.object(ref);
    if (typeof cached === 'object' && cached !== null) return known(key, cached);
    const path = `/apis/${nadGroup}/${nadVersion}/namespaces/${pathSegment(ref.namespace)}/${nadPlural}/${pathSegment(ref.name)}`;
    const object = await reader.get(`NetworkAttachmentDefinition ${key}`, path, signal, shape);
    return typeof object === 'object' && object !== null ? known(key, object) : undefined;
  };
}

interface KnownNamespace {
  readonly defaultNetworks: string | undefined;
}
interface NamespaceMirror {
  readonly get: (name: string, reader: ApiReader, signal: AbortSignal) => Promise<KnownNamespace | undefined>;
  readonly isComplete: () => boolean;
  readonly run: (signal: AbortSignal) => Promise<void>;
}

// Longer annotations, which real ones are not, are read when a pod needs them.
const mostAnnotationBytes = 1024;

function mirrorNamespaces(api: ApiConnection, timing: WatchTiming): NamespaceMirror {
  let known = new Map<string, KnownNamespace>();
  let complete = false;
  let problem: string | undefined;
  const add = (map: Map<string, KnownNamespace>, object: unknown): void => {
    const name = stringAt(object, 'metadata', 'name');
    if (typeof objectAt(object, 'metadata', 'annotations')[defaultNetworksKey] === 'object') map.delete(name);
    else map.set(name, knownNamespace(object));
  };
  const onLost = (error: PlexusError): void => {
    if (error.message !== problem) api.report({ kind: 'watch-state', resource: 'namespaces', state: 'lost', error });
    problem = error.message;
  };
  return {
    get: async (name, reader, signal) => {
      const found = known.get(name);
      if (found !== undefined) return found;
      const object = await reader.get(`namespace ${name}`, namespacePath(name), signal);
      return object === undefined ? undefined : knownNamespace(object);
    },
    isComplete: () => complete,
    run: (signal) =>
      reflect(
        {
          path: '/api/v1/namespaces',
          resource: 'namespaces',
          api,
          timing,
          shape: {
            keys: {
              metadata: {
                keys: {
                  name: 256,
                  resourceVersion: 256,
                  annotations: { keys: { [defaultNetworksKey]: mostAnnotationBytes } },
                },
              },
            },
          },
          sink: {
            set: (object) => add(known, object),
            remove: (object) => void known.delete(stringAt(object, 'metadata', 'name')),
            listing: () => {
              const next = new Map<string, KnownNamespace>();
              return { add: (object) => add(next, object), done: () => void ([known, complete] = [next, true]) };
            },
          },
          onSynced: () => void (problem = undefined),
          onLost,
        },
        signal,
      ),
  };
}

const knownNamespace = (object: unknown): KnownNamespace => ({
  defaultNetworks: annotationsOf(object)[defaultNetworksKey],
});

interface Polled {
  readonly switches: () => ControlSwitches;
  readonly classResources: () => ReadonlySet<string>;
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** Reads small objects regularly, which costs less than watches. What cannot be read keeps its last value. */
function pollOthers(reader: ApiReader, { api, switchesAt, pollMs = usualPollMs }: SourceOptions): Polled {
  let switches = noSwitches;
  let classResources: ReadonlySet<string> = new Set();
  const reported = new Map<string, string>();
  const reportOnce = (what: string, text: string): void => {
    if (text !== '' && reported.get(what) !== text) api.report({ kind: 'warning', text: `${what}: ${text}` });
    reported.set(what, text);
  };
  const attempt = async (what: string, read: () => Promise<string>): Promise<void> =>
    reportOnce(what, await read().catch((error: unknown) => asPlexusError(error).message));
  const pollOnce = async (signal: AbortSignal): Promise<void> => {
    const { namespace, name } = switchesAt;
    await attempt(`ConfigMap ${namespace}/${name}`, async () => {
      const path = `${namespacePath(namespace)}/configmaps/${pathSegment(name)}`;
      switches = readControlSwitches(await reader.get(`ConfigMap ${namespace}/${name}`, path, signal));
      return switches.problems.join('; ');
    });
    await attempt('DeviceClasses', async () => {
      const classes = (await reader.list('DeviceClasses', '/apis/resource.k8s.io/v1/deviceclasses', signal)) ?? [];
      classResources = new Set(
        objectsAt({ classes }, 'classes').flatMap((each) => {
          const resource = objectAt(each, 'spec')['extendedResourceName'];
          return typeof resource === 'string' ? [resource] : [];
        }),
      );
      return '';
    });
  };
  return {
    switches: () => switches,
    classResources: () => classResources,
    run: async (signal) => {
      while (!signal.aborted) {
        await pollOnce(AbortSignal.any([signal, AbortSignal.timeout(pollTimeoutMs)]));
        await delay(pollMs, undefined, { signal }).catch(() => {}); // the loop condition handles an abort
      }
    },
  };
}

const page = 500;
const running = 'fieldSelector=status.phase%21%3DSucceeded%2Cstatus.phase%21%3DFailed';

/** With namespace isolation, only pods of the same namespace can use a network, unless its namespace is shared. */
async function podsUsing(
  api: ApiConnection,
  nad: NadRef,
  { settings, signal }: { readonly settings: Settings; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const { namespaceIsolation, globalNamespaces, multusNamespace } = settings;
  const isShared = !namespaceIsolation || [...globalNamespaces, multusNamespace].includes(nad.namespace);
  const path = isShared ? '/api/v1/pods' : `${namespacePath(nad.namespace)}/pods`;
  const users: string[] = [];
  const keep = (pod: unknown): void => {
    if (usesNad(pod, nad, multusNamespace))
      users.push(`${stringAt(pod, 'metadata', 'namespace')}/${stringAt(pod, 'metadata', 'name')}`);
  };
  await listAll({ path, resource: 'pods', api, page, query: running, accept: metadataList }, keep, [], signal);
  return [...new Set(users)];
}
