import { networksKey } from './keys.ts';
import { parseJsonForm } from './selection-json.ts';
import { invalidAt } from './selection-place.ts';
import { parseTextForm } from './selection-text.ts';
import type { Selections } from './selection.ts';

/** The networks that a pod's annotation asks for; none when it is absent or empty (NPWG-18 to NPWG-63). selectionInvalid. */
export const parseSelections = (text: string | undefined, podNamespace: string): Selections => parseAnnotation(text, networksKey, podNamespace);

/** The same for any annotation of that grammar. */
export function parseAnnotation(text: string | undefined, key: string, namespace: string): Selections {
  if (text === undefined || text.trim() === '') return { selections: [], warnings: [] };
  // NPWG-19: no name holds one of these
  const parsed = /[[{"]/.test(text) ? parseJsonForm(text, key, namespace) : { selections: parseTextForm(text, key, namespace), warnings: [] };
  if (parsed.selections.length <= mostNetworks) return parsed;
  throw invalidAt({ key, element: 'the whole value' }, parsed.selections.length, `a number of networks that one pod can have (at most ${mostNetworks})`);
}

// each of them is an interface, an undo and a status entry: more than this is a mistake or an attack
const mostNetworks = 250;
