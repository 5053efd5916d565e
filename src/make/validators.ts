import { Ajv } from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { type JSONSchema, compile } from 'json-schema-to-typescript';

const head = '// Made from the schema beside it by `npm run make`: do not edit.';

/**
 * Generates the files beside a `name.schema.json`, by extension: `name.schema.gen.js`, its validator as code without
 * imports (so that nothing is compiled at run time and pure folders stay pure), and `name.schema.gen.d.ts`, its type.
 */
export const validatorFiles = async (schema: JSONSchema): Promise<Readonly<Record<'gen.js' | 'gen.d.ts', string>>> => ({
  'gen.js': await validatorCode(schema),
  'gen.d.ts': await typeText(schema),
});

async function validatorCode(schema: JSONSchema): Promise<string> {
  const ajv = new Ajv({ code: { source: true, esm: true }, allErrors: true, strict: true, allowUnionTypes: true });
  ajv.addSchema(schema as object, 'schema');
  const contents = standaloneCode.default(ajv, { validate: 'schema' });
  // ajv's code requires its own helpers; esbuild inlines them.
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['main'],
    banner: { js: head },
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

const validateText = `
export interface ValidationError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
}
export declare const validate: { (data: unknown): boolean; errors?: readonly ValidationError[] | null };
`;

const typeText = async (schema: JSONSchema): Promise<string> =>
  (await compile(schema, schema.title ?? 'Schema', { bannerComment: head, additionalProperties: true })) + validateText;
