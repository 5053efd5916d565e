import { badRequest, type FieldError } from './api-error.ts';
import { isObject, type JsonObject, type KubeObject } from './json.ts';
import type { ResourceType } from './resource-type.ts';

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;
const qualifiedPart = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const annotationBytes = 256 * 1024;

const rules = {
  label: {
    pattern: new RegExp(`^${label}$`),
    max: 63,
    text: `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label}')`,
  },
  'path-segment': {
    pattern: /^(?!\.{1,2}$)[^/%]*$/,
    max: Infinity,
    text: "may not be '.' or '..', or contain '/' or '%'",
  },
  subdomain: {
    pattern: new RegExp(`^${subdomain}$`),
    max: 253,
    text: `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomain}')`,
  },
};

/** The problems of name, labels and annotations. */
export function checkMetadata(type: ResourceType, object: KubeObject): FieldError[] {
  return [
    ...checkName(type, 'name', object.metadata.name),
    // A trailing dash is valid, because a suffix follows it.
    ...checkName(type, 'generateName', (object.metadata.generateName ?? '').replace(/-$/, 'a')),
    ...Object.entries(object.metadata.labels ?? {}).flatMap(([key, value]) => checkLabel(key, value)),
    ...checkAnnotations(object.metadata.annotations ?? {}),
  ];
}

/** Checks the fields that never change after creation. */
export function checkImmutable(next: KubeObject, before: KubeObject): FieldError[] {
  return (['uid', 'name', 'namespace', 'creationTimestamp'] as const)
    .filter((key) => next.metadata[key] !== before.metadata[key])
    .map((key) => invalidField(`metadata.${key}`, next.metadata[key], 'field is immutable'));
}

/** Rejects (400) metadata that a real server could not decode. */
export function checkMetadataShape(body: JsonObject): void {
  const metadata = body['metadata'];
  if (metadata === undefined) return;
  if (!isObject(metadata)) throw badRequest('cannot unmarshal into Go struct field metadata of type v1.ObjectMeta');
  for (const key of ['name', 'namespace', 'generateName', 'uid', 'resourceVersion']) {
    if (!['string', 'undefined'].includes(typeof metadata[key])) throw undecodable(key, 'string');
  }
  for (const key of ['labels', 'annotations']) {
    const map = metadata[key] ?? {};
    if (!isObject(map) || Object.values(map).some((value) => typeof value !== 'string')) {
      throw undecodable(key, 'map[string]string');
    }
  }
  const finalizers = metadata['finalizers'] ?? [];
  if (!Array.isArray(finalizers) || finalizers.some((entry) => typeof entry !== 'string')) {
    throw undecodable('finalizers', '[]string');
  }
}

export const invalidField = (field: string, value: unknown, why: string): FieldError => ({
  field,
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${JSON.stringify(value ?? null)}: ${why}`,
});

export const requiredField = (field: string, why = ''): FieldError => ({
  field,
  reason: 'FieldValueRequired',
  message: why === '' ? 'Required value' : `Required value: ${why}`,
});

const undecodable = (key: string, goType: string): Error =>
  badRequest(`json: cannot unmarshal into Go struct field ObjectMeta.metadata.${key} of type ${goType}`);

function checkName(type: ResourceType, key: 'name' | 'generateName', name: string): FieldError[] {
  if (key === 'generateName' && name === '') return [];
  const rule = rules[type.nameRule];
  if (name.length > rule.max)
    return [invalidField(`metadata.${key}`, name, `must be no more than ${rule.max} characters`)];
  return rule.pattern.test(name) ? [] : [invalidField(`metadata.${key}`, name, rule.text)];
}

function checkLabel(key: string, value: string): FieldError[] {
  if (value === '' || (value.length <= 63 && qualifiedPart.test(value))) return checkKey('metadata.labels', key);
  return [
    invalidField(
      'metadata.labels',
      value,
      'a valid label must be an empty string or consist of alphanumeric characters',
    ),
  ];
}

function checkAnnotations(annotations: Record<string, string>): FieldError[] {
  const entries = Object.entries(annotations);
  const bytes = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  const tooLong: FieldError[] = [
    {
      field: 'metadata.annotations',
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${annotationBytes} bytes`,
    },
  ];
  return [
    ...entries.flatMap(([key]) => checkKey('metadata.annotations', key.toLowerCase())),
    ...(bytes > annotationBytes ? tooLong : []),
  ];
}

function checkKey(field: string, key: string): FieldError[] {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  const prefixIsFine = parts.length === 1 || (parts.length === 2 && rules.subdomain.pattern.test(parts[0] ?? ''));
  if (prefixIsFine && name.length <= 63 && qualifiedPart.test(name)) return [];
  return [invalidField(field, key, "name part must consist of alphanumeric characters, '-', '_' or '.'")];
}
