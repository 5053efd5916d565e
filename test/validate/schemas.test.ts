import { Ajv } from 'ajv';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { broken } from './broken.table.ts';

// The published schemas, compiled as an editor compiles them.
const folder = join(import.meta.dirname, '../../docs/schemas');
const ajv = new Ajv({ strict: false });
for (const name of readdirSync(folder))
  ajv.addSchema(JSON.parse(readFileSync(join(folder, name), 'utf8')) as object, name);

interface Object_ {
  readonly kind?: string;
  readonly spec?: { readonly config?: string };
}
const nadsIn = (path: string): readonly Object_[] => {
  const documents = parseAllDocuments(readFileSync(join(import.meta.dirname, path), 'utf8'));
  return Array.isArray(documents)
    ? documents.map((each) => each.toJS() as Object_).filter((each) => each?.kind === 'NetworkAttachmentDefinition')
    : [];
};
const yamlFiles = readdirSync(join(import.meta.dirname, 'good')).filter(
  (name) => name.endsWith('.yaml') && nadsIn(`good/${name}`).length > 0,
);
// JSON Schema does not support keys in any case.
const sameCase = yamlFiles.filter((name) => name !== 'bridge-keys-in-any-case.yaml');

describe('the schemas for editors', () => {
  it.each(sameCase)('accept good/%s', (name) => {
    for (const nad of nadsIn(`good/${name}`)) {
      expect([ajv.validate('network-attachment-definition.schema.json', nad), ajv.errorsText()]).toEqual([
        true,
        'No errors',
      ]);
      const config: unknown = JSON.parse(nad.spec?.config ?? '{"type": "loopback"}');
      expect([ajv.validate('network-configuration.schema.json', config), ajv.errorsText()]).toEqual([
        true,
        'No errors',
      ]);
    }
  });

  const ofSchema = ['PLX-V-VALUE', 'PLX-V-KEY-UNKNOWN', 'PLX-V-KEY-MISSING', 'PLX-V-ADDRESS'];
  // Mistakes in the combination of keys, which the schemas do not express.
  const together = [
    'bandwidth-burst',
    'bridge-trunk-half',
    'ipvlan-without-ipam',
    'ovs-without-bridge',
    'ranges-missing',
    'resource-typo',
    'sriov-without-device',
    'tuning-sysctl',
  ];
  const wrong = broken.filter(
    ({ file, findings }) =>
      findings.every(([, rule]) => ofSchema.includes(rule)) &&
      file.endsWith('.yaml') &&
      nadsIn(`broken/${file}`).length === 1 &&
      !together.includes(file.slice(0, -5)),
  );

  it.each(wrong.map(({ file }) => file).filter((file) => file !== 'whereabouts-exclude.yaml'))(
    'reject broken/%s',
    (file) => {
      const [nad] = nadsIn(`broken/${file}`);
      const isGood =
        ajv.validate('network-attachment-definition.schema.json', nad) &&
        ajv.validate('network-configuration.schema.json', JSON.parse(nad?.spec?.config ?? '{}'));
      expect(isGood).toBe(false);
    },
  );

  it('are tested with more than 15 broken samples', () => {
    expect(wrong.length).toBeGreaterThan(15);
  });
});
