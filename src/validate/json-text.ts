import { jsonProblem, parseJson } from '../cni/index.ts';
import { type Finding, finding, keyRepeated } from './finding.ts';

/** From the first character up to behind the last one. */
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

/** Where a text stops being JSON. */
export function brokenAt(text: string): Characters {
  const at = Math.min(jsonProblem(text)?.position ?? 0, text.trimEnd().length);
  return [at, Math.min(at + 1, text.length)];
}

/** A part of a text, without the white space around it. */
export function trimmed(text: string, from = 0, to = text.length): Characters {
  const inner = text.slice(from, to);
  const start = from + inner.length - inner.trimStart().length;
  return [start, Math.max(start, from + inner.trimEnd().length)];
}

const keysAndBraces = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}]/gs;

/** Keys that JSON takes twice, of which the last counts. In linear time: anybody may write a network. */
export function repeatedKeys(json: string): readonly Finding[] {
  const open: Set<unknown>[] = [];
  return [...json.matchAll(keysAndBraces)].flatMap(({ 0: token, 1: text = '', 2: colon, index }) => {
    if (token === '{') open.push(new Set());
    if (token === '}') open.pop();
    if (colon === undefined) return [];
    const key: unknown = JSON.parse(text);
    if (open.at(-1)?.has(key) === true) return [repeatedKey(text.slice(1, -1), [index, index + text.length])];
    open.at(-1)?.add(key);
    return [];
  });
}

/** The finding about a key that an object contains twice. */
export const repeatedKey = (key: string, characters: Characters): Finding =>
  finding(
    keyRepeated,
    { path: [], characters },
    { key },
    `${JSON.stringify(key)} occurs twice in one object: the last one takes effect`,
  );
