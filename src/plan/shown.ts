import { clip } from '../errors/index.ts';

const mostBytes = 256;
const mostNames = 20;

/** A value of an annotation or a NAD for a sentence, shortened: its author decides how long it is. */
export const shownValue = (text: string): string => clip(text, mostBytes);

/** Several of them: the first ones, each once. */
export function shownValues(texts: readonly string[]): readonly string[] {
  const each = [...new Set(texts)];
  const first = each.slice(0, mostNames).map(shownValue);
  return each.length > mostNames ? [...first, `${each.length - mostNames} more`] : first;
}
