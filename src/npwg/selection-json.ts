import { type JsonObject, type JsonValue, isJsonObject, jsonProblem, parseJson, sizeOfJson } from '../cni/index.ts';
import {
  type AnnotationPlace,
  type Warning,
  problemOf,
  selectionInvalid,
  selectionKeyUnknown,
  selectionKeysUnknown,
} from '../errors/index.ts';
import type { NetworkSelection, Selections } from './selection.ts';
import { type Annotation, assertFew } from './annotation.ts';
import { fieldOf, invalidAt, shown } from './selection-place.ts';
import { nameFields, selectionFields } from './selection-fields.ts';
import { keysOf, parseNamespace, parseObjectName } from './selection-values.ts';

const fields = Object.entries(selectionFields).map(([name, field]) => ({ name, ...field }));

const knownKeys = [...Object.keys(nameFields), ...fields.flatMap(({ name, aliases = [] }) => [name, ...aliases])];

/**
 * Parses the JSON form of an annotation: a list of objects (NPWG-25 to NPWG-63). Unknown keys without a dot cause
 * warnings. Call assertFewValues first.
 */
export function parseJsonForm(text: string, annotation: Annotation): Selections {
  const { key, namespace } = annotation;
  const list = decode(text, key);
  if (!Array.isArray(list)) throw invalidAt({ key }, list, 'a list of networks');
  assertFew(list.length, annotation);
  const elements = (list as readonly JsonValue[]).map((each, index) => ({
    value: each,
    place: { key, element: index },
  }));
  const selections = elements.map(({ value, place }) => parseElement(value, place, namespace));
  refuseSecondDefaultRoute(selections);
  return { selections, warnings: warningsOf(elements.flatMap(({ value, place }) => unknownKeys(value, place))) };
}

const maxWarnings = 10;

// an annotation can contain thousands of unknown keys
const warningsOf = (unknown: readonly UnknownKey[]): readonly Warning[] => [
  ...unknown
    .slice(0, maxWarnings)
    .map(({ name, place }) => selectionKeyUnknown({ ...place, name, shown: shown(name), known: knownKeys })),
  ...(unknown.length > maxWarnings ? [selectionKeysUnknown({ more: unknown.length - maxWarnings })] : []),
];

// more values than any real annotation contains
const maxValues = 16_000;

/** Throws selectionInvalid for a text with too many values to decode. */
export function assertFewValues(text: string, key: string): void {
  const { elements: values } = sizeOfJson(text);
  if (values > maxValues)
    throw invalidAt({ key }, text, `a list of networks with at most ${maxValues} values in all (it holds ${values})`);
}

function decode(text: string, key: string): JsonValue {
  try {
    return parseJson(text, 'the annotation');
  } catch (error) {
    throw selectionInvalid({
      key,
      value: 'it',
      allowed: `JSON: ${jsonProblem(text)?.text ?? problemOf(error)}`,
    });
  }
}

function parseElement(value: JsonValue, place: AnnotationPlace, namespace: string): NetworkSelection {
  if (!isJsonObject(value)) throw invalidAt(place, value, 'an object with at least a "name"');
  const get = keysOf(value);
  const ns = get('namespace') ?? '';
  return {
    nad: {
      namespace: ns === '' ? namespace : parseNamespace(ns, fieldOf(place, 'namespace')),
      name: parseObjectName(get('name') ?? '', fieldOf(place, 'name')),
    },
    place,
    ...requestsOf(value, place),
  };
}

function requestsOf(element: JsonObject, place: AnnotationPlace): Partial<NetworkSelection> {
  const get = keysOf(element);
  const read = fields.map(({ name, aliases = [], isEmptyAbsent, read: parse }) => {
    const value = [name, ...aliases].map(get).find((each) => isGiven(each, isEmptyAbsent));
    return value === undefined ? {} : parse(value, fieldOf(place, name));
  });
  return Object.assign({}, ...read) as Partial<NetworkSelection>;
}

// null counts as absent, as in Go; so does an empty string where Go cannot distinguish it from absent
const isGiven = (value: JsonValue | undefined, isEmptyAbsent = false): boolean =>
  value !== undefined && value !== null && !(value === '' && isEmptyAbsent);

function refuseSecondDefaultRoute(selections: readonly NetworkSelection[]): void {
  const [, second] = selections.filter(({ defaultRoute }) => defaultRoute !== undefined);
  if (second === undefined) return;
  throw invalidAt(
    fieldOf(second.place, 'default-route'),
    second.defaultRoute,
    'allowed here: only one element may have it (NPWG standard, 4.1.2.1.9)',
  );
}

interface UnknownKey {
  readonly name: string;
  readonly place: AnnotationPlace;
}

const knownWords = new Set(knownKeys.map((each) => each.toLowerCase()));

/** Returns the unknown keys of an element. Keys with a dot belong to other programs (NPWG-26). */
function unknownKeys(value: JsonValue, place: AnnotationPlace): readonly UnknownKey[] {
  if (!isJsonObject(value)) return [];
  return Object.keys(value)
    .filter((each) => !each.includes('.') && !knownWords.has(each.toLowerCase()))
    .map((name) => ({ name, place }));
}
