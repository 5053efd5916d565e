import { clip, configUndecodable, problemOf } from '../errors/index.ts';
import { sizeProblem } from './json-limits.ts';
import { jsonProblem } from './json-problem.ts';

/** A JSON value. Numbers that JavaScript cannot hold exactly are kept as raw JSON text and print unchanged (CNI-42). */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

// Available in every Node.js version that Plexus supports, but not yet declared in TypeScript's library.
interface LosslessJson {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): JsonObject;
  isRawJSON(value: unknown): boolean;
}
const lossless = JSON as unknown as LosslessJson;

/** Decodes JSON text, after measuring it. Throws configUndecodable, which names `source`. */
export function parseJson(text: string, source: string): JsonValue {
  const tooLarge = sizeProblem(text);
  if (tooLarge !== undefined) throw configUndecodable({ source, problem: tooLarge });
  try {
    return lossless.parse(text, keepExactNumber) as JsonValue;
  } catch (error) {
    throw configUndecodable({ source, problem: jsonProblem(text)?.text ?? problemOf(error) });
  }
}

/** Decodes JSON text that must be an object. */
export function parseJsonObject(text: string, source: string): JsonObject {
  const value = parseJson(text, source);
  if (isJsonObject(value)) return value;
  throw configUndecodable({ source, problem: `it is ${nameOfType(value)}` });
}

/** Decodes JSON text; returns undefined if it is not a JSON object. */
export function jsonObjectIn(text: string): JsonObject | undefined {
  try {
    return parseJsonObject(text, '');
  } catch {
    return undefined;
  }
}

/** Formats a value as JSON text, with numbers as they were read. */
export const formatJson = (value: JsonValue): string => JSON.stringify(value);

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !lossless.isRawJSON(value);

const longestNumber = 40;

/** Names a value's type for messages: "a string", "a list"; a number that JavaScript cannot hold appears as written. */
export function nameOfType(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (lossless.isRawJSON(value)) return `the number ${clip(formatJson(value as JsonObject), longestNumber)}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

const keepExactNumber = (_key: string, value: unknown, { source }: { readonly source?: string }): unknown =>
  typeof value === 'number' && source !== undefined && !isExact(value, source) ? lossless.rawJSON(source) : value;

// 1.0 and 1e2 are other spellings of numbers that JavaScript holds exactly; 12345678901234567890 is not exact.
const isExact = (value: number, source: string): boolean =>
  String(value) === source ||
  (Number.isSafeInteger(value) && /^-?\d+(\.0+)?$/.test(source)) ||
  (!/^-?\d+$/.test(source) && Number.isFinite(value) && source.length < 17);
