import { type PodSummary, type PodWarning, nadGroup, nadPlural, nadVersion, podKey } from '../npwg/index.ts';
import { type PlexusError, apiRefused, apiUnavailable, is, namespaceNotFound } from '../errors/index.ts';
import {
  type ApiConnection,
  type Credentials,
  type Listed,
  type WatchSink,
  listAll,
  pathSegment,
  reflect,
  sendIfThere,
  tryRequest,
  usualWatchTiming,
} from '../kube/index.ts';
import { type InstalledDaemons, readDaemonSets } from './daemon-sets.ts';
import { createNadCache } from './nad-cache.ts';
import { podSummary, podWarning } from './pod-summary.ts';

/** The pods and networks of a cluster, or of one namespace. */
export interface Overview {
  readonly pods: readonly PodSummary[];
  /** NetworkAttachmentDefinitions as the API returns them. */
  readonly nads: readonly unknown[];
  /** Namespaces whose NetworkAttachmentDefinitions are known; those of other namespaces may exist nevertheless. */
  readonly nadNamespaces: 'all' | readonly string[];
  /** namespace/name of the NetworkAttachmentDefinitions that nadSelector selects; undefined without one. */
  readonly selectedNads?: readonly string[];
  /** Warning Events about pods that may explain why a pod cannot start; undefined if they cannot be read. */
  readonly warnings?: readonly PodWarning[];
  /** What is missing for lack of permission, as sentences. */
  readonly notes: readonly string[];
}
/** One namespace, or all of them. */
export interface OverviewScope {
  readonly namespace?: string;
  /** Selects pods by their labels, in the form of kubectl. */
  readonly selector?: string;
  /** Selects NetworkAttachmentDefinitions by their labels. All are read nevertheless, because pods refer to them. */
  readonly nadSelector?: string;
}
/** A cluster for the read-only views, with the permissions of the user. */
export interface ClusterViews {
  readonly server: string;
  /** The context's namespace, or "default". */
  readonly namespace: string;
  /** Rejects with apiUnavailable at once if the server does not answer; apiRefused. */
  readonly read: (scope: OverviewScope, signal: AbortSignal) => Promise<Overview>;
  /** Rejects with namespaceNotFound. Resolves if the namespace exists, or if the user may not read namespaces. */
  readonly assertNamespace: (name: string, signal: AbortSignal) => Promise<void>;
  /** Resolves if the server answers, whatever it answers; rejects with apiUnavailable otherwise. */
  readonly probe: (signal: AbortSignal) => Promise<void>;
  /** The DaemonSets of Plexus; undefined without the permission to list them. */
  readonly daemons: (signal: AbortSignal) => Promise<readonly InstalledDaemons[] | undefined>;
  readonly watch: (scope: OverviewScope, onChange: () => void, timing?: typeof usualWatchTiming) => WatchedOverview;
}
export interface WatchedOverview {
  /** Runs until the signal is aborted. Never rejects. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly current: () => Overview;
  readonly state: () => OverviewState;
}
/** The state of a watched overview. */
export interface OverviewState {
  /** Whether the pods are listed, and the NetworkAttachmentDefinitions are listed or cannot be. */
  readonly complete: boolean;
  /** Why changes do not arrive at present, by resource. */
  readonly problems: readonly string[];
}

const page = 500;
const nadsIn = (scope: OverviewScope, selector?: string): string =>
  `/apis/${nadGroup}/${nadVersion}${inNamespace(scope)}/${nadPlural}${withLabels(selector)}`;
const podsIn = (scope: OverviewScope): string => `/api/v1${inNamespace(scope)}/pods${withLabels(scope.selector)}`;
const withLabels = (selector: string | undefined): string =>
  selector === undefined ? '' : `?labelSelector=${encodeURIComponent(selector)}`;
/** The Events that state why a pod cannot start: those of Plexus, and kubelet's. */
const eventsIn = (scope: OverviewScope): readonly string[] =>
  ['source=plexus', 'reason=FailedCreatePodSandBox'].map(
    (one) =>
      `/api/v1${inNamespace(scope)}/events?fieldSelector=${encodeURIComponent(`involvedObject.kind=Pod,type=Warning,${one}`)}`,
  );
const inNamespace = ({ namespace }: OverviewScope): string =>
  namespace === undefined ? '' : `/namespaces/${pathSegment(namespace)}`;

export function clusterViews(api: ApiConnection, { server, namespace = 'default' }: Credentials): ClusterViews {
  return {
    server: server.href,
    namespace,
    read: async (scope, signal) => {
      const [pods, nads, selected, warnings] = await Promise.all([
        listAll({ path: podsIn(scope), resource: 'pods', api, page }, podSummary, [], signal),
        listNads({ scope }, (object) => object, api, signal),
        scope.nadSelector === undefined
          ? undefined
          : listNads({ scope, selector: scope.nadSelector }, objectKey, api, signal),
        readWarnings(scope, api, signal),
      ]);
      return {
        pods: itemsOf(pods),
        nads: nads.items,
        nadNamespaces: nads.namespaces,
        ...(selected !== undefined && { selectedNads: selected.items }),
        ...warnings,
      };
    },
    assertNamespace: async (name, signal) => {
      const path = `/api/v1/namespaces/${pathSegment(name)}`;
      const request = { verb: 'get', resource: 'namespaces', path, what: `get namespace ${name}` } as const;
      const { status } = await sendIfThere(request, [403, 404], api, signal);
      if (status === 404) throw namespaceNotFound({ namespace: name });
    },
    probe: (signal) => probe(api, signal),
    daemons: (signal) => readDaemonSets(api, signal),
    watch: (scope, onChange, timing = usualWatchTiming) => watchOverview({ api, scope, onChange, timing }),
  };
}

async function probe(api: ApiConnection, signal: AbortSignal): Promise<void> {
  const what = 'get the version of the API server';
  const outcome = await tryRequest({ verb: 'get', resource: 'version', path: '/version', what }, api, signal);
  if (outcome.kind === 'no-answer')
    throw apiUnavailable({ request: what, problem: signal.aborted ? 'no answer in time' : outcome.problem });
}

const itemsOf = <T>(listed: Listed<T>): readonly T[] => ('items' in listed ? listed.items : []);

/**
 * Reads all namespaces, because pods refer to NADs of other namespaces; only the scope if that is not allowed. Empty if
 * the CRD is not installed (404).
 */
async function listNads<T>(
  { scope, selector }: { readonly scope: OverviewScope; readonly selector?: string },
  read: (object: unknown) => T,
  api: ApiConnection,
  signal: AbortSignal,
): Promise<{ readonly items: readonly T[]; readonly namespaces: Overview['nadNamespaces'] }> {
  const list = (of: OverviewScope, expected: readonly number[]): Promise<Listed<T>> =>
    listAll({ path: nadsIn(of, selector), resource: nadPlural, api, page }, read, expected, signal);
  const all = await list({}, scope.namespace === undefined ? [404] : [403, 404]);
  if (!('status' in all) || all.status === 404) return { items: itemsOf(all), namespaces: 'all' };
  const own = await list(scope, [403]);
  return { items: itemsOf(own), namespaces: 'items' in own ? [scope.namespace ?? ''] : [] };
}

/** Empty without the permission to list Events. */
async function readWarnings(
  scope: OverviewScope,
  api: ApiConnection,
  signal: AbortSignal,
): Promise<Pick<Overview, 'warnings' | 'notes'>> {
  const lists = await Promise.all(
    eventsIn(scope).map((path) => listAll({ path, resource: 'events', api, page }, podWarning, [403], signal)),
  );
  return lists.some((each) => 'status' in each)
    ? { notes: [eventsNotReadable] }
    : { warnings: lists.flatMap(itemsOf), notes: [] };
}

interface Watching {
  readonly api: ApiConnection;
  readonly scope: OverviewScope;
  readonly onChange: () => void;
  readonly timing: typeof usualWatchTiming;
}

function watchOverview({ api, scope, onChange, timing }: Watching): WatchedOverview {
  const [pods, nads] = [podCache(), createNadCache()];
  const selected = scope.nadSelector === undefined ? undefined : cacheOf(objectKey, (key) => key);
  const warnings = eventsIn(scope).map((path) => ({ path, cache: warningCache(), refused: false }));
  const problems = new Map<string, string>();
  const complete = new Set<string>();
  const pending = new Set([nadsIn(scope), ...(selected === undefined ? [] : [nadsIn(scope, scope.nadSelector)])]);
  const run = (resource: string, path: string, sink: WatchSink, signal: AbortSignal): Promise<void> => {
    const events = warnings.find(({ cache }) => cache === sink);
    const onSynced = (): void => {
      if (events === undefined) complete.add(path);
      else events.refused = false;
      problems.delete(path);
      pending.delete(path);
      onChange();
    };
    const onLost = (error: PlexusError): void => {
      // Everything else is up to date without Events.
      if (events !== undefined && is(error, apiRefused) && error.context.status === 403) events.refused = true;
      else problems.set(path, error.message);
      pending.delete(path);
      onChange();
    };
    return reflect({ path, resource, api, sink: notifying(sink, onChange), timing, onSynced, onLost }, signal);
  };
  return {
    run: async (signal) =>
      void (await Promise.all([
        run('pods', podsIn(scope), pods, signal),
        run(nadPlural, nadsIn(scope), nads, signal),
        selected === undefined ? undefined : run(nadPlural, nadsIn(scope, scope.nadSelector), selected, signal),
        ...warnings.map(({ path, cache }) => run('events', path, cache, signal)),
      ])),
    current: () => ({
      pods: pods.all(),
      nads: nads.all(),
      // Until a list has completed, no NAD counts as missing.
      nadNamespaces: !complete.has(nadsIn(scope)) ? [] : scope.namespace === undefined ? 'all' : [scope.namespace],
      ...(selected !== undefined && { selectedNads: selected.all() }),
      ...(warnings.some(({ refused }) => refused)
        ? { notes: [eventsNotReadable] }
        : { warnings: warnings.flatMap(({ cache }) => cache.all()), notes: [] }),
    }),
    state: () => ({ complete: complete.has(podsIn(scope)) && pending.size === 0, problems: [...problems.values()] }),
  };
}

const notifying = (sink: WatchSink, onChange: () => void): WatchSink => ({
  set: (object) => {
    sink.set(object);
    onChange();
  },
  remove: (object) => {
    sink.remove(object);
    onChange();
  },
  listing: () => sink.listing(), // onSynced, which follows, marks the end.
});

/** What a view states if the user may not list Events. */
const eventsNotReadable =
  'you may not list Events, so the reasons why pods cannot start are not shown (RBAC: list and watch events)';

interface Cache<T> extends WatchSink {
  readonly all: () => readonly T[];
}

const podCache = (): Cache<PodSummary> => cacheOf(podSummary, podKey);
const warningCache = (): Cache<PodWarning> => cacheOf(podWarning, (_, object) => objectKey(object));

const objectKey = (object: unknown): string => {
  const { namespace = '', name = '' } =
    (object as { readonly metadata?: { readonly namespace?: string; readonly name?: string } } | null)?.metadata ?? {};
  return `${namespace}/${name}`;
};

function cacheOf<T>(read: (object: unknown) => T, keyOf: (value: T, object: unknown) => string): Cache<T> {
  let known = new Map<string, T>();
  const put = (map: Map<string, T>, object: unknown): void => {
    const value = read(object);
    map.set(keyOf(value, object), value);
  };
  return {
    all: () => [...known.values()],
    set: (object) => put(known, object),
    remove: (object) => void known.delete(keyOf(read(object), object)),
    listing: () => {
      const next = new Map<string, T>();
      return { add: (object) => put(next, object), done: () => void (known = next) };
    },
  };
}
