import { claimObjectInvalid } from '../errors/index.ts';

/** A part of an API object, and where in which object it is. */
export interface Part {
  readonly value: unknown;
  /** For messages: "ResourceClaim shop/nic". */
  readonly object: string;
  readonly path: string;
}

const invalid = ({ object, path }: Part, allowed: string): Error =>
  claimObjectInvalid({ object, problem: `${path === '' ? 'it' : path} is not ${allowed}` });

/** A field of an object; of nothing it is nothing. claimObjectInvalid when it is a field of something else. */
export function field(part: Part, name: string): Part {
  const { value, object } = part;
  const path = part.path === '' ? name : `${part.path}.${name}`;
  if (value === undefined || value === null) return { value: undefined, object, path };
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid(part, 'an object');
  return {
    value: Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined,
    object,
    path,
  };
}

/** The part several fields down. */
export const at = (part: Part, ...names: readonly string[]): Part => names.reduce(field, part);

/** The items of a list; none where nothing is. claimObjectInvalid. */
export function items(part: Part): readonly Part[] {
  const { value, object, path } = part;
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid(part, 'a list');
  return value.map((item: unknown, index) => ({ value: item, object, path: `${path}[${index}]` }));
}

/** The fields of an object with their names; none where nothing is. claimObjectInvalid. */
export function fields(part: Part): readonly (readonly [string, Part])[] {
  const { value } = part;
  if (value === undefined || value === null) return [];
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid(part, 'an object');
  return Object.keys(value).map((name) => [name, field(part, name)] as const);
}

export const isThere = ({ value }: Part): boolean => value !== undefined && value !== null;

/** A text that has to be there. claimObjectInvalid. */
export function text(part: Part): string {
  if (typeof part.value !== 'string' || part.value === '') throw invalid(part, 'a text');
  return part.value;
}

/** A text, undefined where nothing or an empty one is. claimObjectInvalid. */
export function optionalText(part: Part): string | undefined {
  if (!isThere(part) || part.value === '') return undefined;
  return text(part);
}
