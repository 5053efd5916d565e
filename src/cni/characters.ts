/** Unicode names of characters that word processors, web pages and chat programs insert. */
const names: Readonly<Record<number, string>> = {
  0x0d: 'CARRIAGE RETURN',
  0x85: 'NEXT LINE',
  0xa0: 'NO-BREAK SPACE',
  0xad: 'SOFT HYPHEN',
  0xab: 'LEFT-POINTING DOUBLE ANGLE QUOTATION MARK',
  0xbb: 'RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK',
  0x2002: 'EN SPACE',
  0x2003: 'EM SPACE',
  0x2007: 'FIGURE SPACE',
  0x2009: 'THIN SPACE',
  0x200b: 'ZERO WIDTH SPACE',
  0x200c: 'ZERO WIDTH NON-JOINER',
  0x200d: 'ZERO WIDTH JOINER',
  0x200e: 'LEFT-TO-RIGHT MARK',
  0x200f: 'RIGHT-TO-LEFT MARK',
  0x2010: 'HYPHEN',
  0x2011: 'NON-BREAKING HYPHEN',
  0x2013: 'EN DASH',
  0x2014: 'EM DASH',
  0x2018: 'LEFT SINGLE QUOTATION MARK',
  0x2019: 'RIGHT SINGLE QUOTATION MARK',
  0x201a: 'SINGLE LOW-9 QUOTATION MARK',
  0x201c: 'LEFT DOUBLE QUOTATION MARK',
  0x201d: 'RIGHT DOUBLE QUOTATION MARK',
  0x201e: 'DOUBLE LOW-9 QUOTATION MARK',
  0x2026: 'HORIZONTAL ELLIPSIS',
  0x2028: 'LINE SEPARATOR',
  0x2029: 'PARAGRAPH SEPARATOR',
  0x202a: 'LEFT-TO-RIGHT EMBEDDING',
  0x202c: 'POP DIRECTIONAL FORMATTING',
  0x202f: 'NARROW NO-BREAK SPACE',
  0x2060: 'WORD JOINER',
  0x2212: 'MINUS SIGN',
  0x3000: 'IDEOGRAPHIC SPACE',
  0xfeff: 'BYTE ORDER MARK',
  0xff0c: 'FULLWIDTH COMMA',
  0xff1a: 'FULLWIDTH COLON',
  0xff20: 'FULLWIDTH COMMERCIAL AT',
};

const invisible = /[\p{Cc}\p{Cf}\p{Zs}\p{Zl}\p{Zp}]/u;

/** Whether a character is invisible: white space, a control or a format character. */
export const isInvisible = (char: string): boolean => invisible.test(char);

/**
 * Describes one character for messages: `"#"`, or `U+201C LEFT DOUBLE QUOTATION MARK “`, or `the invisible character
 * U+FEFF BYTE ORDER MARK`.
 */
export function describeCharacter(text: string, at: number): string {
  const code = text.codePointAt(at) ?? 0;
  const char = String.fromCodePoint(code);
  if (code > 0x20 && code < 0x7f) return code === 0x22 ? `'"'` : `"${char}"`;
  if (code === 0x0a) return 'a line break';
  if (code === 0x09) return 'a tab';
  const named = `U+${code.toString(16).toUpperCase().padStart(4, '0')}${names[code] === undefined ? '' : ` ${names[code]}`}`;
  return isInvisible(char) ? `the invisible character ${named}` : `${named} ${char}`;
}

/** Describes the first character outside printable ASCII, which is easily overlooked in a name; undefined if none. */
export function overlooked(text: string): string | undefined {
  const found = /[^\x20-\x7e]/u.exec(text);
  return found === null ? undefined : describeCharacter(text, found.index);
}
