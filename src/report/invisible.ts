// Control characters (C0, DEL, C1), those that only format (direction, width, joiners) and the separators of lines and
// paragraphs: on a terminal they can hide or reorder what is said. Line breaks and tabs stay, and the colours that we
// write ourselves.
const colour = String.raw`\u001b\[(?:0|2|31|32|33)m`;
const invisible = new RegExp(`${colour}|[^\\P{Cc}\\n\\t]|[\\p{Cf}\\p{Zl}\\p{Zp}]`, 'gu');

/** The text with such characters as `\u202e`, which is the same text wherever it stands in a JSON string. */
export const escapeInvisible = (text: string): string =>
  text.replaceAll(invisible, (found) =>
    found.startsWith('\u001b[')
      ? found
      : Array.from({ length: found.length }, (_, unit) => escaped(found.charCodeAt(unit))).join(''),
  );

const escaped = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`;

/** Whether a text holds one. */
export const hasInvisible = (text: string): boolean => escapeInvisible(text) !== text;
