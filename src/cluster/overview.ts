import { type PodSummary, nadGroup, nadPlural, nadVersion, podKey } from '../npwg/index.ts';
import {
  type ApiConnection,
  type Credentials,
  type Listed,
  type WatchSink,
  listAll,
  pathSegment,
  reflect,
  usualWatchTiming,
} from '../kube/index.ts';
import { createNadCache } from './nad-cache.ts';
import { podSummary } from './pod-summary.ts';

/** The pods and networks of a cluster, or of one namespace. */
export interface Overview {
  readonly pods: readonly PodSummary[];
  /** NetworkAttachmentDefinitions as the API returns them. */
  readonly nads: readonly unknown[];
  /** Namespaces whose NetworkAttachmentDefinitions are known; those of other namespaces may exist nevertheless. */
  readonly nadNamespaces: 'all' | readonly string[];
}
/** One namespace, or all of them. */
export interface OverviewScope {
  readonly namespace?: string;
}
/** A cluster for the read-only views, with the permissions of the user. */
export interface ClusterViews {
  readonly server: string;
  /** The context's namespace, or "default". */
  readonly namespace: string;
  /** Rejects with apiUnavailable at once if the server does not answer; apiRefused. */
  readonly read: (scope: OverviewScope, signal: AbortSignal) => Promise<Overview>;
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
  /** Whether one list of everything has completed. */
  readonly complete: boolean;
  /** Why changes do not arrive at present, by resource. */
  readonly problems: readonly string[];
}

const page = 500;
const nadsIn = (scope: OverviewScope): string => `/apis/${nadGroup}/${nadVersion}${inNamespace(scope)}/${nadPlural}`;
const podsIn = (scope: OverviewScope): string => `/api/v1${inNamespace(scope)}/pods`;
const inNamespace = ({ namespace }: OverviewScope): string =>
  namespace === undefined ? '' : `/namespaces/${pathSegment(namespace)}`;

export function clusterViews(api: ApiConnection, { server, namespace = 'default' }: Credentials): ClusterViews {
  return {
    server: server.href,
    namespace,
    read: async (scope, signal) => {
      const [pods, nads] = await Promise.all([
        listAll({ path: podsIn(scope), resource: 'pods', api, page }, podSummary, [], signal),
        readNads(scope, api, signal),
      ]);
      return { pods: itemsOf(pods), ...nads };
    },
    watch: (scope, onChange, timing = usualWatchTiming) => watchOverview({ api, scope, onChange, timing }),
  };
}

const itemsOf = <T>(listed: Listed<T>): readonly T[] => ('items' in listed ? listed.items : []);

/**
 * Reads all namespaces, because pods refer to NADs of other namespaces; only the scope if that is not allowed. Empty if
 * the CRD is not installed (404).
 */
async function readNads(
  scope: OverviewScope,
  api: ApiConnection,
  signal: AbortSignal,
): Promise<Pick<Overview, 'nads' | 'nadNamespaces'>> {
  const list = (of: OverviewScope, expected: readonly number[]): Promise<Listed<unknown>> =>
    listAll({ path: nadsIn(of), resource: nadPlural, api, page }, (object) => object, expected, signal);
  const all = await list({}, scope.namespace === undefined ? [404] : [403, 404]);
  if (!('status' in all) || all.status === 404) return { nads: itemsOf(all), nadNamespaces: 'all' };
  const own = await list(scope, [403]);
  return { nads: itemsOf(own), nadNamespaces: 'items' in own ? [scope.namespace ?? ''] : [] };
}

interface Watching {
  readonly api: ApiConnection;
  readonly scope: OverviewScope;
  readonly onChange: () => void;
  readonly timing: typeof usualWatchTiming;
}

function watchOverview({ api, scope, onChange, timing }: Watching): WatchedOverview {
  const [pods, nads] = [podCache(), createNadCache()];
  const problems = new Map<string, string>();
  const complete = new Set<string>();
  const run = (resource: string, path: string, sink: WatchSink, signal: AbortSignal): Promise<void> => {
    const onSynced = (): void => {
      complete.add(resource);
      problems.delete(resource);
      onChange();
    };
    const onLost = (error: Error): void => {
      problems.set(resource, error.message);
      onChange();
    };
    return reflect({ path, resource, api, sink: notifying(sink, onChange), timing, onSynced, onLost }, signal);
  };
  return {
    run: async (signal) =>
      void (await Promise.all([run('pods', podsIn(scope), pods, signal), run(nadPlural, nadsIn(scope), nads, signal)])),
    current: () => ({
      pods: pods.all(),
      nads: nads.all(),
      // Until a list has completed, no NAD counts as missing.
      nadNamespaces: !complete.has(nadPlural) ? [] : scope.namespace === undefined ? 'all' : [scope.namespace],
    }),
    state: () => ({ complete: complete.has('pods'), problems: [...problems.values()] }),
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

function podCache(): WatchSink & { readonly all: () => readonly PodSummary[] } {
  let known = new Map<string, PodSummary>();
  const put = (map: Map<string, PodSummary>, object: unknown): void => {
    const pod = podSummary(object);
    map.set(podKey(pod), pod);
  };
  return {
    all: () => [...known.values()],
    set: (object) => put(known, object),
    remove: (object) => void known.delete(podKey(podSummary(object))),
    listing: () => {
      const next = new Map<string, PodSummary>();
      return { add: (object) => put(next, object), done: () => void (known = next) };
    },
  };
}
