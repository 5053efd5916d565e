import { type Nad, type NadRef, nadAnnotationKeys, nadKey, parseNad } from '../npwg/index.ts';

/** NetworkAttachmentDefinitions of a cluster, as far as Plexus reads them. */
export interface NadCache {
  /** Undefined when it is not known. nadInvalid when the object is no NAD. */
  readonly get: (ref: NadRef) => Nad | undefined;
  readonly size: () => number;
  /** The objects as they are kept, and a number that is another one whenever they are. */
  readonly all: () => readonly unknown[];
  readonly revision: () => number;
  readonly set: (object: unknown) => void;
  readonly remove: (object: unknown) => void;
  /** Takes objects one by one; with `done`, they and no others are what is known. */
  readonly listing: () => { readonly add: (object: unknown) => void; readonly done: () => void };
}

interface ApiObject {
  readonly metadata?: { readonly name?: string | undefined; readonly namespace?: string | undefined; readonly annotations?: Readonly<Record<string, unknown>> };
  readonly spec?: { readonly config?: unknown };
}

/** An empty one. Configurations are kept as text, once, and parsed when they are used. */
export function createNadCache(): NadCache {
  let known = new Map<string, ApiObject>();
  let revision = 0;
  return {
    get: (ref) => {
      const object = known.get(nadKey(ref));
      return object === undefined ? undefined : parseNad(object);
    },
    size: () => known.size,
    all: () => [...known.values()],
    revision: () => revision,
    set: (object) => {
      known.set(keyOf(object), slim(object));
      revision++;
    },
    remove: (object) => {
      known.delete(keyOf(object));
      revision++;
    },
    listing: () => {
      const next = new Map<string, ApiObject>();
      const done = (): void => {
        known = next;
        revision++;
      };
      return { add: (object) => void next.set(keyOf(object), slim(object)), done };
    },
  };
}

const keyOf = (object: unknown): string => {
  const { metadata } = object as ApiObject;
  return nadKey({ namespace: metadata?.namespace ?? '', name: metadata?.name ?? '' });
};

// managedFields and other people's annotations are often longer than the network
function slim(object: unknown): ApiObject {
  const { metadata, spec } = object as ApiObject;
  const kept = Object.entries(metadata?.annotations ?? {}).filter(([key]) => nadAnnotationKeys.includes(key));
  return {
    metadata: { name: metadata?.name, namespace: metadata?.namespace, ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }) },
    ...(spec?.config !== undefined && { spec: { config: spec.config } }),
  };
}
