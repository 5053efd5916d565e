import { type Annotation, assertFew } from './annotation.ts';
import { networksKey } from './keys.ts';
import { assertFewValues, parseJsonForm } from './selection-json.ts';
import { invalidAt } from './selection-place.ts';
import { parseTextForm } from './selection-text.ts';
import type { Selections } from './selection.ts';

/**
 * Upper limit for a pod's networks, whatever the settings allow: each needs an interface, an undo and a status entry.
 */
export const maxNetworksEver = 1000;
// the API server's limit for the annotations of one object
const maxBytes = 256 * 1024;

/**
 * Parses the networks that a pod's annotation requests; none if it is absent or empty (NPWG-18 to NPWG-63). Throws
 * selectionInvalid or networksTooMany.
 */
export const parseSelections = (
  text: string | undefined,
  podNamespace: string,
  maxNetworks = maxNetworksEver,
): Selections => parseAnnotation(text, { key: networksKey, namespace: podNamespace, maxNetworks });

/** Parses any annotation of that grammar. Its size is checked first, because any pod author can write it. */
export function parseAnnotation(text: string | undefined, annotation: Annotation): Selections {
  if (text === undefined) return { selections: [], warnings: [] };
  assertReadable(text, annotation);
  if (text.trim() === '') return { selections: [], warnings: [] };
  return isJsonForm(text)
    ? parseJsonForm(text, annotation)
    : { selections: parseTextForm(text, annotation.key, annotation.namespace), warnings: [] };
}

/** Whether an annotation has the JSON form (NPWG-19): no name contains one of these characters. */
export const isJsonForm = (text: string): boolean => /[[{"]/.test(text);

/**
 * Throws selectionInvalid or networksTooMany if an annotation is too long, or has too many elements or values, to be
 * split into its elements. Takes one pass.
 */
export function assertReadable(text: string, annotation: Annotation): void {
  const { key } = annotation;
  if (text.length > maxBytes)
    throw invalidAt({ key }, text, `a string of at most ${maxBytes} bytes (it has ${text.length} characters)`);
  if (isJsonForm(text)) assertFewValues(text, key);
  else if (text.trim() !== '') assertFew(1 + commasIn(text), annotation);
}

function commasIn(text: string): number {
  let commas = 0;
  for (let at = text.indexOf(','); at >= 0; at = text.indexOf(',', at + 1)) commas++;
  return commas;
}
