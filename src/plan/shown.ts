import { clip } from '../errors/index.ts';

const maxLength = 256;
const maxNames = 20;

/** Shortens a value of an annotation or a NAD for a message, because its author decides its length. */
export const shownValue = (text: string): string => clip(text, maxLength);

/** Returns the first of several values, without duplicates. */
export function shownValues(texts: readonly string[]): readonly string[] {
  const each = [...new Set(texts)];
  const first = each.slice(0, maxNames).map(shownValue);
  return each.length > maxNames ? [...first, `${each.length - maxNames} more`] : first;
}
