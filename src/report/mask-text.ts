import { type Assigned, extentOfValue, looksRandom } from './assigned-value.ts';
import { isSecretName } from './secret-names.ts';

// Finds secrets in text for people: values beside a name that indicates a secret, and values with an unmistakable form.
// Ordinary words stay: "failed to get token: permission denied" has no value, "login failed, password: hunter2" has
// one.

/** The replacement for a secret. */
export const masked = '(masked)';

// Every pattern must run in linear time: matches from two start positions must not scan the same characters, and two
// parts of a pattern must not match the same ones.

// An encrypted key has header lines such as "Proc-Type: 4,ENCRYPTED".
const privateKey = /(-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----)[^-]*(?:-(?!----)[^-]*)*/g;
// Also matches an incomplete token, because no other match can begin inside it.
const jwt = /\beyJ[\w-]{8,}(\.[\w-]{8,}(?:\.[\w-]*)?)?/g;
const scheme = /\b(bearer|basic)\s+([\w.~+/-]{8,}=*)/gi;
const userInUrl = /(:\/\/[^\s:/@]*):[^\s/@]+@/g;
// The value comes first: {"value":"…","name":"DB_PASSWORD"}.
const valueFirst = /("value"\s*:\s*)"(?:[^"\\]|\\.)*"(\s*,\s*"name"\s*:\s*"([\w.-]{2,64})")/gi;

/** Masks secrets in a text for people (a message, stderr). `further`: additional names that count as secret. */
export const maskText = (text: string, further: readonly string[] = []): string =>
  withoutAssigned(
    text
      .replaceAll(privateKey, `$1${masked}`)
      .replaceAll(jwt, (all: string, more: string | undefined) => (more === undefined ? all : masked))
      .replaceAll(scheme, (all: string, name: string, value: string) =>
        looksRandom(value) ? `${name} ${masked}` : all,
      )
      .replaceAll(userInUrl, `$1:${masked}@`)
      .replaceAll(valueFirst, (all: string, before: string, after: string, name: string) =>
        isSecretName(name, further) ? `${before}"${masked}"${after}` : all,
      ),
    further,
  );

// The name in front of a value, as one word: `name=`, `name: ` with or without quotes, `--name `, or `name: NAME,
// value: ` in any notation. A name at the end of a path is a file, which the message describes.
const quote = String.raw`\\*["'\`]?`;
const pair = String.raw`\bname${quote}\s*[:=]\s*${quote}(?<paired>[\w.-]{2,64})[\s,"'\`\\]*value${quote}\s*[:=]\s*`;
const assigned = String.raw`(?<![/\w.-])-{0,2}(?<name>[\w.-]{2,64})(?<sign>${quote}\s*(?::=|=>|[:=])\s*)`;
const flag = String.raw`(?<![/\w.-])--?(?<flag>[\w.-]{2,64})[ \t]+(?=[^\s-])`;
const assignment = new RegExp(`${pair}|${assigned}|${flag}`, 'gi');

function withoutAssigned(text: string, further: readonly string[]): string {
  let shown = '';
  let from = 0;
  for (const match of text.matchAll(assignment)) {
    const found = assignedBy(match, text);
    if (found.start < from || !isSecretName(found.name, further)) continue;
    const [begin, end] = extentOfValue(found);
    if (begin >= end || text.startsWith(masked, begin)) continue;
    shown += text.slice(from, begin) + masked;
    from = end;
  }
  return shown + text.slice(from);
}

function assignedBy({ index, 0: all, groups = {} }: RegExpExecArray, text: string): Assigned {
  const { paired, flag: option, name = paired ?? option ?? '', sign = '=' } = groups;
  const before = text.slice(Math.max(0, index - mostIndent), index);
  const isProse = /^\s*:\s/.test(sign) && /[a-z,)] $/i.test(before);
  return { text, start: index + all.length, name, sign, isProse, isLineStart: /^$|[\n{]\s*$/.test(before) };
}

const mostIndent = 80;
