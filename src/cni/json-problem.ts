import { maskText } from '../report/index.ts';
import { describeCharacter, isInvisible } from './characters.ts';
import { sizeProblem } from './json-limits.ts';

/** The first mistake in a text that should be JSON. */
export interface JsonProblem {
  /** One line: what is wrong, where, and the text around it. Secrets are masked. */
  readonly text: string;
  /** The character at fault, counted from 0. */
  readonly position: number;
}

/**
 * Describes why a text is not JSON (RFC 8259); undefined if it is JSON. JSON.parse decides what is accepted, but its
 * messages are hard to read. This function reads the text again and describes the first mistake: the character by its
 * code point, what was expected, the line and column, and an excerpt.
 */
export function jsonProblem(text: string): JsonProblem | undefined {
  if (text.trim() === '') return { text: 'it is empty', position: 0 };
  const tooLarge = sizeProblem(text);
  if (tooLarge !== undefined) return { text: tooLarge, position: 0 };
  const mistake = mistakeIn(text);
  if (mistake === undefined) return undefined;
  const { position, what } = mistake;
  return { text: `${what} ${placeText(text, position)}${excerpt(text, position)}`, position };
}

function placeText(text: string, position: number): string {
  const before = text.slice(0, position).split('\n');
  return `at position ${position} (line ${before.length} column ${(before.at(-1) ?? '').length + 1})`;
}

const [mostBefore, mostAfter] = [30, 20];
// Long enough to include the name in front of a value, by which the masking recognizes a secret.
const mostMaskedBefore = 4096;
const mark = '\u{F0000}';

/** The text around a position on one line, with invisible characters as code points. */
function excerpt(text: string, position: number): string {
  const before = text.slice(Math.max(0, position - mostMaskedBefore), position);
  const masked = maskText(`${before}${mark}${text.slice(position, position + mostMaskedBefore)}`);
  const at = masked.indexOf(mark);
  if (at < 0) return ''; // The position lies inside a secret.
  const left = visible(masked.slice(0, at));
  const right = visible(masked.slice(at + mark.length));
  const start = left.length > mostBefore ? `…${left.slice(-mostBefore)}` : left;
  const end = right.length > mostAfter ? `${right.slice(0, mostAfter)}…` : right;
  return `, in: ${start}${end}`.trimEnd();
}

const visible = (text: string): string =>
  text
    .replaceAll(/[ \t\r\n]+/g, ' ')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zs}\p{Zl}\p{Zp}]/gu, (char) =>
      char === ' ' ? char : `<U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`,
    );

interface Mistake {
  readonly position: number;
  readonly what: string;
}
/** The position where a value ends, or the mistake in it. */
type Step = number | Mistake;

function mistakeIn(text: string): Mistake | undefined {
  const end = valueAt(text, skipSpace(text, 0), 'a value');
  if (typeof end !== 'number') return end;
  const rest = skipSpace(text, end);
  return rest === text.length
    ? undefined
    : { position: rest, what: `${nameAt(text, rest)} after the end of the JSON value` };
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at++;
  return at;
}

const words = /(?:true|false|null)(?![\w-])/y;
const numbers = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])/y;
const bare = /[\p{L}_$][\p{L}\p{N}_$.:/-]*|[-+.]?[\d.][\w.+-]*/uy;

const match = (pattern: RegExp, text: string, at: number): string | undefined => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
};

function valueAt(text: string, at: number, expected: string): Step {
  const char = text.charAt(at);
  if (char === '{') return membersAt(text, at, '}', memberAt);
  if (char === '[') return membersAt(text, at, ']', (inner, from) => valueAt(inner, from, 'a value'));
  if (char === '"') return stringAt(text, at);
  const known = match(words, text, at) ?? match(numbers, text, at);
  return known === undefined ? { position: at, what: describeUnexpected(text, at, expected) } : at + known.length;
}

/** Reads the members between brackets, each with `memberOf`. */
function membersAt(text: string, open: number, close: string, memberOf: (text: string, at: number) => Step): Step {
  let at = skipSpace(text, open + 1);
  if (text.charAt(at) === close) return at + 1;
  for (;;) {
    const end = memberOf(text, at);
    if (typeof end !== 'number') return end;
    at = skipSpace(text, end);
    if (text.charAt(at) === close) return at + 1;
    if (text.charAt(at) !== ',') return { position: at, what: describeUnexpected(text, at, `"," or "${close}"`) };
    const comma = at;
    at = skipSpace(text, comma + 1);
    if (text.charAt(at) === close)
      return { position: at, what: `"${close}" after a comma: remove the comma at line ${lineOf(text, comma)}` };
  }
}

const lineOf = (text: string, at: number): number => text.slice(0, at).split('\n').length;

function memberAt(text: string, at: number): Step {
  if (text.charAt(at) !== '"') return { position: at, what: describeUnexpected(text, at, 'a name in double quotes') };
  const end = stringAt(text, at);
  if (typeof end !== 'number') return end;
  const colon = skipSpace(text, end);
  if (text.charAt(colon) !== ':') return { position: colon, what: describeUnexpected(text, colon, '":"') };
  return valueAt(text, skipSpace(text, colon + 1), 'a value');
}

const isControl = (char: string): boolean => char < ' ';

function stringAt(text: string, open: number): Step {
  for (let at = open + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') return at + 1;
    if (isControl(char))
      return { position: at, what: `${describeCharacter(text, at)} inside a quoted text (is the closing " missing?)` };
    if (char !== '\\') continue;
    if (!/^(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(text.slice(at + 1, at + 6))) {
      return {
        position: at + 1,
        what: `${nameAt(text, at + 1)} after "\\", which only stands before " \\ / b f n r t and u with four digits`,
      };
    }
    at++;
  }
  return {
    position: text.length,
    what: `the text ends inside the quoted text that begins at line ${lineOf(text, open)}`,
  };
}

const nameAt = (text: string, at: number): string =>
  at >= text.length ? 'the end of the text' : describeCharacter(text, at);

/** Describes an unexpected character, and what to write instead. */
function describeUnexpected(text: string, at: number, expected: string): string {
  if (at >= text.length) return `the text ends where ${expected} is expected`;
  const char = describeCharacter(text, at);
  if (/^(?:#|\/[/*])/.test(text.slice(at, at + 2)))
    return `${char} begins a comment, which JSON does not have: remove it,`;
  const word = match(bare, text, at)?.replace(/:$/, '');
  if (word === undefined) return `${char} where ${expected} is expected${adviceOn(text.charAt(at))}`;
  const shown = JSON.stringify(word.length > mostBefore ? `${word.slice(0, mostBefore)}…` : word);
  if (at === skipSpace(text, 0) && /^[ \t]*[\w.-]+[ \t]*:(?:\s|$)/m.test(text))
    return `${shown} does not begin a JSON value (this looks like YAML)`;
  return `${shown} where ${expected} is expected${expected.startsWith('a ') ? wordAdvice(word) : ''}`;
}

function adviceOn(char: string): string {
  if (/["'\u2018-\u201f\u00ab\u00bb\u2032\u2033]/.test(char)) return char === '"' ? '' : ' (write a plain ")';
  return isInvisible(char) ? ' (remove it)' : '';
}

function wordAdvice(word: string): string {
  const literal = word.toLowerCase();
  if (['true', 'false', 'null'].includes(literal)) return ` (write ${literal})`;
  return /^[-+.\d]/.test(word) ? ' (it is not a JSON number)' : ' (put it in double quotes)';
}
