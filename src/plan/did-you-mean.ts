/** Returns the known word nearest to a mistyped one; undefined if none is near. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  if (word.length > longest) return undefined;
  const typed = word.toLowerCase();
  let best: string | undefined;
  let most = Math.max(1, Math.floor(word.length / 3));
  for (const each of known) {
    const apart = distance(typed, each.toLowerCase(), most);
    if (apart === undefined || (best !== undefined && apart === most)) continue;
    [best, most] = [each, apart];
  }
  return best;
}

// longer texts are not typos, and comparing them takes long
const longest = 64;

/**
 * Returns the Levenshtein distance, how many letters to insert, remove or replace; undefined if it is more than `most`.
 * Stops as soon as that is certain, because an author of a network may write thousands of unknown words.
 */
function distance(one: string, other: string, most: number): number | undefined {
  if (Math.abs(one.length - other.length) > most) return undefined;
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  let next = [...row];
  for (let i = 0; i < one.length; i++) {
    next[0] = i + 1;
    let least = i + 1;
    for (let j = 0; j < other.length; j++) {
      const replaced = (row[j] ?? 0) + (other.charCodeAt(j) === one.charCodeAt(i) ? 0 : 1);
      const cell = Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, replaced);
      next[j + 1] = cell;
      least = Math.min(least, cell);
    }
    if (least > most) return undefined;
    [row, next] = [next, row];
  }
  const whole = row[other.length] ?? 0;
  return whole > most ? undefined : whole;
}
