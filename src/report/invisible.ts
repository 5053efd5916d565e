// Control characters (C0, DEL, C1), format characters (direction, width, joiners) and line and paragraph separators can
// hide or reorder text on a terminal. Line breaks, tabs and the colours that Plexus writes stay.
const colour = String.raw`\u001b\[(?:0|2|31|32|33)m`;
const invisible = new RegExp(`${colour}|[^\\P{Cc}\\n\\t]|[\\p{Cf}\\p{Zl}\\p{Zp}]`, 'gu');

/** Escapes such characters as `\u202e`, which has the same meaning everywhere in a JSON string. */
export const escapeInvisible = (text: string): string =>
  text.replaceAll(invisible, (found) =>
    found.startsWith('\u001b[')
      ? found
      : Array.from({ length: found.length }, (_, unit) => escaped(found.charCodeAt(unit))).join(''),
  );

const escaped = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`;

/** Whether a text contains such a character. */
export const hasInvisible = (text: string): boolean => escapeInvisible(text) !== text;
