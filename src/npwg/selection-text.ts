import type { NadRef } from './nad.ts';
import type { NetworkSelection } from './selection.ts';
import { type Place, invalidAt } from './selection-place.ts';
import { parseInterface } from './selection-values.ts';

const unit = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const unitRule = 'a name of lower-case letters, digits and "-"';

/** The comma form `[namespace/]name[@interface], …` of an annotation (NPWG-20 to NPWG-24). */
export function parseTextForm(text: string, key: string, namespace: string): NetworkSelection[] {
  let character = 1;
  return text.split(',').map((item, index) => {
    const element = `element ${index + 1} (character ${character + item.length - item.trimStart().length})`;
    character += item.length + 1;
    return parseItem(item.trim(), { key, element }, namespace);
  });
}

function parseItem(item: string, place: Place, namespace: string): NetworkSelection {
  if (item === '') throw invalidAt(place, item, 'a network: it is empty (is there a comma too many?)');
  const [reference = '', interfaceName = '', ...more] = item.split('@').map((part) => part.trim());
  if (more.length > 0) throw invalidAt(place, item, 'a network with at most one "@"');
  return {
    nad: parseReference(reference, place, namespace),
    place: place.element,
    ...(interfaceName !== '' && { interfaceName: parseInterface(interfaceName, { ...place, field: 'after "@"' }) }),
  };
}

function parseReference(reference: string, place: Place, namespace: string): NadRef {
  const [name = '', ns = '', ...more] = reference
    .split('/')
    .map((part) => part.trim())
    .toReversed();
  if (more.length > 0) throw invalidAt(place, reference, '"namespace/name" or "name"');
  if (!unit.test(name)) throw invalidAt(place, name, unitRule);
  if (ns !== '' && !unit.test(ns)) throw invalidAt(place, ns, `a namespace, ${unitRule}`);
  return { namespace: ns === '' ? namespace : ns, name };
}
