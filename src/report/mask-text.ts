import { type Assigned, extentOfValue, looksRandom } from './assigned-value.ts';
import { isSecretName } from './secret-names.ts';

// Secrets in text for people: values that stand beside a name that says so, and values that look like nothing else.
// Words are left alone: "failed to get token: permission denied" has no value, "login failed, password: hunter2" has
// one.

/** What is shown in place of a secret. */
export const masked = '(masked)';

// Each is linear: from no two places of a text may it read on over the same characters, nor may two of its parts share
// them.

// an encrypted one has lines such as "Proc-Type: 4,ENCRYPTED"
const privateKey = /(-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----)[^-]*(?:-(?!----)[^-]*)*/g;
// also what begins like one and goes on differently: no other can begin within it
const jwt = /\beyJ[\w-]{8,}(\.[\w-]{8,}(?:\.[\w-]*)?)?/g;
const scheme = /\b(bearer|basic)\s+([\w.~+/-]{8,}=*)/gi;
const userInUrl = /(:\/\/[^\s:/@]*):[^\s/@]+@/g;
// {"value":"…","name":"DB_PASSWORD"}: the value comes first
const valueFirst = /("value"\s*:\s*)"(?:[^"\\]|\\.)*"(\s*,\s*"name"\s*:\s*"([\w.-]{2,64})")/gi;

/**
 * A text for people (a message, stderr) in which secrets cannot be read. `further`: names that count as those of
 * secrets as well.
 */
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

// The name in front of a value, as one word; what ends a path is a file, of which something is said:
// `name=`, `name: ` with or without quotes around it, `--name `, or `name: NAME, value: ` in any notation.
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
