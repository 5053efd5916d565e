import { parseDocument } from 'yaml';
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

/** Keys that JSON takes twice, of which the last counts. */
export function repeatedKeys(text: string): readonly Finding[] {
  const document = parseDocument(text, { uniqueKeys: true, logLevel: 'silent' });
  return document.errors
    .filter(({ code }) => code === 'DUPLICATE_KEY')
    .map(({ pos: [from] }) => {
      const key = /^"((?:[^"\\]|\\.)*)"/.exec(text.slice(from))?.[1] ?? '';
      return repeatedKey(key, [from, from + key.length + 2]);
    });
}

/** The finding about a key that an object contains twice. */
export const repeatedKey = (key: string, characters: Characters): Finding =>
  finding(
    keyRepeated,
    { path: [], characters },
    { key },
    `${JSON.stringify(key)} is there twice in one object: the last one counts`,
  );
