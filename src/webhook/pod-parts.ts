import { type JsonObject, isJsonObject } from '../cni/index.ts';

/** An object at a path of keys; {} if it is absent or no object. */
export const objectAt = (value: unknown, ...keys: readonly string[]): JsonObject => {
  const found = keys.reduce<unknown>((each, key) => (isJsonObject(each) ? each[key] : undefined), value);
  return isJsonObject(found) ? found : {};
};

/** The objects of a list at a path of keys; [] if it is absent or no list. */
export function objectsAt(value: unknown, ...keys: readonly string[]): readonly JsonObject[] {
  const found = objectAt(value, ...keys.slice(0, -1))[keys.at(-1) ?? ''];
  return Array.isArray(found) ? found.filter(isJsonObject) : [];
}

/** The annotations that are strings; others are ignored, as the API server rejects them. */
export const annotationsOf = (object: unknown): Readonly<Record<string, string>> => textsAt(object, 'annotations');

export const labelsOf = (object: unknown): Readonly<Record<string, string>> => textsAt(object, 'labels');

const textsAt = (object: unknown, key: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(objectAt(object, 'metadata', key)).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );

/** The pod with other annotations added. */
export const withAnnotations = (pod: JsonObject, added: Readonly<Record<string, string>>): JsonObject =>
  Object.keys(added).length === 0
    ? pod
    : {
        ...pod,
        metadata: {
          ...objectAt(pod, 'metadata'),
          annotations: { ...objectAt(pod, 'metadata', 'annotations'), ...added },
        },
      };

/** The string at a path of keys; '' if it is absent or no string. */
export const stringAt = (value: unknown, ...keys: readonly string[]): string => {
  const found = objectAt(value, ...keys.slice(0, -1))[keys.at(-1) ?? ''];
  return typeof found === 'string' ? found : '';
};
