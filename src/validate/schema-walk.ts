import { type JsonObject, type JsonValue, isJsonObject } from '../cni/index.ts';
import type { PluginSchema } from './plugin-schemas.gen.js';
import type { Path } from '../errors/index.ts';

/** A value as its schema spells it, and what was noticed on the way. */
export interface Walked {
  /** With the schema's spelling of keys, without unknown ones and without null: so reads Go. */
  readonly canonical: JsonValue;
  readonly unknown: readonly { readonly path: Path; readonly key: string; readonly known: readonly string[] }[];
  /** Keys of one object that differ in case only: the later ones. */
  readonly repeated: readonly Path[];
  readonly formatted: readonly { readonly path: Path; readonly format: string; readonly text: string }[];
}

/** Walks a value along its schema. */
export function walk(value: JsonValue, schema: PluginSchema, path: Path = []): Walked {
  if (Array.isArray(value) && schema.items !== undefined)
    return walkList(value as readonly JsonValue[], schema.items, path);
  if (isJsonObject(value) && schema.properties !== undefined) return walkObject(value, schema, path);
  const formatted =
    schema.format !== undefined && typeof value === 'string' && value !== ''
      ? [{ path, format: schema.format, text: value }]
      : [];
  return { canonical: value, unknown: [], repeated: [], formatted };
}

function walkList(list: readonly JsonValue[], items: PluginSchema, path: Path): Walked {
  const walked = list.map((each, index) => walk(each, items, [...path, index]));
  return { canonical: walked.map(({ canonical }) => canonical), ...joined(walked) };
}

const joined = (walked: readonly Walked[]): Omit<Walked, 'canonical'> => ({
  unknown: walked.flatMap(({ unknown }) => unknown),
  repeated: walked.flatMap(({ repeated }) => repeated),
  formatted: walked.flatMap(({ formatted }) => formatted),
});

function walkObject(value: JsonObject, { properties = {}, additionalProperties }: PluginSchema, path: Path): Walked {
  const known = Object.keys(properties);
  const byLowerCase = new Map(known.map((key) => [key.toLowerCase(), key]));
  const inner: Walked[] = [];
  const canonical: Record<string, JsonValue> = {};
  const unknown: Walked['unknown'][number][] = [];
  const repeated: Path[] = [];
  for (const [key, each] of Object.entries(value)) {
    const name = byLowerCase.get(key.toLowerCase());
    if (name === undefined) {
      if (additionalProperties === false && !isForeign(key)) unknown.push({ path: [...path, key], key, known });
    } else if (each !== null) {
      if (Object.hasOwn(canonical, name)) repeated.push([...path, key]);
      const walked = walk(each, properties[name] ?? {}, [...path, key]);
      inner.push(walked);
      canonical[name] = walked.canonical;
    }
  }
  const below = joined(inner);
  return { ...below, canonical, unknown: [...unknown, ...below.unknown], repeated: [...repeated, ...below.repeated] };
}

/**
 * Whether a key is none of the plugin's: keys with a dot belong to others, those with _ or $ in front to people and
 * editors.
 */
export const isForeign = (key: string): boolean => key.includes('.') || /^[_$/#]/.test(key);
