import { clip, resultInvalid, resultTooLarge } from '../errors/index.ts';
import { maskText } from '../report/index.ts';
import { type JsonValue, isJsonObject, parseJson } from './json.ts';
import { sizeOfJson } from './json-size.ts';
import { type DecodeOptions, decodeResult } from './result-codec.ts';
import type { Result } from './result.ts';

// The result of a plugin stays in memory until the call is answered, and in the journal until DEL. These limits apply
// to answers of plugins, never to a recorded result: what was attached can always be detached.

/** Bytes of a plugin's answer. */
export const mostResultBytes = 256 * 1024;
const mostElements = 16_000;
// the journal must be able to read what it wrote
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

/** The result that a plugin answered with, measured before anything is built of it. resultTooLarge, resultInvalid. */
export function parseResult(text: string, options: DecodeOptions): Result {
  const tooLarge = (holds: string, accepted: string) =>
    resultTooLarge({ source: options.source, holds, most: accepted });
  // a character takes one byte at least, and three at most for one unit of its length
  const bytes = text.length * 3 <= mostResultBytes ? 0 : new TextEncoder().encode(text).length;
  if (bytes > mostResultBytes) throw tooLarge(`more than ${mostResultBytes} bytes`, `${mostResultBytes}`);
  const { levels, elements } = sizeOfJson(text);
  if (levels > mostLevels) throw tooLarge(`lists and objects in ${levels} levels`, `${mostLevels}`);
  if (elements > mostElements) throw tooLarge(`${elements} values`, `${mostElements}`);
  const json = decoded(text, options);
  for (const [of, list, accepted] of most) {
    const length = lengthOf(of === '' ? json : member(json, of), list);
    if (length > accepted) throw tooLarge(`${length} ${of === '' ? list : `${of}.${list}`}`, `${accepted}`);
  }
  return decodeResult(json, options);
}

const mostShownBytes = 300;

/** resultInvalid with the printed text: a plugin that logs to stdout is no mistake in the configuration. */
function decoded(text: string, { source }: DecodeOptions): JsonValue {
  try {
    return parseJson(text, source);
  } catch {
    // masked before it is shortened: half a secret looks like none
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
