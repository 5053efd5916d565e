import { type Nad, type NadRef, maxConfigLength, nadAnnotationKeys, nadKey, parseNad } from '../npwg/index.ts';
import type { Shape } from '../kube/index.ts';

/** The parts of a cluster's NetworkAttachmentDefinitions that Plexus reads. */
export interface NadCache {
  /** Undefined if it is not cached. Throws nadTooLarge, or nadInvalid if the object is not a NAD. */
  readonly get: (ref: NadRef) => Nad | undefined;
  readonly size: () => number;
  /** Objects that did not fit since the last list; they must be read on demand. */
  readonly leftOut: () => number;
  /** The cached object itself. */
  readonly object: (ref: NadRef) => unknown;
  readonly keys: () => readonly string[];
  /** The cached objects, and a number that changes whenever they do. */
  readonly all: () => readonly unknown[];
  readonly revision: () => number;
  readonly set: (object: unknown) => void;
  readonly remove: (object: unknown) => void;
  /** Starts a complete list: after `done`, the cache contains the added objects only. */
  readonly listing: () => { readonly add: (object: unknown) => void; readonly done: () => void };
}

interface ApiObject {
  readonly metadata?: {
    readonly name?: string | undefined;
    readonly namespace?: string | undefined;
    /** Only in views; nadShape leaves it out. */
    readonly creationTimestamp?: string;
    readonly annotations?: Readonly<Record<string, unknown>>;
  };
  readonly spec?: { readonly config?: unknown };
}

const mostAnnotationBytes = 64 * 1024;

/**
 * The shape of a NAD with these annotations. A string that is too long to be used is not kept in memory.
 */
export const nadShape = (annotationKeys: readonly string[] = nadAnnotationKeys): Shape => ({
  keys: {
    metadata: {
      keys: {
        name: 1024,
        namespace: 1024,
        resourceVersion: 256,
        annotations: { keys: Object.fromEntries(annotationKeys.map((key) => [key, mostAnnotationBytes])) },
      },
    },
    spec: { keys: { config: 2 * maxConfigLength } }, // Quotes and line ends take two bytes each in JSON.
  },
});

const usualBudget = 8 * 1024 * 1024;

/**
 * Creates an empty cache. Configurations are kept once, as text, and parsed on use. They share a budget of characters;
 * beyond it the largest are evicted, so that large NADs slow down only the pods that use them.
 */
export function createNadCache(budget = usualBudget, annotationKeys = nadAnnotationKeys): NadCache {
  const slim = (object: unknown): ApiObject => slimmed(object, annotationKeys);
  let known = createStore(budget);
  let revision = 0;
  return {
    get: (ref) => {
      const object = known.get(nadKey(ref));
      return object === undefined ? undefined : parseNad(object);
    },
    object: (ref) => known.get(nadKey(ref)),
    keys: () => known.keys(),
    size: () => known.size(),
    leftOut: () => known.leftOut(),
    all: () => known.all(),
    revision: () => revision,
    set: (object) => {
      known.set(keyOf(object), slim(object));
      revision++;
    },
    remove: (object) => {
      known.remove(keyOf(object));
      revision++;
    },
    listing: () => {
      const next = createStore(budget);
      const done = (): void => {
        known = next;
        revision++;
      };
      return { add: (object) => next.set(keyOf(object), slim(object)), done };
    },
  };
}

interface Store {
  readonly get: (key: string) => ApiObject | undefined;
  readonly size: () => number;
  readonly leftOut: () => number;
  readonly all: () => readonly ApiObject[];
  readonly keys: () => readonly string[];
  readonly set: (key: string, object: ApiObject) => void;
  readonly remove: (key: string) => void;
}

/** Objects within a budget. Size classes, each up to twice as large as the one before, find the largest. */
function createStore(budget: number): Store {
  const objects = new Map<string, { readonly object: ApiObject; readonly size: number }>();
  const classes = Array.from({ length: 32 }, () => new Set<string>());
  const classOf = (size: number): Set<string> => classes[Math.min(31, Math.floor(Math.log2(size)))] as Set<string>;
  let held = 0;
  let leftOut = 0;
  const remove = (key: string): void => {
    const size = objects.get(key)?.size;
    if (size === undefined) return;
    objects.delete(key);
    classOf(size).delete(key);
    held -= size;
  };
  const dropLargest = (): void => {
    const [key] = classes.findLast(({ size }) => size > 0) ?? [];
    if (key !== undefined) remove(key);
    leftOut++;
  };
  return {
    get: (key) => objects.get(key)?.object,
    size: () => objects.size,
    leftOut: () => leftOut,
    all: () => [...objects.values()].map(({ object }) => object),
    keys: () => [...objects.keys()],
    set: (key, object) => {
      remove(key);
      const size = sizeOf(key, object);
      objects.set(key, { object, size });
      classOf(size).add(key);
      held += size;
      while (held > budget) dropLargest();
    },
    remove,
  };
}

const keyOf = (object: unknown): string => {
  const { metadata } = object as ApiObject;
  return nadKey({ namespace: metadata?.namespace ?? '', name: metadata?.name ?? '' });
};

// An object's key and the containers around it.
const sizeOfEmpty = 400;

function sizeOf(key: string, { metadata, spec }: ApiObject): number {
  const texts = [spec?.config, ...Object.values(metadata?.annotations ?? {})];
  return (
    sizeOfEmpty +
    2 * key.length +
    texts.reduce((sum: number, text) => sum + (typeof text === 'string' ? text.length : 0), 0)
  );
}

// managedFields and unrelated annotations are often longer than the network.
function slimmed(object: unknown, annotationKeys: readonly string[]): ApiObject {
  const { metadata, spec } = object as ApiObject;
  const kept = Object.entries(metadata?.annotations ?? {}).filter(([key]) => annotationKeys.includes(key));
  // The ignored annotation could be one that forbids something.
  const tooLong = kept.map(([, value]) => value).find((value) => typeof value !== 'string');
  const config = tooLong ?? spec?.config;
  return {
    metadata: {
      name: metadata?.name,
      namespace: metadata?.namespace,
      ...(metadata?.creationTimestamp !== undefined && { creationTimestamp: metadata.creationTimestamp }),
      ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }),
    },
    ...(config !== undefined && { spec: { config } }),
  };
}
