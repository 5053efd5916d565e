import type { FieldError } from './api-error.ts';
import { isObject, type JsonObject } from './json.ts';

/** The part of a structural schema (OpenAPI v3 in a CustomResourceDefinition) that is supported here. */
export interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
}

/** Removes the fields that the schema does not contain, as a real server does before storing. */
export function prune(value: unknown, schema: Schema): unknown {
  if (Array.isArray(value)) return schema.items ? value.map((item) => prune(item, schema.items ?? {})) : value;
  if (!isObject(value)) return value;
  const kept = Object.entries(value).flatMap(([key, inner]) => {
    const innerSchema = schemaOf(schema, key);
    return innerSchema ? [[key, prune(inner, innerSchema)]] : [];
  });
  return Object.fromEntries(kept);
}

/** Returns the problems of a value, in the words of a real server. */
export function check(value: unknown, schema: Schema, path: string): FieldError[] {
  if (schema.type !== undefined && typeOf(value, schema.type) !== schema.type) return [wrongType(value, schema, path)];
  if (schema.enum && !schema.enum.includes(value)) return [unsupported(value, schema.enum, path)];
  if (Array.isArray(value)) return value.flatMap((item, index) => check(item, schema.items ?? {}, `${path}[${index}]`));
  return isObject(value) ? checkFields(value, schema, path) : [];
}

function checkFields(value: JsonObject, schema: Schema, path: string): FieldError[] {
  const under = (key: string): string => (path === '' ? key : `${path}.${key}`);
  const missing = (schema.required ?? []).filter((key) => value[key] === undefined);
  return [
    ...missing.map((key): FieldError => ({
      field: under(key),
      reason: 'FieldValueRequired',
      message: 'Required value',
    })),
    ...Object.entries(value).flatMap(([key, inner]) => check(inner, schemaOf(schema, key) ?? {}, under(key))),
  ];
}

function schemaOf(schema: Schema, key: string): Schema | undefined {
  const named = schema.properties?.[key];
  if (named) return named;
  if (isObject(schema.additionalProperties)) return schema.additionalProperties;
  const open = schema.additionalProperties === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  return open || schema.type === undefined ? { 'x-kubernetes-preserve-unknown-fields': true } : undefined;
}

function wrongType(value: unknown, schema: Schema, path: string): FieldError {
  const actual = typeOf(value, schema.type);
  return {
    field: path,
    reason: 'FieldValueInvalid',
    message: `Invalid value: "${actual}": ${path} in body must be of type ${schema.type}: "${actual}"`,
  };
}

const unsupported = (value: unknown, allowed: readonly unknown[], path: string): FieldError => ({
  field: path,
  reason: 'FieldValueInvalid',
  message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${allowed.map((v) => JSON.stringify(v)).join(', ')}`,
});

function typeOf(value: unknown, expected: string | undefined): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) && expected !== 'number' ? 'integer' : 'number';
  return typeof value;
}
