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
import {
  keysOf,
  parseBandwidth,
  parseCniArgsObject,
  parseFilledText,
  parseGateways,
  parseGuid,
  parseInterface,
  parseIps,
  parseMac,
  parseNamespace,
  parseObjectName,
  parsePortMappings,
} from './selection-values.ts';

const knownKeys = [
  'name',
  'namespace',
  'ips',
  'mac',
  'infiniband-guid',
  'interface',
  'interfaceRequest',
  'portMappings',
  'bandwidth',
  'deviceID',
  'cni-args',
  'default-route',
  'ipam-claim-reference',
];

/** The JSON form of an annotation: a list of objects (NPWG-25 to NPWG-63). Unknown keys without a dot are warned of. */
export function parseJsonForm(text: string, annotation: Annotation): Selections {
  const { key, namespace } = annotation;
  const { elements: values } = sizeOfJson(text);
  if (values > mostValues)
    throw invalidAt({ key }, text, `a list of networks with at most ${mostValues} values in all (it holds ${values})`);
  const list = decode(text, key);
  if (!Array.isArray(list)) throw invalidAt({ key }, list, 'a list of networks');
  assertFew(list.length, annotation);
  const elements = (list as readonly JsonValue[]).map((each, index) => ({
    value: each,
    place: { key, element: index },
  }));
  const selections = elements.map(({ value, place }) => parseElement(value, place, namespace));
  refuseSecondDefaultRoute(selections);
  return { selections, warnings: firstOf(elements.flatMap(({ value, place }) => unknownKeys(value, place))) };
}

const mostWarnings = 10;

// an annotation has room for a hundred thousand of them
const firstOf = (warnings: readonly Warning[]): readonly Warning[] =>
  warnings.length <= mostWarnings
    ? warnings
    : [...warnings.slice(0, mostWarnings), selectionKeysUnknown({ more: warnings.length - mostWarnings })];

// more than the longest annotation holds of anything but tiny values
const mostValues = 16_000;

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

type Parser = (value: JsonValue, place: AnnotationPlace) => unknown;

// field of the annotation, field of a selection, parser
const fields: readonly (readonly [string, keyof NetworkSelection, Parser])[] = [
  ['interface', 'interfaceName', parseInterface],
  ['ips', 'ips', parseIps],
  ['mac', 'mac', parseMac],
  ['infiniband-guid', 'infinibandGuid', parseGuid],
  ['portMappings', 'portMappings', parsePortMappings],
  ['bandwidth', 'bandwidth', parseBandwidth],
  ['default-route', 'defaultRoute', parseGateways],
  ['deviceID', 'deviceId', parseFilledText],
  ['cni-args', 'cniArgs', parseCniArgsObject],
  ['ipam-claim-reference', 'ipamClaimReference', parseFilledText],
];

function requestsOf(element: JsonObject, place: AnnotationPlace): Partial<NetworkSelection> {
  const get = withAliases(keysOf(element));
  const given = fields.filter(([key]) => isGiven(key, get(key)));
  return Object.fromEntries(given.map(([key, field, parse]) => [field, parse(get(key) ?? null, fieldOf(place, key))]));
}

// null is absent for Go, and an empty text where Go cannot tell it from absent; NPWG-61 allows no empty claim
const isGiven = (key: string, value: JsonValue | undefined): boolean =>
  value !== undefined && value !== null && !(value === '' && emptyIsAbsent.includes(key));

const emptyIsAbsent = ['interface', 'mac', 'infiniband-guid', 'deviceID'];

// NPWG-31: the deprecated name counts when the right one is absent
const withAliases =
  (get: (key: string) => JsonValue | undefined): ((key: string) => JsonValue | undefined) =>
  (key) =>
    key === 'interface' && !isGiven(key, get(key)) ? get('interfaceRequest') : get(key);

function refuseSecondDefaultRoute(selections: readonly NetworkSelection[]): void {
  const [, second] = selections.filter(({ defaultRoute }) => defaultRoute !== undefined);
  if (second === undefined) return;
  throw invalidAt(
    fieldOf(second.place, 'default-route'),
    second.defaultRoute,
    'allowed here: only one element may have it (NPWG standard, 4.1.2.1.9)',
  );
}

/** Keys with a dot belong to others (NPWG-26). */
function unknownKeys(value: JsonValue, place: AnnotationPlace): readonly Warning[] {
  if (!isJsonObject(value)) return [];
  const known = knownKeys.map((each) => each.toLowerCase());
  return Object.keys(value)
    .filter((each) => !each.includes('.') && !known.includes(each.toLowerCase()))
    .map((name) => selectionKeyUnknown({ ...place, name, shown: shown(name), known: knownKeys }));
}
