import { isHarmless, isSecretName } from './secret-names.ts';

// Secrets in text for people: values that stand beside a name that says so, and values that look like nothing else. Words are left alone:
// "failed to get token: permission denied" has no value, "login failed, password: hunter2" has one.

/** What is shown in place of a secret. */
export const masked = '(masked)';

const privateKey = /(-----BEGIN [A-Z ]*PRIVATE KEY-----)[^-]*(?=-----END|$)/g;
const jwt = /\beyJ[\w-]{8,}\.[\w-]{8,}(\.[\w-]*)?/g;
const scheme = /\b(bearer|basic)\s+([\w.~+/-]{8,}=*)/gi;
const userInUrl = /(:\/\/[^\s:/@]*):[^\s/@]+@/g;
// {"value":"…","name":"DB_PASSWORD"}: the value comes first
const valueFirst = /("value"\s*:\s*)"(?:[^"\\]|\\.)*"(\s*,\s*"name"\s*:\s*"([\w.-]{2,64})")/gi;

/** A text for people (a message, stderr) in which secrets cannot be read. `further`: names that count as those of secrets as well. */
export const maskText = (text: string, further: readonly string[] = []): string =>
  withoutAssigned(
    text
      .replaceAll(privateKey, `$1${masked}`)
      .replaceAll(jwt, masked)
      .replaceAll(scheme, (all: string, name: string, value: string) => (looksRandom(value) ? `${name} ${masked}` : all))
      .replaceAll(userInUrl, `$1:${masked}@`)
      .replaceAll(valueFirst, (all: string, before: string, after: string, name: string) =>
        isSecretName(name, further) ? `${before}"${masked}"${after}` : all,
      ),
    further,
  );

// The name in front of a value, as one word; what ends a path is a file, of which something is said:
// `name=`, `name: ` with or without quotes around it, `--name `, or `name: NAME, value: ` in any notation.
const quote = String.raw`\\*["'\`]?`;
const pair = String.raw`\bname${quote}\s*[:=]\s*${quote}(?<paired>[\w.-]{2,64})${quote}\s*,?\s*${quote}value${quote}\s*[:=]\s*`;
const assigned = String.raw`(?<![/\w.-])-{0,2}(?<name>[\w.-]{2,64})(?<sign>${quote}\s*(?::=|=>|[:=])\s*)`;
const flag = String.raw`(?<![/\w.-])--?(?<flag>[\w.-]{2,64})[ \t]+(?=[^\s-])`;
const assignment = new RegExp(`${pair}|${assigned}|${flag}`, 'gi');

function withoutAssigned(text: string, further: readonly string[]): string {
  let shown = '';
  let from = 0;
  for (const match of text.matchAll(assignment)) {
    const { paired, flag: option, name = paired ?? option ?? '', sign = '=' } = match.groups ?? {};
    const start = match.index + match[0].length;
    if (start < from || !isSecretName(name, further)) continue;
    const isProse = /^\s*:\s/.test(sign) && /[a-z,)] $/i.test(text.slice(Math.max(0, match.index - 2), match.index));
    const [begin, end] = extentOf({
      text,
      start,
      name,
      sign,
      isProse,
      isLineStart: /^$|[\n{]\s*$/.test(text.slice(Math.max(0, match.index - 80), match.index)),
    });
    if (begin >= end || begin < from) continue;
    shown += text.slice(from, begin) + masked;
    from = end;
  }
  return shown + text.slice(from);
}

interface Assigned {
  readonly text: string;
  /** Of what follows name and sign. */
  readonly start: number;
  readonly name: string;
  readonly sign: string;
  /** The name is one word of a sentence: "failed to get token: …". */
  readonly isProse: boolean;
  readonly isLineStart: boolean;
}

const openingQuote = /\\*["'`]/y;
const unquoted = /[^\s"'`\\,;&})\]]*/y;
const restOfLine = /[^\n\r"'`\\]*/y;
const moreWords = / [a-z("'/]/iy;
const header = /^(proxy-)?authorization$|^(set-)?cookie$/i;
const phrase = /pass(word|wd|wort|phrase|code)|pwd|^pass$/i;

/** Where the secret stands that belongs to the name; empty when there is none. */
function extentOf(assigned: Assigned): readonly [begin: number, end: number] {
  const { text, start, name, sign, isProse, isLineStart } = assigned;
  const opening = matchAt(openingQuote, text, start);
  if (opening !== '') {
    const begin = start + opening.length;
    const end = endOfQuoted(text, begin, opening);
    const value = text.slice(begin, end);
    return isHarmless(name, value) || (isProse && (isKey(name) || value.length <= 3)) ? nothing : [begin, end];
  }
  const hasColon = sign.includes(':') && !sign.includes('=');
  const isWhole = hasColon && (header.test(name) || (isLineStart && phrase.test(name)));
  const value = matchAt(isWhole ? restOfLine : unquoted, text, start);
  const end = start + value.length;
  if (isHarmless(name, value) || text.startsWith(masked, start)) return nothing;
  if (!hasColon || isWhole) return [start, end];
  const isWord = isProse ? !looksRandom(value) : /\s$/.test(sign) && /^[a-z]+$/i.test(value) && matchAt(moreWords, text, end) !== '';
  return isWord || (isProse && isKey(name) && !looksRandom(value)) ? nothing : [start, end];
}

const nothing = [0, 0] as const;

const isKey = (name: string): boolean => /^keys?$/i.test(name);

/** Not a word of a language, not a path, not an address of the web. */
const looksRandom = (value: string): boolean =>
  !/^(\.{0,2}\/|https?:)/.test(value) && (/\d/.test(value) || /[a-z][A-Z]/.test(value) || /[^\w\s.:-]/.test(value) || value.length >= 24);

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

/** The place of the quote that closes one, written as the one that opened it; the end of the text when it was cut off. */
function endOfQuoted(text: string, begin: number, opening: string): number {
  for (let at = text.indexOf(opening, begin); at >= 0; at = text.indexOf(opening, at + 1)) if (text[at - 1] !== '\\') return at;
  return text.length;
}
