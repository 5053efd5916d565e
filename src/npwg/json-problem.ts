import { type JsonValue, isJsonObject, parseJson } from '../cni/index.ts';
import { problemOf } from '../errors/index.ts';

/** What is wrong with a text that parseJson refused, always with the position of the first mistake. */
export function jsonProblem(text: string, error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (cause instanceof RangeError) return tooDeep;
  // it may quote line breaks of the text, and a message is one line
  const problem = problemOf(cause).replaceAll(/\s+/g, ' ');
  if (problem.includes(' at position ')) return problem;
  return `${problem} ${positionText(text, problem.startsWith(tokenProblem) ? firstBadCharacter(text) : text.length)}`;
}

// V8 names the place of every mistake but this one and the end of the text
const tokenProblem = 'Unexpected token';

/** The parser reads from left to right: only the beginnings that hold the bad character fail for it, so halving finds it. */
function firstBadCharacter(text: string): number {
  let [good, bad] = [0, text.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (failsForToken(text.slice(0, middle))) bad = middle;
    else good = middle;
  }
  return good;
}

function failsForToken(text: string): boolean {
  try {
    parseJson(text, 'the beginning');
    return false;
  } catch (error) {
    return error instanceof Error && problemOf(error.cause).startsWith(tokenProblem);
  }
}

/** In V8's words. */
function positionText(text: string, position: number): string {
  const before = text.slice(0, position).split('\n');
  return `at position ${position} (line ${before.length} column ${(before.at(-1) ?? '').length + 1})`;
}

const mostLevels = 64;
const tooDeep = `it is nested deeper than ${mostLevels} levels`;

/**
 * Why a value is nested too deeply; undefined when it is not. What a pod or NAD says becomes part of the journal, which must
 * be readable after it was written, so far below what the parser takes.
 */
export const nestingProblem = (value: JsonValue): string | undefined => (fits(value, mostLevels) ? undefined : tooDeep);

function fits(value: JsonValue, levels: number): boolean {
  if (!Array.isArray(value) && !isJsonObject(value)) return true;
  return levels > 0 && Object.values(value as object).every((each: JsonValue) => fits(each, levels - 1));
}
