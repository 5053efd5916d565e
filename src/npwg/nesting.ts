import { type JsonValue, isJsonObject } from '../cni/index.ts';

const maxLevels = 64;

/**
 * Returns why a value is nested too deeply; undefined if it is not. Values from pods and NADs are written to the
 * journal and must be parseable when it is read, so the limit is far below the parser's.
 */
export const nestingProblem = (value: JsonValue): string | undefined =>
  fits(value, maxLevels) ? undefined : `it is nested deeper than ${maxLevels} levels`;

function fits(value: JsonValue, levels: number): boolean {
  if (!Array.isArray(value) && !isJsonObject(value)) return true;
  return levels > 0 && Object.values(value as object).every((each: JsonValue) => fits(each, levels - 1));
}
