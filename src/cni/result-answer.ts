import { clip, resultInvalid, resultTooLarge } from '../errors/index.ts';
import { maskText } from '../report/index.ts';
import { type JsonValue, isJsonObject, parseJson } from './json.ts';
import { sizeOfJson } from './json-size.ts';
import { type DecodeOptions, decodeResult } from './result-codec.ts';
import type { Result } from './result.ts';

// A plugin's result stays in memory until the call is answered, and in the journal until DEL. These limits apply to
// answers of plugins only, never to a recorded result, so that every attachment can be detached.

/** Largest answer of a plugin, in bytes. */
export const mostResultBytes = 256 * 1024;
const mostElements = 16_000;
// The journal must be able to read the files that it wrote.
const mostLevels = 64;
const most: readonly (readonly [of: string, list: string, most: number])[] = [
  ['', 'interfaces', 256],
  ['', 'ips', 1024],
  ['', 'routes', 2048],
  ['ip4', 'routes', 2048],
  ['ip6', 'routes', 2048],
  ['dns', 'nameservers', 256],
  ['dns', 'search', 256],
  ['dns', 'options', 256],
];

/** Parses the result that a plugin answered with, after measuring it. Throws resultTooLarge, resultInvalid. */
export function parseResult(text: string, options: DecodeOptions): Result {
  const tooLarge = (holds: string, accepted: string) =>
    resultTooLarge({ source: options.source, holds, most: accepted });
  // One unit of a string's length takes one to three bytes in UTF-8.
  const bytes = text.length * 3 <= mostResultBytes ? 0 : new TextEncoder().encode(text).length;
  if (bytes > mostResultBytes) throw tooLarge(`more than ${mostResultBytes} bytes`, `${mostResultBytes}`);
  const { levels, elements } = sizeOfJson(text);
  if (levels > mostLevels) throw tooLarge(`lists and objects in ${levels} levels`, `${mostLevels}`);
  if (elements > mostElements) throw tooLarge(`${elements} values`, `${mostElements}`);
  const json = decode(text, options);
  for (const [of, list, accepted] of most) {
    const length = lengthOf(of === '' ? json : member(json, of), list);
    if (length > accepted) throw tooLarge(`${length} ${of === '' ? list : `${of}.${list}`}`, `${accepted}`);
  }
  return decodeResult(json, options);
}

const mostShownBytes = 300;

/**
 * Decodes the answer. Throws resultInvalid with the printed text: a plugin that logs to stdout is not a mistake in the
 * configuration.
 */
function decode(text: string, { source }: DecodeOptions): JsonValue {
  try {
    return parseJson(text, source);
  } catch {
    // Mask before shortening: the masking does not recognize half a secret.
    const printed = clip(maskText(text).trim().replaceAll(/\s+/g, ' '), mostShownBytes);
    throw resultInvalid({
      source,
      problem: printed === '' ? 'the plugin printed nothing' : `the plugin printed text that is not JSON: ${printed}`,
    });
  }
}

const member = (json: JsonValue, key: string): JsonValue => (isJsonObject(json) ? (json[key] ?? null) : null);

function lengthOf(json: JsonValue, key: string): number {
  const list = member(json, key);
  return Array.isArray(list) ? list.length : 0;
}
