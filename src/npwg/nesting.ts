import { type JsonValue, isJsonObject } from '../cni/index.ts';

const mostLevels = 64;

/**
 * Why a value is nested too deeply; undefined when it is not. What a pod or NAD says becomes part of the journal, which
 * must be readable after it was written, so far below what the parser takes.
 */
export const nestingProblem = (value: JsonValue): string | undefined =>
  fits(value, mostLevels) ? undefined : `it is nested deeper than ${mostLevels} levels`;

function fits(value: JsonValue, levels: number): boolean {
  if (!Array.isArray(value) && !isJsonObject(value)) return true;
  return levels > 0 && Object.values(value as object).every((each: JsonValue) => fits(each, levels - 1));
}
