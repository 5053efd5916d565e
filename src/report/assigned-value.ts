import { isHarmless, isPlaceholder } from './secret-names.ts';

/** A name in front of a value. */
export interface Assigned {
  readonly text: string;
  /** Position after the name and the sign. */
  readonly start: number;
  readonly name: string;
  readonly sign: string;
  /** The name is a word of a sentence: "failed to get token: …". */
  readonly isProse: boolean;
  readonly isLineStart: boolean;
}

type Extent = readonly [begin: number, end: number];
const nothing: Extent = [0, 0];

const openingQuote = /\\*["'`]/y;
const unquoted = /[^\s"'`\\,;&})\]]*/y;
const restOfLine = /[^\n\r"'`\\]*/y;
const moreWords = / [a-z("'/]/iy;
const header = /^(proxy-)?authorization$|^(set-)?cookie$/i;
const phrase = /pass(word|wd|wort|phrase|code)|pwd|^pass$/i;

/** Finds the value that belongs to the name; empty if a word, a placeholder or a path follows. */
export function extentOfValue(assigned: Assigned): Extent {
  const { text, start } = assigned;
  const opening = matchAt(openingQuote, text, start);
  return opening === '' ? unquotedExtent(assigned) : quotedExtent(assigned, opening);
}

function quotedExtent({ text, start, name, isProse }: Assigned, opening: string): Extent {
  const begin = start + opening.length;
  const end = endOfQuoted(text, begin, opening);
  const value = text.slice(begin, end);
  // For example: unknown key: "ips"; unexpected token: "}".
  const isQuotation = isProse && (/^keys?$/i.test(name) || value.length <= 3);
  return isQuotation || saysNothing(name, value) ? nothing : [begin, end];
}

function unquotedExtent(assigned: Assigned): Extent {
  const { text, start, name, sign, isLineStart } = assigned;
  const hasColon = sign.includes(':') && !sign.includes('=');
  const isWhole = hasColon && (header.test(name) || (isLineStart && phrase.test(name)));
  const value = matchAt(isWhole ? restOfLine : unquoted, text, start);
  if (/^\\*["'`]/.test(sign) && /^[[{]/.test(value)) return [start, endOfBrackets(text, start)];
  const isShown = saysNothing(name, value) || (hasColon && !isWhole && isWord(value, assigned));
  return isShown ? nothing : [start, start + value.length];
}

const saysNothing = (name: string, value: string): boolean => isHarmless(name, value) || isPlaceholder(value);

/** Whether the text after a colon continues like a sentence. */
const isWord = (value: string, { text, start, sign, isProse }: Assigned): boolean =>
  isProse
    ? !looksRandom(value)
    : /\s$/.test(sign) && /^[a-z]+$/i.test(value) && matchAt(moreWords, text, start + value.length) !== '';

/** Whether the text looks random: not a word, a path or a web address. */
export const looksRandom = (value: string): boolean =>
  !/^(\.{0,2}\/|https?:)/.test(value) &&
  (/\d/.test(value) || /[a-z][A-Z]/.test(value) || /[^\w\s.:-]/.test(value) || value.length >= 24);

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

/** Finds the quote that closes a string, written like the opening one; the end of the text if it was cut off. */
function endOfQuoted(text: string, begin: number, opening: string): number {
  for (let at = text.indexOf(opening, begin); at >= 0; at = text.indexOf(opening, at + 1))
    if (text[at - 1] !== '\\') return at;
  return text.length;
}

/** Finds the position after the closing bracket in JSON, even inside a string; the end of a truncated text. */
function endOfBrackets(text: string, begin: number): number {
  let [level, isInText] = [0, false];
  for (let at = begin; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') isInText = !isInText;
    else if (isInText) continue;
    else if (char === '[' || char === '{') level++;
    else if ((char === ']' || char === '}') && --level === 0) return at + 1;
  }
  return text.length;
}
