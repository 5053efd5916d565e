import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lintConfiguration } from '../../src/make/lint.ts';

const root = join(import.meta.dirname, '../..');

let made = 0;
const many = (count: number, line: string): string => `${Array.from({ length: count }, () => line).join('\n')}\n`;
const deep = 'if (a) { if (a) { if (a) { if (a) { return 1; } } } }';

/** Code by file; each violates one rule, which is its key. */
const violations: Readonly<Record<string, readonly [file: string, code: string]>> = {
  'no-restricted-imports of a higher layer': [
    'src/npwg/above.ts',
    "import { plan } from '../plan/index.ts';\nexport const x = plan;",
  ],
  'no-restricted-imports of a file other than index.ts': [
    'src/plan/door.ts',
    "import { nad } from '../npwg/nad.ts';\nexport const x = nad;",
  ],
  'no-restricted-imports of Node.js in a pure folder': [
    'src/cni/effect.ts',
    "import { readFileSync } from 'node:fs';\nexport const x = readFileSync;",
  ],
  'no-restricted-imports of tests': [
    'src/host/test.ts',
    "import { netns } from '../../test/support/netns.ts';\nexport const x = netns;",
  ],
  'no-restricted-globals in a pure folder': ['src/plan/clock.ts', 'export const now = () => Date.now();'],
  'no-console': ['src/host/console.ts', "export const hello = () => console.log('hello');"],
  'no-explicit-any': ['src/host/any.ts', 'export const x = (y: any): string => String(y);'],
  'no-floating-promises': [
    'src/host/floating.ts',
    'const work = async (): Promise<void> => {};\nexport const f = (): void => { work(); };',
  ],
  'no-misused-promises': [
    'src/host/misused.ts',
    'const work = async (): Promise<boolean> => true;\nexport const f = (): number => { if (work()) return 1; return 2; };',
  ],
  'switch-exhaustiveness-check': [
    'src/host/switch.ts',
    "export function f(x: 'a' | 'b'): number { let y = 0; switch (x) { case 'a': y = 1; break; } return y; }",
  ],
  'only-throw-error': ['src/host/throw.ts', "export function f(): never { throw 'no'; }"],
  'consistent-type-imports': [
    'src/host/types.ts',
    "import { Stats } from 'node:fs';\nexport const f = (s: Stats): number => s.size;",
  ],
  'no-import-type-side-effects': [
    'src/host/side.ts',
    "import { type Stats } from 'node:fs';\nexport const f = (s: Stats): number => s.size;",
  ],
  'no-default-export': ['src/host/default.ts', 'export default 1;'],
  'no-cycle': ['src/host/cycle-a.ts', "import { b } from './cycle-b.ts';\nexport const a = (): number => b();"],
  'max-lines': ['src/host/long-file.ts', many(301, 'export const f = 1;').replaceAll('f', () => `f${(made += 1)}`)],
  'max-lines-per-function': [
    'src/host/long-function.ts',
    `export function f(): void {\n${many(66, "  process.stdout.write('');")}}`,
  ],
  'max-params': ['src/host/params.ts', 'export const f = (a: 1, b: 1, c: 1, d: 1, e: 1): number => a + b + c + d + e;'],
  'max-depth': ['src/host/deep.ts', `export function f(a: boolean): number { ${deep} return 2; }`],
  complexity: [
    'src/host/complex.ts',
    `export const f = (x: number): boolean => ${Array.from({ length: 13 }, (_, index) => `x === ${index}`).join(' || ')};`,
  ],
};

/** Code that no rule may reject. */
const good: Readonly<Record<string, string>> = {
  'src/host/cycle-b.ts': "import { a } from './cycle-a.ts';\nexport const b = (): number => a();",
  'src/npwg/nad.ts': 'export const nad = 1;',
  'src/npwg/index.ts': "export { nad } from './nad.ts';",
  'src/plan/plan.ts': "import { nad } from '../npwg/index.ts';\nexport const plan = nad;",
  'src/plan/index.ts': "export { plan } from './plan.ts';",
  'src/make/say.ts': "import { readFileSync } from 'node:fs';\nconsole.log(readFileSync('x').length, Date.now());",
  'src/cli/commands/door.ts': "import { plan } from '../../plan/index.ts';\nexport const x = plan;",
  'test/support/netns.ts': 'export const netns = 1;',
  'test/host/long.test.ts': `import { nad } from '../../src/npwg/nad.ts';\nexport function f(): void {\n${many(60, '  console.log(nad);')}}`,
};

interface Finding {
  readonly code: string;
  readonly filename: string;
}
let dir: string;
let findings: readonly Finding[];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'plexus-lint-'));
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(dirname(join(dir, file)), { recursive: true });
    await writeFile(join(dir, file), text);
  };
  await write('.oxlintrc.json', JSON.stringify(lintConfiguration()));
  await write('tsconfig.json', JSON.stringify({ extends: join(root, 'tsconfig.json'), include: ['src', 'test'] }));
  for (const [file, text] of [...Object.values(violations), ...Object.entries(good)]) await write(file, text);
  await symlink(join(root, 'node_modules'), join(dir, 'node_modules'));
  const { promise, resolve } = Promise.withResolvers<string>();
  execFile(
    join(root, 'node_modules/.bin/oxlint'),
    ['--type-aware', '--format', 'json', 'src', 'test'],
    { cwd: dir },
    (_, stdout) => resolve(stdout),
  );
  findings = (JSON.parse(await promise) as { diagnostics: readonly Finding[] }).diagnostics;
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const foundIn = (file: string): readonly string[] =>
  findings.filter(({ filename }) => filename === file).map(({ code }) => code);

describe('the lint rules of this code base', () => {
  it.each(Object.entries(violations))('report %s', (name, [file]) => {
    const rules = foundIn(file).map((code) => /\((.+)\)/.exec(code)?.[1]);
    expect([...new Set(rules)]).toEqual([name.split(' ')[0]]);
  });

  it.each(Object.keys(good).filter((file) => file !== 'src/host/cycle-b.ts'))('report nothing against %s', (file) => {
    expect(foundIn(file)).toEqual([]);
  });

  it('cover every folder of src in the table of import directions', async () => {
    const { overrides } = lintConfiguration() as { overrides: readonly { files: readonly string[] }[] };
    const folders = (await readdir(join(root, 'src'), { withFileTypes: true }))
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    const inTable = overrides.flatMap(({ files }) => files.flatMap((file) => /^src\/([a-z]+)\//.exec(file)?.[1] ?? []));
    expect(inTable.toSorted()).toEqual(folders.filter((name) => name !== 'shim').toSorted()); // The shim is in C.
  });
});
