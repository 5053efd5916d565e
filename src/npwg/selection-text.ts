import { type NetworkSelection } from './selection.ts';
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
  const [reference = '', interfaceName, ...more] = item.split('@').map((part) => part.trim());
  if (more.length > 0) throw invalidAt(place, item, 'a network with at most one "@"');
  const parts = reference.split('/').map((part) => part.trim());
  if (parts.length > 2) throw invalidAt(place, item, '"namespace/name" or "name"');
  const [name = '', ns = ''] = parts.toReversed();
  if (!unit.test(name)) throw invalidAt(place, name, unitRule);
  if (ns !== '' && !unit.test(ns)) throw invalidAt(place, ns, `a namespace, ${unitRule}`);
  return {
    nad: { namespace: ns === '' ? namespace : ns, name },
    place: place.element,
    ...(interfaceName !== undefined && interfaceName !== '' && { interfaceName: parseInterface(interfaceName, { ...place, field: 'after "@"' }) }),
  };
}
