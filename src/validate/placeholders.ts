import { template } from './finding.ts';
import { type PlacedFinding, insteadOf } from './places.ts';
import type { Span } from './yaml-position.ts';

// Go templates, ${X}, $(X), $X, __X__; _replaced_, which Kustomize components put where a replacement goes; what
// Calico's plugin replaces
const placeholder =
  /\busePodCidr(?:IPv6)?\b|\{\{.*?\}\}|\$\{[^}\n]+\}|\$\([A-Za-z_][\w.]*\)|\$[A-Za-z_]\w*|__[A-Za-z]\w*?__|(?<![\w-])_[a-z]+_(?![\w-])/s;
const everyPlaceholder = new RegExp(placeholder, 'gs');

/** Whether another program replaces something in a text before the API server sees it. */
const hasPlaceholder = (text: string): boolean => placeholder.test(text);

/** Whether a text that is not JSON may become JSON once its placeholders are replaced. */
export const isJsonTemplate = (text: string, isJson: (text: string) => boolean): boolean =>
  isGoTemplate(text) || (hasPlaceholder(text) && isJson(text.replaceAll(everyPlaceholder, '0')));

/** Whether a text contains `{{ }}`: a template language may write anything there. */
export const isGoTemplate = (text: string): boolean => /\{\{.*?\}\}/s.test(text);

/** The note in place of a finding about a text with a placeholder. */
export function templateNote(found: PlacedFinding, text: string): PlacedFinding {
  const value = JSON.stringify(placeholder.exec(text)?.[0] ?? text);
  return insteadOf(found, template, `${value} is a placeholder: this value is not checked`);
}

/** Turns errors and warnings about a value with a placeholder into a note: the final value is unknown. */
export function withTemplatesNoted(
  findings: readonly PlacedFinding[],
  files: readonly { readonly path: string; readonly text: string }[],
): readonly PlacedFinding[] {
  const lines = new Map(
    files.filter(({ text }) => hasPlaceholder(text)).map(({ path, text }) => [path, text.split('\n')]),
  );
  return findings.map((each) => {
    const value = each.severity === 'note' ? '' : textIn(lines.get(each.file) ?? [], each);
    return hasPlaceholder(value) ? templateNote(each, value) : each;
  });
}

function textIn(lines: readonly string[], { line, column, endLine, endColumn }: Span): string {
  const [first = '', ...others] = lines.slice(line - 1, endLine);
  if (others.length === 0) return first.slice(column - 1, endColumn - 1);
  return [first.slice(column - 1), ...others.slice(0, -1), others.at(-1)?.slice(0, endColumn - 1) ?? ''].join('\n');
}
