import type { KubeObject } from './json.ts';

/** One change of one object, in the order of resource versions. */
export interface Change {
  readonly version: number;
  readonly storage: string;
  readonly object: KubeObject;
  /** Undefined for a new object. */
  readonly previous: KubeObject | undefined;
  readonly removed: boolean;
}

/** The changes that are still available. */
export interface History {
  /** Older versions can no longer be read or watched from. */
  readonly oldest: () => number;
  record(change: Change): void;
  readonly since: (storage: string, version: number) => Change[];
  forget(version: number): void;
}

/** Keeps up to `limit` changes; beyond that, the older half is dropped. */
export function makeHistory(limit: number): History {
  let changes: Change[] = [];
  let oldest = 0;
  return {
    oldest: () => oldest,
    record(change) {
      changes.push(change);
      if (changes.length <= limit) return;
      const dropped = changes.splice(0, Math.ceil(limit / 2));
      oldest = dropped.at(-1)?.version ?? oldest;
    },
    since: (storage, version) => changes.filter((change) => change.storage === storage && change.version > version),
    forget(version) {
      changes = changes.filter((change) => change.version > version);
      oldest = version;
    },
  };
}
