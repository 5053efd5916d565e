import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type PlacedFinding, readFiles, validate } from '../../src/validate/index.ts';
import { yamlDocuments } from '../../src/validate/yaml-documents.ts';
import { placedFile } from '../../src/validate/yaml-position.ts';

// kubectl follows the rules of libyaml, the yaml package those of YAML 1.2. YAML that kubectl accepts is no mistake.

const kubectl = process.env['KUBECTL'] ?? 'kubectl';
const isMissing = (() => {
  try {
    execFileSync(kubectl, ['version', '--client'], { stdio: 'ignore', timeout: 60_000 });
    return false;
  } catch {
    return true;
  }
})();

const folder = mkdtempSync(join(tmpdir(), 'plexus-yaml-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const findingsIn = (text: string): readonly PlacedFinding[] => validate(readFiles([{ path: 'x.yaml', text }]));
const valueIn = (text: string): unknown => {
  const [first] = yamlDocuments(placedFile('x.yaml', text));
  return first?.error === undefined ? first?.document.toJS() : undefined;
};
/** The object that kubectl reads without a server, or undefined if it rejects the text. */
function readByKubectl(text: string): unknown {
  const file = join(folder, 'x.yaml');
  writeFileSync(file, text);
  const { status, stdout } = spawnSync(
    kubectl,
    ['annotate', '--local', '-o', 'json', '--overwrite', '-f', file, 'x-'],
    { encoding: 'utf8', timeout: 60_000 },
  );
  // kubectl adds an empty object if there are no annotations.
  return status === 0 ? JSON.parse(stdout.replace('"annotations": {},', '')) : undefined;
}

const nad = (config: string): string =>
  `apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata:\n  name: lan\nspec:\n  config: ${config}\n`;

const forms: readonly (readonly [what: string, text: string])[] = [
  [
    'quotes that close left of their key',
    nad('\'{\n    "cniVersion": "0.3.1",\n    "type": "macvlan",\n    "master": "eth1"\n}\''),
  ],
  ['lines left of the key in double quotes', nad('"{\\"cniVersion\\": \\"0.3.1\\",\n\\"type\\":\n \\"macvlan\\"}"')],
  ['an escaped line break, then a line left of the key', nad('"{\\"type\\": \\"mac\\\n vlan\\"}"')],
  ['quotes doubled inside quotes', nad(`'{\n"type": "it''s",\n"x": ''\n}'`)],
  ['tabs in front of the lines', nad('\'{\n\t"type": "macvlan"\n\t}\'')],
  ['line breaks of Windows', nad('\'{\n"type": "macvlan"\n}\'').replaceAll('\n', '\r\n')],
  ['empty lines inside quotes', nad('\'{\n\n\n"type": "macvlan"\n\n}\'')],
  ['two such scalars', `${nad("'{\n}'").replace('name: lan', "name: 'l\nan'")}`],
  [
    'a flow collection that closes left of its key',
    nad("'{}'").replace('  name: lan', '  name: lan\n  labels: {\n    a: b\n}'),
  ],
  [
    'members of a flow collection left of their key',
    nad("'{}'").replace('  name: lan', '  name: lan\n  labels: {\n a: b,\nc: d }'),
  ],
  [
    'a flow collection inside another',
    nad("'{}'").replace('  name: lan', '  name: lan\n  annotations: {a: "b\nc", d: e\n}'),
  ],
  ['a comment directly after quotes', nad("'{}'#comment")],
  ['a repeated key', nad("'{}'").replace('  name: lan', '  name: first\n  name: lan')],
  ['unclosed quotes', nad("'{\n")],
  ['a line left of its mapping', nad("'{}'").replace('  name: lan', '  name: lan\n labels: {}')],
];

describe.skipIf(isMissing)('plexus validate reads YAML like kubectl (skipped without kubectl)', () => {
  it.each(forms)('with %s', (_, text) => {
    expect(valueIn(text)).toEqual(readByKubectl(text));
  });
});

describe('plexus validate on YAML that kubectl accepts', () => {
  it.each(forms.slice(0, -2))('reports no error for %s', (_, text) => {
    expect(findingsIn(text).filter(({ rule }) => rule === 'PLX-V-SYNTAX')).toEqual([]);
  });

  it('reports mistakes inside the scalar at their places in the file', () => {
    const text = nad('\'{\n    "cniVersion": "0.3.1",\n"type": "macvlan",\n  "mode": "brigde"\n}\'');
    expect(findingsIn(text).map(({ line, column, rule }) => [line, column, rule])).toEqual([[9, 11, 'PLX-V-VALUE']]);
  });

  it('checks the other documents if one is broken', () => {
    const broken = 'apiVersion: v1\nkind: Pod\nmetadata: [\n';
    const found = findingsIn(`${broken}---\n${nad('\'{"type":\n}\'')}---\n${nad("'{}'").replace('lan', 'wan')}`);
    expect(found.filter(({ severity }) => severity === 'error').map(({ line, rule }) => [line, rule])).toEqual([
      [4, 'PLX-V-SYNTAX'],
      [11, 'PLX-NAD-INVALID'],
      [18, 'PLX-CONFIGURATION-INVALID'],
    ]);
  });

  it('reports a repeated key with a warning, because the last one applies', () => {
    expect(findingsIn(nad("'{}'").replace('  name: lan', '  name: first\n  name: lan'))[0]).toMatchObject({
      line: 5,
      severity: 'warning',
      rule: 'PLX-V-KEY-REPEATED',
    });
  });

  it('returns quickly for a long file that cannot be repaired', () => {
    const text = `a: {\n${'b: c,\n'.repeat(20_000)}`;
    expect(findingsIn(text).map(({ rule }) => rule)).toEqual(['PLX-V-SYNTAX']);
  });
});
