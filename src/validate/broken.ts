import { jsonProblem, parseJson } from '../cni/index.ts';
import { type Finding, type Place, finding, placeIn, syntax, template } from './finding.ts';
import { isGoTemplate, isJsonTemplate, templateNote } from './placeholders.ts';
import type { PlacedText } from './yaml-position.ts';

/** Whether Plexus can decode a text as JSON. */
export function isJson(text: string): boolean {
  try {
    parseJson(text, 'it');
    return true;
  } catch {
    return false;
  }
}

/** Where a text stops being JSON. */
export function placeInJson(text: PlacedText): Place {
  const at = Math.min(jsonProblem(text.text)?.position ?? 0, text.text.trimEnd().length);
  return placeIn(text, at, Math.min(at + 1, text.text.length));
}

/** The finding about a text that is not JSON: a note when placeholders are the reason. */
export const jsonFinding = (text: PlacedText): Finding =>
  isJsonTemplate(text.text, isJson)
    ? templateNote(placeInJson(text), text.text)
    : finding(syntax, placeInJson(text), `this is not JSON: ${jsonProblem(text.text)?.text ?? 'it cannot be decoded'}`);

/** The same for YAML. */
export function yamlFinding(
  text: PlacedText,
  { pos: [from = 0, to = from], message }: { readonly pos: readonly number[]; readonly message: string },
): Finding {
  if (isGoTemplate(text.text))
    return finding(template, placeIn(text, from, from + 1), 'this is a template, not YAML: it is not checked');
  return finding(syntax, placeIn(text, from, Math.max(from, to)), `this is not YAML: ${message}`);
}
