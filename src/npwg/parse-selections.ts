import { type Annotation, assertFew } from './annotation.ts';
import { networksKey } from './keys.ts';
import { parseJsonForm } from './selection-json.ts';
import { invalidAt } from './selection-place.ts';
import { parseTextForm } from './selection-text.ts';
import type { Selections } from './selection.ts';

/**
 * No pod has more networks, whatever the settings allow: each is an interface, an undo and an entry of the status
 * annotation.
 */
export const mostNetworksEver = 1000;
// an API object has room for so many bytes of annotations
const mostBytes = 256 * 1024;

/**
 * The networks that a pod's annotation asks for; none when it is absent or empty (NPWG-18 to NPWG-63).
 * selectionInvalid, networksTooMany.
 */
export const parseSelections = (
  text: string | undefined,
  podNamespace: string,
  mostNetworks = mostNetworksEver,
): Selections => parseAnnotation(text, { key: networksKey, namespace: podNamespace, mostNetworks });

/**
 * The same for any annotation of that grammar. Its size is checked before it is parsed, because any pod author can
 * write it.
 */
export function parseAnnotation(text: string | undefined, annotation: Annotation): Selections {
  if (text === undefined) return { selections: [], warnings: [] };
  const { key } = annotation;
  if (text.length > mostBytes) {
    throw invalidAt({ key }, text, `a string of at most ${mostBytes} bytes (it has ${text.length} characters)`);
  }
  if (text.trim() === '') return { selections: [], warnings: [] };
  // NPWG-19: no name holds one of these
  if (/[[{"]/.test(text)) return parseJsonForm(text, annotation);
  assertFew(1 + commasIn(text), annotation);
  return { selections: parseTextForm(text, key, annotation.namespace), warnings: [] };
}

function commasIn(text: string): number {
  let commas = 0;
  for (let at = text.indexOf(','); at >= 0; at = text.indexOf(',', at + 1)) commas++;
  return commas;
}
