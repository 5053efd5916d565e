import { clip } from '../errors/index.ts';

const mostBytes = 256;
const mostNames = 20;

/** Shortens a value of an annotation or a NAD for a message, because its author decides its length. */
export const shownValue = (text: string): string => clip(text, mostBytes);

/** Returns the first of several values, without duplicates. */
export function shownValues(texts: readonly string[]): readonly string[] {
  const each = [...new Set(texts)];
  const first = each.slice(0, mostNames).map(shownValue);
  return each.length > mostNames ? [...first, `${each.length - mostNames} more`] : first;
}
