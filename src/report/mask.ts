import { maskText, masked } from './mask-text.ts';
import { isHarmless, isSecretName } from './secret-names.ts';

/** Returns a copy of a JSON value with masked secrets. `further`: additional keys that count as secret. */
export function maskJson(value: unknown, further: readonly string[] = []): unknown {
  if (typeof value === 'string') return maskText(value, further);
  if (Array.isArray(value)) return value.map((each) => maskJson(each, further));
  if (typeof value !== 'object' || value === null) return value;
  const named = secretPair(value, further);
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key !== named && isShown(key, each, further) ? maskJson(each, further) : masked,
    ]),
  );
}

/** The key of the value in an object that names its content: {"name": "DB_PASSWORD", "value": "…"}. */
function secretPair(object: object, further: readonly string[]): string | undefined {
  const keys = Object.entries(object);
  const [, name] = keys.find(([key]) => /^(name|key|header)$/i.test(key)) ?? [];
  const [key, value] = keys.find(([each]) => /^(value|data|content)$/i.test(each)) ?? [];
  return key !== undefined && typeof name === 'string' && isSecretName(name, further) && !isHarmlessValue(name, value)
    ? key
    : undefined;
}

// A boolean or an empty value reveals nothing.
const isHarmlessValue = (name: string, value: unknown): boolean =>
  typeof value === 'boolean' || value === null || (typeof value === 'string' && isHarmless(name, value));

const isShown = (key: string, value: unknown, further: readonly string[]): boolean =>
  isHarmlessValue(key, value) || !isSecretName(key, further);

// The length of the longest result. Masking and showing one value takes some hundred bytes of memory.
const mostShownLength = 256 * 1024;

/** Masks what a plugin read or wrote: JSON as JSON, else as text. Of a long document, returns only the length. */
export function maskDocument(text: string, further: readonly string[] = []): unknown {
  if (text.trim() === '') return undefined;
  if (text.length > mostShownLength) return `(${text.length} characters, too many to show)`;
  try {
    return maskJson(JSON.parse(text), further);
  } catch {
    return maskText(text, further);
  }
}
