import type { JsonObject, JsonValue } from './json.ts';

// Plugins written in Go accept a key in any case, and the last of several spellings wins. A spelling that an author
// writes must therefore not stand beside a key that Plexus sets.

/**
 * A key as Go's encoding/json compares it with an ASCII name: "ſ" equals "s", and the Kelvin sign equals "k". No other
 * letter equals an ASCII one: not "ı", whose upper case is "I".
 */
export const foldedLikeGo = (key: string): string => key.replaceAll('ſ', 's').toLowerCase();

/** The object with these keys set, and without any other spelling of them. */
export function withKeys(json: JsonObject, set: JsonObject): JsonObject {
  const folded = new Set(Object.keys(set).map(foldedLikeGo));
  const kept = Object.entries(json).filter(([key]) => Object.hasOwn(set, key) || !folded.has(foldedLikeGo(key)));
  return { ...Object.fromEntries(kept), ...set };
}

/** The value under a key in any spelling. */
export function valueLikeGo(json: JsonObject, key: string): JsonValue | undefined {
  const folded = foldedLikeGo(key);
  return Object.entries(json).findLast(([each]) => foldedLikeGo(each) === folded)?.[1];
}
