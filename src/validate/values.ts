import type { Path } from '../errors/index.ts';

/** The value at a path. */
export const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, key) => memberOf(inner, key, false), value);

/** The same, with keys in any case where none is spelled so, as Go reads JSON. */
export const valueInAnyCase = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, key) => memberOf(inner, key, true), value);

/** The text at a path; undefined when there is none. */
export function textAt(value: unknown, path: Path): string | undefined {
  const text = valueAt(value, path);
  return typeof text === 'string' ? text : undefined;
}

function memberOf(value: unknown, key: string | number, inAnyCase: boolean): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return typeof key === 'number' ? (value as readonly unknown[])[key] : undefined;
  if (Object.hasOwn(value, key)) return (value as Readonly<Record<string, unknown>>)[String(key)];
  return inAnyCase
    ? Object.entries(value).findLast(([each]) => each.toLowerCase() === String(key).toLowerCase())?.[1]
    : undefined;
}
