import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readFiles, rules, validate } from '../../src/validate/index.ts';
import { validationText } from '../../src/view/index.ts';

const page = await readFile(join(import.meta.dirname, '../../docs/validate.md'), 'utf8');

it('docs/validate.md shows the real output for its example', () => {
  const [, text = '', output] = /```yaml\n(.*?)```\s*```\n(.*?)\n```/s.exec(page) ?? [];
  expect(output).toBe(validationText(validate(readFiles([{ path: 'storage.yaml', text }])), 1, (each) => each));
});

it('docs/validate.md has every rule with its severity and meaning', () => {
  const rows = rules.map(({ id, severity, sentence }) => `| \`${id}\` | ${severity} | ${sentence} |`);
  expect(page.split('\n').filter((line) => line.startsWith('| `PLX-V-'))).toEqual(rows);
});

it('plexus validate colours only the severity', () => {
  const text = 'apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata: {name: x}\n';
  const paint = (each: string, tone: string): string => `<${tone}>${each}</>`;
  expect(validationText(validate(readFiles([{ path: 'x.yaml', text }])), 1, paint)).toContain(
    'x.yaml:1:1: <dim>note:</> ',
  );
});
