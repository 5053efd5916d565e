import { isDeepStrictEqual } from 'node:util';

export type JsonObject = Record<string, unknown>;

/** The metadata that the server itself reads or writes; everything else is kept. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  generateName?: string;
  uid: string;
  resourceVersion: string;
  creationTimestamp: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  [key: string]: unknown;
}

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [key: string]: unknown;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const asObject = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** The value if it is a string. */
export const asText = (value: unknown, otherwise = ''): string => (typeof value === 'string' ? value : otherwise);

export const sameJson = (a: unknown, b: unknown): boolean => isDeepStrictEqual(a, b);

/** The value at a path of keys, undefined if any step is missing. */
export const valueAt = (root: unknown, keys: readonly string[]): unknown =>
  keys.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), root);

/** A copy without some keys. */
export const withoutKeys = (object: JsonObject, keys: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
