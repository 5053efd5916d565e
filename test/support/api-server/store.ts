import { type Change, makeHistory } from './history.ts';
import type { KubeObject } from './json.ts';

/**
 * All objects in memory, with one resource version for the whole store and the history that watches use. Objects are
 * never modified: every write stores a new one.
 */
export interface Store {
  version(): number;
  /** Older versions can no longer be read or watched from. */
  readonly oldest: () => number;
  get(storage: string, namespace: string, name: string): KubeObject | undefined;
  /** Sorted by namespace and name. With a version: the state at that version, which must not be below oldest(). */
  list(storage: string, version?: number): KubeObject[];
  /** Stores the object under a new resource version and returns it as stored. */
  write(storage: string, object: KubeObject): KubeObject;
  /** Removes the object and returns its last form, with the version of the removal. */
  remove(storage: string, object: KubeObject): KubeObject;
  storages(): string[];
  readonly changesSince: (storage: string, version: number) => Change[];
  /** Drops the history: earlier watches and list continuations expire. */
  compact(): void;
  subscribe(listener: (change: Change) => void): () => void;
}

export function makeStore(historyLimit: number): Store {
  const buckets = new Map<string, Map<string, KubeObject>>();
  const listeners = new Set<(change: Change) => void>();
  const history = makeHistory(historyLimit);
  let version = 0;

  const bucket = (storage: string): Map<string, KubeObject> => {
    const found = buckets.get(storage) ?? new Map<string, KubeObject>();
    buckets.set(storage, found);
    return found;
  };
  const change = (storage: string, object: KubeObject, removed: boolean): KubeObject => {
    version += 1;
    const next = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    const previous = bucket(storage).get(keyOf(object));
    if (removed) bucket(storage).delete(keyOf(object));
    else bucket(storage).set(keyOf(object), next);
    const entry = { version, storage, object: next, previous, removed };
    history.record(entry);
    for (const listener of listeners) listener(entry);
    return next;
  };

  return {
    version: () => version,
    oldest: history.oldest,
    get: (storage, namespace, name) => bucket(storage).get(`${namespace}/${name}`),
    list(storage, at = version) {
      const objects = rewound(bucket(storage), history.since(storage, at));
      return [...objects].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
    },
    write: (storage, object) => change(storage, object, false),
    remove: (storage, object) => change(storage, object, true),
    storages: () => [...buckets.keys()],
    changesSince: history.since,
    compact: () => history.forget(version),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Reconstructs the state before the changes by undoing them, last one first. */
function rewound(now: ReadonlyMap<string, KubeObject>, changes: readonly Change[]): Map<string, KubeObject> {
  const objects = new Map(now);
  for (const { object, previous } of changes.toReversed()) {
    if (previous) objects.set(keyOf(object), previous);
    else objects.delete(keyOf(object));
  }
  return objects;
}

const keyOf = (object: KubeObject): string => `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
