import { type Nad, type NadRef, mostConfigLength, nadAnnotationKeys, nadKey, parseNad } from '../npwg/index.ts';
import type { Shape } from './json-scan.ts';

/** NetworkAttachmentDefinitions of a cluster, as far as Plexus reads them. */
export interface NadCache {
  /** Undefined when it is not known. nadInvalid when the object is no NAD; nadTooLarge. */
  readonly get: (ref: NadRef) => Nad | undefined;
  readonly size: () => number;
  /** How many were left out for want of room since they were listed last: they have to be read when they are needed. */
  readonly leftOut: () => number;
  /** The objects as they are kept, and a number that is another one whenever they are. */
  readonly all: () => readonly unknown[];
  readonly revision: () => number;
  readonly set: (object: unknown) => void;
  readonly remove: (object: unknown) => void;
  /** Takes objects one by one; with `done`, they and no others are what is known. */
  readonly listing: () => { readonly add: (object: unknown) => void; readonly done: () => void };
}

interface ApiObject {
  readonly metadata?: {
    readonly name?: string | undefined;
    readonly namespace?: string | undefined;
    readonly annotations?: Readonly<Record<string, unknown>>;
  };
  readonly spec?: { readonly config?: unknown };
}

const mostAnnotationBytes = 64 * 1024;

/** What is read of a NAD. A text that is too long to be used is not even held in memory. */
export const nadShape: Shape = {
  keys: {
    metadata: {
      keys: {
        name: 1024,
        namespace: 1024,
        resourceVersion: 256,
        annotations: { keys: Object.fromEntries(nadAnnotationKeys.map((key) => [key, mostAnnotationBytes])) },
      },
    },
    spec: { keys: { config: 2 * mostConfigLength } }, // quotes and line ends take two bytes each in JSON
  },
};

const usualBudget = 8 * 1024 * 1024;

/**
 * An empty one. Configurations are kept as text, once, and parsed when they are used. All together they have a budget
 * of characters: beyond it the largest are left out, so that large NADs slow down only the pods that use them.
 */
export function createNadCache(budget = usualBudget): NadCache {
  let known = createStore(budget);
  let revision = 0;
  return {
    get: (ref) => {
      const object = known.get(nadKey(ref));
      return object === undefined ? undefined : parseNad(object);
    },
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
  readonly set: (key: string, object: ApiObject) => void;
  readonly remove: (key: string) => void;
}

/**
 * Objects within a budget. The largest is found by its class of size: each class holds those up to twice as large as
 * the one before.
 */
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

// of one that holds nothing else: its key, and the objects around it
const sizeOfEmpty = 400;

function sizeOf(key: string, { metadata, spec }: ApiObject): number {
  const texts = [spec?.config, ...Object.values(metadata?.annotations ?? {})];
  return (
    sizeOfEmpty +
    2 * key.length +
    texts.reduce((sum: number, text) => sum + (typeof text === 'string' ? text.length : 0), 0)
  );
}

// managedFields and other people's annotations are often longer than the network
function slim(object: unknown): ApiObject {
  const { metadata, spec } = object as ApiObject;
  const kept = Object.entries(metadata?.annotations ?? {}).filter(([key]) => nadAnnotationKeys.includes(key));
  const tooLong = kept.map(([, value]) => value).find((value) => typeof value !== 'string'); // an annotation that is not heeded could be one that forbids something
  const config = tooLong ?? spec?.config;
  return {
    metadata: {
      name: metadata?.name,
      namespace: metadata?.namespace,
      ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }),
    },
    ...(config !== undefined && { spec: { config } }),
  };
}
