import { readFile, readdir } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { Ajv } from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { isJsonObject, type JsonObject, type JsonValue } from '../cni/index.ts';
import { requireUseKey } from '../npwg/index.ts';

// Generates from src/validate/plugin-schemas the validators as code, and the schemas in docs/schemas for editors.
const head = '// Made from plugin-schemas/ by `npm run make`: do not edit.';
const sources = 'src/validate/plugin-schemas';

/** The generated texts by file, relative to the repository. */
export async function pluginSchemaFiles(root: string): Promise<ReadonlyMap<string, string>> {
  const common = await commonSchema(root);
  const own = await schemasIn(root, sources);
  const plugins = new Map([...own].map(([name, schema]) => [name, withKeysOf(schema, common)]));
  const ipam = await schemasIn(root, `${sources}/ipam`);
  const all = new Map([
    ['common', common],
    ...own,
    ...[...ipam].map(([name, schema]) => [`ipam/${name}`, schema] as const),
  ]);
  return new Map([
    [`${sources}.gen.js`, await validatorsCode(all)],
    [`${sources}.gen.d.ts`, `${head}\n${types}`],
    ...[...editorSchemas(plugins, ipam)].map(
      ([name, schema]) => [`docs/schemas/${name}.schema.json`, `${JSON.stringify(schema, null, 2)}\n`] as const,
    ),
  ]);
}

const shared = ['common.json', 'definitions.json'];

const read = async (root: string, file: string): Promise<JsonObject> =>
  JSON.parse(await readFile(join(root, sources, file), 'utf8')) as JsonObject;
const definitionsIn = async (root: string): Promise<JsonObject> =>
  (await read(root, 'definitions.json'))['$defs'] as JsonObject;
const commonSchema = async (root: string): Promise<JsonObject> =>
  inlineReferences(await read(root, 'common.json'), await definitionsIn(root)) as JsonObject;

const propertiesOf = (schema: JsonObject): JsonObject => schema['properties'] as JsonObject;

const withKeysOf = (schema: JsonObject, common: JsonObject): JsonObject => ({
  ...schema,
  properties: { ...propertiesOf(schema), ...propertiesOf(common) },
});

/** The schemas by plugin type. */
async function schemasIn(root: string, folder: string): Promise<ReadonlyMap<string, JsonObject>> {
  const definitions = await definitionsIn(root);
  const names = (await readdir(join(root, folder)))
    .filter((name) => name.endsWith('.json') && !shared.includes(name))
    .toSorted();
  const schemas = new Map<string, JsonObject>();
  for (const name of names)
    schemas.set(
      basename(name, '.json'),
      inlineReferences(await read(root, join(relative(sources, folder), name)), definitions) as JsonObject,
    );
  return schemas;
}

/** Replaces every $ref by its definition; no definition refers to itself. */
function inlineReferences(value: JsonValue, definitions: JsonObject): JsonValue {
  if (Array.isArray(value)) return value.map((each: JsonValue) => inlineReferences(each, definitions));
  if (!isJsonObject(value)) return value;
  const { $ref, ...rest } = value;
  if (typeof $ref !== 'string')
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inlineReferences(each, definitions)]));
  const target = definitions[$ref.slice($ref.lastIndexOf('/') + 1)];
  if (!isJsonObject(target)) throw new Error(`${$ref} leads nowhere`);
  return inlineReferences({ ...target, ...rest }, definitions);
}

async function validatorsCode(all: ReadonlyMap<string, JsonObject>): Promise<string> {
  // Plexus's own parsers check formats, because they return more than yes or no.
  const ajv = new Ajv({
    code: { source: true, esm: true },
    allErrors: true,
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    validateFormats: false,
  });
  const names = [...all.keys()];
  for (const [index, schema] of [...all.values()].entries())
    ajv.addSchema(withoutUnknownKeys(schema) as object, `v${index}`);
  const code = standaloneCode.default(ajv, Object.fromEntries(names.map((_, index) => [`v${index}`, `v${index}`])));
  const table = `export const validators = {${names.map((name, index) => `${JSON.stringify(name)}: v${index}`).join(', ')}};`;
  const contents = `${code.replaceAll(/^export default .*$/gm, '')}\n${table}\nexport const schemas = ${JSON.stringify(keysAndFormats(Object.fromEntries(all)))};`;
  const { outputFiles } = await build({
    stdin: { contents: contents.replaceAll(/export const (v\d+) =/g, 'const $1 ='), resolveDir: import.meta.dirname },
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['main'],
    banner: { js: head },
    minifyWhitespace: true,
    minifySyntax: true,
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

const readKeys = ['properties', 'items', 'additionalProperties', 'format'];

/** The parts of schemas that the program reads: keys, and formats of values. */
const keysAndFormats = (schemas: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, bareSchema(schema)]));

function bareSchema(schema: JsonValue): JsonValue {
  if (!isJsonObject(schema)) return schema;
  const kept = Object.entries(schema).filter(([key]) => readKeys.includes(key));
  return Object.fromEntries(
    kept.map(([key, each]) => [key, key === 'properties' ? keysAndFormats(each as JsonObject) : bareSchema(each)]),
  );
}

/** The program reports unknown keys itself, as warnings. */
function withoutUnknownKeys(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutUnknownKeys);
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(([key, each]) => key !== 'additionalProperties' || each !== false);
  return Object.fromEntries(kept.map(([key, each]) => [key, withoutUnknownKeys(each)]));
}

