/** What is shown in place of a secret. */
const masked = '(masked)';

const names =
  /pass(word|wd|wort|phrase|code)|^pass$|pwd|secret|token|credential|bearer|psk|^auth$|authorization|keys?$|key[-_]?(data|file|id|material)$|private[-_]?key/i;

/** Whether the value under a key of that name is never shown: key, token, password, secret, credential and their like, in any spelling. */
export const isSecretName = (name: string, further: readonly string[] = []): boolean =>
  names.test(name) || further.some((each) => each.toLowerCase() === name.toLowerCase());

/** A copy of a JSON value in which secrets cannot be read. `further`: names of keys that count as secrets as well. */
export function maskJson(value: unknown, further: readonly string[] = []): unknown {
  if (typeof value === 'string') return maskText(value, further);
  if (Array.isArray(value)) return value.map((each) => maskJson(each, further));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, isShown(key, each, further) ? maskJson(each, further) : masked]));
}

// a switch says nothing, and neither does what is empty
const isShown = (key: string, value: unknown, further: readonly string[]): boolean =>
  typeof value === 'boolean' || value === null || value === '' || !isSecretName(key, further);

// name=, name: or "name": before a value, with the name as one word; what ends a path is a file, of which something is said
const assignment = /(?<![/\w.-])([\w.-]{2,64})(\\?["']?\s*[=:]\s*\\?["']?)/g;
const endOfValue = /[\s"'\\,;&}]|$/;
const bearer = /\b(bearer|basic)\s+[\w.~+/-]{8,}=*/gi;
const userInUrl = /(:\/\/[^\s:/@]+):[^\s/@]+@/g;

/** A text for people (a message, stderr) in which secrets cannot be read. */
export const maskText = (text: string, further: readonly string[] = []): string =>
  withoutAssigned(text.replaceAll(bearer, `$1 ${masked}`).replaceAll(userInUrl, `$1:${masked}@`), further);

function withoutAssigned(text: string, further: readonly string[]): string {
  let shown = '';
  let from = 0;
  for (const { 0: all, 1: name = '', 2: sign = '', index } of text.matchAll(assignment)) {
    const start = index + all.length;
    if (index < from || isProse(name, sign) || !isSecretName(name, further)) continue;
    const length = text.slice(start).search(endOfValue);
    if (length === 0) continue;
    shown += text.slice(from, start) + masked;
    from = start + length;
  }
  return shown + text.slice(from);
}

// "unknown key: ips" is a sentence
const isProse = (name: string, sign: string): boolean => /^keys?$/i.test(name) && /^\s*:/.test(sign);

/** What a plugin read or wrote, as JSON without secrets; text that is no JSON as text without secrets. */
export function maskDocument(text: string, further: readonly string[] = []): unknown {
  if (text.trim() === '') return undefined;
  try {
    return maskJson(JSON.parse(text), further);
  } catch {
    return maskText(text, further);
  }
}
