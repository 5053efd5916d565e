// A few thousand levels end in a stack overflow; what is read here must still be readable inside a journal file.
const mostLevels = 1000;

/** Why a JSON text is nested too deeply to be decoded; undefined when it is not. */
export const levelsProblem = (text: string): string | undefined =>
  levelsIn(text) > mostLevels ? `it is nested deeper than ${mostLevels} levels` : undefined;

// brackets inside of texts do not count
function levelsIn(text: string): number {
  let [level, deepest] = [0, 0];
  for (const [bracket] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"?|[[\]{}]/gs)) {
    if (bracket === '[' || bracket === '{') deepest = Math.max(deepest, ++level);
    else if (bracket === ']' || bracket === '}') level--;
  }
  return deepest;
}