const types = `
export interface ValidationError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
}
/** The part of a schema that the program reads. */
export interface PluginSchema {
  readonly properties?: Readonly<Record<string, PluginSchema>>;
  readonly items?: PluginSchema;
  readonly additionalProperties?: boolean | PluginSchema;
  readonly format?: string;
}
/** By plugin type; those of IPAM plugins by ipam/type. */
export declare const validators: Readonly<Record<string, { (data: unknown): boolean; errors?: readonly ValidationError[] | null }>>;
export declare const schemas: Readonly<Record<string, PluginSchema>>;
`;

const draft = 'http://json-schema.org/draft-07/schema#';

/** Builds the schemas for editors: one per plugin, for whole configurations, and for NetworkAttachmentDefinitions. */
function editorSchemas(
  plugins: ReadonlyMap<string, JsonObject>,
  ipam: ReadonlyMap<string, JsonObject>,
): ReadonlyMap<string, JsonObject> {
  const whole = (schema: JsonObject): JsonObject => ({
    ...schema,
    properties: { ...propertiesOf(schema), ipam: { $ref: 'ipam.schema.json' } },
  });
  const files = new Map([...plugins].map(([name, schema]) => [name, forEditors(whole(schema)) as JsonObject]));
  return new Map([
    ...files,
    ['ipam', ipamSchema(ipam)],
    ['network-configuration', configurationSchema([...plugins.keys()])],
    ['network-attachment-definition', nadSchema],
  ]);
}

const byType = (schemas: Readonly<Record<string, JsonObject>>): readonly JsonObject[] =>
  Object.entries(schemas).map(([type, schema]) =>
    ifThen({ properties: { type: { const: type } }, required: ['type'] }, schema),
  );

/** An if-then schema. */
const ifThen = (condition: JsonObject, consequence: JsonObject): JsonObject => ({
  if: condition,
  then: consequence,
});

const withoutKey = (schema: JsonObject, key: string): JsonObject =>
  Object.fromEntries(Object.entries(schema).filter(([each]) => each !== key));

function ipamSchema(ipam: ReadonlyMap<string, JsonObject>): JsonObject {
  const bare = Object.fromEntries(
    [...ipam].map(([type, schema]) => [type, forEditors(withoutKey(schema, '$schema')) as JsonObject]),
  );
  return {
    $schema: draft,
    title: 'IPAM',
    description: 'The IPAM plugin, by its type, with its options.',
    type: 'object',
    allOf: byType(bare),
  };
}

function configurationSchema(names: readonly string[]): JsonObject {
  const one = byType(Object.fromEntries(names.map((name) => [name, { $ref: `${name}.schema.json` }])));
  return {
    $schema: draft,
    title: 'Network configuration',
    description: 'A CNI configuration: one plugin (type), or a list (plugins).',
    type: 'object',
    ...ifThen({ required: ['type'] }, { allOf: one }),
    else: {
      required: ['plugins'],
      properties: {
        plugins: { type: 'array', minItems: 1, items: { type: 'object', required: ['type'], allOf: one } },
      },
    },
  };
}

const patterns: Readonly<Record<string, string>> = {
  ip: '^([0-9a-fA-F.:]*)$',
  cidr: '^[0-9a-fA-F.:]+/[0-9]{1,3}$',
  'ip-or-cidr': '^[0-9a-fA-F.:]+(/[0-9]{1,3})?$',
  'whereabouts-range': '^[0-9a-fA-F.:]+(-[0-9a-fA-F.:]+)?(/[0-9]{1,3})?$',
  interface: '^[^/:%\\s]{1,15}$',
  mac: '^([0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}|[0-9a-fA-F]{4}(\\.[0-9a-fA-F]{4}){2})?$',
};

/** Replaces Plexus's formats by patterns, which every editor supports. */
function forEditors(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(forEditors);
  if (!isJsonObject(value)) return value;
  const { format, ...rest } = value;
  const pattern = typeof format === 'string' ? patterns[format] : undefined;
  const kept = pattern === undefined ? value : { ...rest, pattern };
  return Object.fromEntries(Object.entries(kept).map(([key, each]) => [key, forEditors(each)]));
}

const text = { type: 'string' };

const nadSchema: JsonObject = {
  $schema: draft,
  title: 'NetworkAttachmentDefinition',
  description: 'A network that pods can ask for (NPWG multi-network standard, section 3).',
  type: 'object',
  required: ['apiVersion', 'kind', 'metadata'],
  additionalProperties: false,
  properties: {
    apiVersion: { const: 'k8s.cni.cncf.io/v1' },
    kind: { const: 'NetworkAttachmentDefinition' },
    metadata: {
      type: 'object',
      required: ['name'],
      properties: {
        name: text,
        namespace: text,
        annotations: {
          type: 'object',
          properties: { [requireUseKey]: { enum: ['true', 'false'] } },
          additionalProperties: text,
        },
        labels: { type: 'object', additionalProperties: text },
      },
    },
    spec: {
      type: 'object',
      additionalProperties: false,
      properties: {
        config: {
          type: 'string',
          contentMediaType: 'application/json',
          description: 'A network configuration as JSON text.',
        },
      },
    },
  },
};
