import type { FieldError } from './api-error.ts';
import { customColumns } from './columns.ts';
import { asObject, isObject, type JsonObject, type KubeObject, valueAt } from './json.ts';
import { invalidField, requiredField } from './metadata-rules.ts';
import type { ResourceType } from './resource-type.ts';

/** The resources of one CustomResourceDefinition, one per served version. */
export function customTypes(crd: KubeObject): ResourceType[] {
  const spec = asObject(crd['spec']);
  return versionsOf(spec)
    .filter((version) => version['served'] === true)
    .map((version) => customType(spec, version));
}

/** Accepts and establishes a new definition at once; a real server takes a moment. */
export function establishCrd(crd: KubeObject): KubeObject {
  const spec = asObject(crd['spec']);
  const names = asObject(spec['names']);
  const kind = String(names['kind']);
  const accepted = { singular: kind.toLowerCase(), listKind: `${kind}List`, ...names };
  const condition = (type: string, reason: string): JsonObject => ({
    type,
    status: 'True',
    reason,
    message: '',
    lastTransitionTime: crd.metadata.creationTimestamp,
  });
  return {
    ...crd,
    spec: { ...spec, names: accepted, conversion: { strategy: 'None' } },
    status: {
      acceptedNames: accepted,
      storedVersions: versionsOf(spec)
        .filter((v) => v['storage'] === true)
        .map((v) => v['name']),
      conditions: [condition('NamesAccepted', 'NoConflicts'), condition('Established', 'InitialNamesAccepted')],
    },
  };
}

/** The rules of apiextensions.k8s.io/v1 that a hand-written definition violates most often. */
export function validateCrd(crd: KubeObject): FieldError[] {
  const spec = asObject(crd['spec']);
  const expected = `${String(valueAt(spec, ['names', 'plural']))}.${String(spec['group'])}`;
  const versions = versionsOf(spec);
  return [
    ...(crd.metadata.name === expected
      ? []
      : [invalidField('metadata.name', crd.metadata.name, 'must be spec.names.plural+"."+spec.group')]),
    ...(['Namespaced', 'Cluster'].includes(String(spec['scope'])) ? [] : [requiredField('spec.scope')]),
    ...(versions.filter((version) => version['storage'] === true).length === 1
      ? []
      : [invalidField('spec.versions', null, 'must have exactly one version marked as storage version')]),
    ...versions.flatMap((version, index) => checkVersion(version, `spec.versions[${index}]`)),
  ];
}

function checkVersion(version: JsonObject, path: string): FieldError[] {
  const root = valueAt(version, ['schema', 'openAPIV3Schema']);
  if (!isObject(root)) return [requiredField(`${path}.schema.openAPIV3Schema`, 'schemas are required')];
  return [
    ...missingTypes(root, `${path}.schema.openAPIV3Schema`),
    ...columnsOf(version).flatMap((column, index) => checkColumn(column, `${path}.additionalPrinterColumns[${index}]`)),
  ];
}

/** A structural schema states the type of every part. */
function missingTypes(schema: JsonObject, path: string): FieldError[] {
  const own =
    typeof schema['type'] === 'string'
      ? []
      : [requiredField(`${path}.type`, 'must not be empty for specified object fields')];
  const properties = Object.entries(asObject(schema['properties']));
  return [...own, ...properties.flatMap(([key, inner]) => missingTypes(asObject(inner), `${path}.properties[${key}]`))];
}

function checkColumn(column: JsonObject, path: string): FieldError[] {
  const types = ['integer', 'number', 'string', 'boolean', 'date'];
  return [
    ...(typeof column['name'] === 'string' ? [] : [requiredField(`${path}.name`)]),
    ...(types.includes(String(column['type']))
      ? []
      : [invalidField(`${path}.type`, column['type'], `must be one of ${types.join(',')}`)]),
    ...(String(column['jsonPath']).startsWith('.')
      ? []
      : [invalidField(`${path}.jsonPath`, column['jsonPath'], 'must be a simple json path starting with .')]),
  ];
}

function customType(spec: JsonObject, version: JsonObject): ResourceType {
  const names = asObject(spec['names']);
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const kind = text(names['kind']);
  const shortNames = names['shortNames'];
  const schema = valueAt(version, ['schema', 'openAPIV3Schema']);
  return {
    group: text(spec['group']),
    version: text(version['name']),
    plural: text(names['plural']),
    singular: text(names['singular']) || kind.toLowerCase(),
    kind,
    shortNames: Array.isArray(shortNames) ? shortNames.map(String) : [],
    namespaced: spec['scope'] === 'Namespaced',
    storage: `${text(names['plural'])}.${text(spec['group'])}`,
    status: valueAt(version, ['subresources', 'status']) === undefined ? 'none' : 'alone',
    custom: true,
    fields: ['metadata.name', 'metadata.namespace'],
    columns: customColumns(version['additionalPrinterColumns']),
    nameRule: 'subdomain',
    schema: asObject(schema),
    returnsDeleted: false,
    isDeletedGracefully: false,
  };
}

const versionsOf = (spec: JsonObject): JsonObject[] => objectsIn(spec['versions']);
const columnsOf = (version: JsonObject): JsonObject[] => objectsIn(version['additionalPrinterColumns']);
const objectsIn = (list: unknown): JsonObject[] => (Array.isArray(list) ? list.filter(isObject) : []);
