import { resultInvalid } from '../errors/index.ts';
import { type JsonObject, type JsonValue, isJsonObject, nameOfType } from './json.ts';

/** Reads the fields of one object of a result. Each field is absent (null in Go) or has the right type. */
export interface Fields {
  readonly text: (key: string) => string | undefined;
  readonly integer: (key: string) => number | undefined;
  readonly texts: (key: string) => readonly string[] | undefined;
  readonly object: (key: string) => Fields | undefined;
  readonly objects: (key: string) => readonly Fields[];
  /** The keys that are not among `known`; undefined if there are none. */
  readonly extra: (known: readonly string[]) => JsonObject | undefined;
}

/** Reads the fields of an object; `place` and `source` appear in resultInvalid. */
export function fieldsOf(json: JsonObject, source: string, place = ''): Fields {
  const name = (key: string): string => (place === '' ? key : `${place}.${key}`);
  const wrong = (key: string, wanted: string) =>
    resultInvalid({ source, problem: `${name(key)} is ${nameOfType(json[key])}, not ${wanted}` });
  const read = <T>(key: string, wanted: string, accept: (value: JsonValue) => T | undefined): T | undefined => {
    const value = json[key];
    if (value === undefined || value === null) return undefined;
    const accepted = accept(value);
    if (accepted === undefined) throw wrong(key, wanted);
    return accepted;
  };
  return {
    text: (key) => read(key, 'a string', (value) => (typeof value === 'string' ? value : undefined)),
    integer: (key) =>
      read(key, `an integer from ${Number.MIN_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER}`, (value) =>
        Number.isSafeInteger(value) ? (value as number) : undefined,
      ),
    texts: (key) => read(key, 'a list of strings', (value) => (isTexts(value) ? value : undefined)),
    object: (key) =>
      read(key, 'an object', (value) => (isJsonObject(value) ? fieldsOf(value, source, name(key)) : undefined)),
    objects: (key) => read(key, 'a list of objects', (value) => objectsIn(value, source, name(key))) ?? [],
    extra: (known) => unknownKeys(json, known),
  };
}

const isTexts = (value: JsonValue): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

function objectsIn(value: JsonValue, source: string, place: string): readonly Fields[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const objects: readonly unknown[] = value;
  if (!objects.every(isJsonObject)) return undefined;
  return objects.map((each, index) => fieldsOf(each, source, `${place}[${index}]`));
}

function unknownKeys(json: JsonObject, known: readonly string[]): JsonObject | undefined {
  const rest = Object.entries(json).filter(([key]) => !known.includes(key));
  return rest.length === 0 ? undefined : Object.fromEntries(rest);
}

/** The object without absent parts: undefined, empty strings and empty lists (Go's omitempty). */
export function compact(parts: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const present = Object.entries(parts).filter(
    (pair): pair is [string, JsonValue] => pair[1] !== undefined && pair[1] !== '' && !isEmptyList(pair[1]),
  );
  return Object.fromEntries(present);
}

const isEmptyList = (value: JsonValue): boolean => Array.isArray(value) && value.length === 0;

/** The value without undefined properties, to build typed objects. */
export function defined<T extends object>(parts: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as T;
}
