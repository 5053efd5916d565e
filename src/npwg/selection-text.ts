import { type AnnotationPlace, clip } from '../errors/index.ts';
import type { NadRef } from './nad.ts';
import type { NetworkSelection } from './selection.ts';
import { fieldOf, invalidAt } from './selection-place.ts';
import { isLabel, isObjectName, overlookedIn, parseInterface } from './selection-values.ts';

// the name has not been validated, so it may be long
const maxShown = 80;
const unitRule = 'a name of lower-case letters, digits and "-", at most 253 of them';

/** Parses the comma form `[namespace/]name[@interface], …` of an annotation (NPWG-20 to NPWG-24). */
export function parseTextForm(text: string, key: string, namespace: string): NetworkSelection[] {
  let character = 1;
  return text.split(',').map((item, index) => {
    const start = character;
    const end = start + item.length;
    character = end + 1;
    const place = { key, element: index, character: start + item.length - item.trimStart().length };
    if (item.trim() === '') throw invalidAt(place, '', `a network: it is empty (${commaAround(start, end, text)})`);
    return parseItem(item.trim(), place, namespace);
  });
}

const commaAround = (start: number, end: number, text: string): string =>
  end > text.length ? `trailing comma at character ${start - 1}` : `nothing before the comma at character ${end}`;

function parseItem(item: string, place: AnnotationPlace, namespace: string): NetworkSelection {
  const [reference = '', interfaceName = '', ...more] = item.split('@', 3).map((part) => part.trim());
  if (more.length > 0) throw invalidAt(place, item, 'a network with at most one "@"');
  return {
    nad: parseReference(reference, { place, namespace, interfaceName }),
    place,
    ...(interfaceName !== '' && { interfaceName: parseInterface(interfaceName, fieldOf(place, '@')) }),
  };
}

interface ItemContext {
  readonly place: AnnotationPlace;
  readonly namespace: string;
  readonly interfaceName: string;
}

function parseReference(reference: string, { place, namespace, interfaceName }: ItemContext): NadRef {
  const [name = '', ns = '', ...more] = reference
    .split('/', 3)
    .map((part) => part.trim())
    .toReversed();
  if (more.length > 0) throw invalidAt(place, reference, '"namespace/name" or "name"');
  if (ns !== '' && !isLabel(ns)) throw invalidAt(place, ns, `a namespace, ${unitRule}${overlookedIn(ns)}`);
  if (isLabel(name)) return { namespace: ns === '' ? namespace : ns, name };
  if (!isObjectName(name)) throw invalidAt(place, name, `${unitRule}${overlookedIn(name)}`);
  const inJson = {
    name,
    ...(ns !== '' && { namespace: ns }),
    ...(interfaceName !== '' && { interface: clip(interfaceName, maxShown) }),
  };
  throw invalidAt(
    place,
    name,
    `allowed in the short form because it contains "."; use the JSON form: ${JSON.stringify([inJson])}`,
  );
}
