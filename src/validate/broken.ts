import { jsonProblem } from '../cni/index.ts';
import { finding, syntax, template } from './finding.ts';
import { brokenAt, isJson } from './json-text.ts';
import { type PlacedFinding, placedIn } from './places.ts';
import { isGoTemplate, isJsonTemplate, templateNote } from './placeholders.ts';
import type { PlacedText } from './yaml-position.ts';

/** The finding about a text that is not JSON: a note when placeholders are the reason. */
export function jsonFinding(text: PlacedText): PlacedFinding {
  const problem = `this is not JSON: ${jsonProblem(text.text)?.text ?? 'it cannot be decoded'}`;
  const found = placedIn(finding(syntax, { path: [], characters: brokenAt(text.text) }, {}, problem), text);
  return isJsonTemplate(text.text, isJson) ? templateNote(found, text.text) : found;
}

/** The same for YAML. */
export function yamlFinding(
  text: PlacedText,
  { pos: [from = 0, to = from], message }: { readonly pos: readonly number[]; readonly message: string },
): PlacedFinding {
  const spot = { path: [], characters: [from, Math.max(from, to)] } as const;
  return placedIn(
    isGoTemplate(text.text)
      ? finding(
          template,
          { ...spot, characters: [from, from + 1] },
          {},
          'this is a template, not YAML: it is not checked',
        )
      : finding(syntax, spot, {}, `this is not YAML: ${message}`),
    text,
  );
}
