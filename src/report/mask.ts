import { maskText, masked } from './mask-text.ts';
import { isHarmless, isSecretName } from './secret-names.ts';

/** A copy of a JSON value in which secrets cannot be read. `further`: names of keys that count as secrets as well. */
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

/** The key of the value in an object that names what it holds: {"name": "DB_PASSWORD", "value": "…"}. */
function secretPair(object: object, further: readonly string[]): string | undefined {
  const keys = Object.entries(object);
  const [, name] = keys.find(([key]) => /^(name|key|header)$/i.test(key)) ?? [];
  const [key, value] = keys.find(([each]) => /^(value|data|content)$/i.test(each)) ?? [];
  return key !== undefined && typeof name === 'string' && isSecretName(name, further) && !says(name, value)
    ? key
    : undefined;
}

// a switch says nothing, and neither does what is empty
const says = (name: string, value: unknown): boolean =>
  typeof value === 'boolean' || value === null || (typeof value === 'string' && isHarmless(name, value));

const isShown = (key: string, value: unknown, further: readonly string[]): boolean =>
  says(key, value) || !isSecretName(key, further);

// as long as the longest result: each value of it costs some hundred bytes while it is masked and shown
const mostShownLength = 256 * 1024;

/**
 * What a plugin read or wrote, as JSON without secrets; text that is no JSON as text without secrets. Of a longer one
 * only how long it is.
 */
export function maskDocument(text: string, further: readonly string[] = []): unknown {
  if (text.trim() === '') return undefined;
  if (text.length > mostShownLength) return `(${text.length} characters, too many to be shown)`;
  try {
    return maskJson(JSON.parse(text), further);
  } catch {
    return maskText(text, further);
  }
}
