import { jsonProblem, parseJson } from '../cni/index.ts';
import { type Finding, finding, keyRepeated } from './finding.ts';
import { firstFew } from './first-few.ts';

/** Offsets of a part of a text: its start, and its end (exclusive). */
export type Characters = readonly [from: number, to: number];

/** Whether Plexus can decode a text as JSON. */
export function isJson(text: string): boolean {
  try {
    parseJson(text, 'it');
    return true;
  } catch {
    return false;
  }
}

/** Returns the place where a text stops being JSON. */
export function brokenAt(text: string): Characters {
  const at = Math.min(jsonProblem(text)?.position ?? 0, text.trimEnd().length);
  return [at, Math.min(at + 1, text.length)];
}

/** Returns a part of a text without surrounding white space. */
export function trimmed(text: string, from = 0, to = text.length): Characters {
  const inner = text.slice(from, to);
  const start = from + inner.length - inner.trimStart().length;
  return [start, Math.max(start, from + inner.trimEnd().length)];
}

const keysAndBraces = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}]/gs;

/**
 * Reports duplicate keys in a JSON text, which JSON allows: the last one counts. Runs in linear time, because any
 * author of a network determines the text.
 */
export function repeatedKeys(json: string): readonly Finding[] {
  const open: Set<unknown>[] = [];
  const repeated = [...json.matchAll(keysAndBraces)].flatMap(({ 0: token, 1: text = '', 2: colon, index }) => {
    if (token === '{') open.push(new Set());
    if (token === '}') open.pop();
    if (colon === undefined) return [];
    const key: unknown = JSON.parse(text);
    if (open.at(-1)?.has(key) === true)
      return [{ key: text.slice(1, -1), characters: [index, index + text.length] as const }];
    open.at(-1)?.add(key);
    return [];
  });
  return firstFew(repeated, ({ key, characters }) => repeatedKey(key, characters));
}

/** Creates the finding about a duplicate key. */
export const repeatedKey = (key: string, characters: Characters): Finding =>
  finding(
    keyRepeated,
    { path: [], characters },
    { key },
    `${JSON.stringify(key)} occurs twice in one object: the last one takes effect`,
  );
