import { claimObjectInvalid } from '../errors/index.ts';

/** A part of an API object, with its path and its object. */
export interface Part {
  readonly value: unknown;
  /** The object in messages: "ResourceClaim shop/nic". */
  readonly object: string;
  readonly path: string;
}

const invalid = ({ object, path }: Part, allowed: string): Error =>
  claimObjectInvalid({ object, problem: `${path === '' ? 'it' : path} is not ${allowed}` });

/** Reads a field; an absent object has only absent fields. Throws claimObjectInvalid if the part is not an object. */
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

/** Reads a field several levels down. */
export const partAt = (part: Part, ...names: readonly string[]): Part => names.reduce(field, part);

/** Reads the items of a list; none if it is absent. Throws claimObjectInvalid. */
export function items(part: Part): readonly Part[] {
  const { value, object, path } = part;
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid(part, 'a list');
  return value.map((item: unknown, index) => ({ value: item, object, path: `${path}[${index}]` }));
}

/** Reads the fields of an object with their names; none if it is absent. Throws claimObjectInvalid. */
export function fields(part: Part): readonly (readonly [string, Part])[] {
  const { value } = part;
  if (value === undefined || value === null) return [];
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid(part, 'an object');
  return Object.keys(value).map((name) => [name, field(part, name)] as const);
}

export const isThere = ({ value }: Part): boolean => value !== undefined && value !== null;

/** Reads a required string. Throws claimObjectInvalid. */
export function requiredText(part: Part): string {
  if (typeof part.value !== 'string' || part.value === '') throw invalid(part, 'a string');
  return part.value;
}

/** Reads a string; undefined if it is absent or empty. Throws claimObjectInvalid. */
export function optionalText(part: Part): string | undefined {
  if (!isThere(part) || part.value === '') return undefined;
  return requiredText(part);
}
