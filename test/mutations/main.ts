import { execFile } from 'node:child_process';
import { cp, mkdtempDisposable, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';

// npm run test:mutations: removes every journal write, removal and undo from the code, one at a time in a copy, and
// runs the tests; some test must fail each time. Prints the list.
const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, unchecked: { type: 'boolean', default: false } },
});

interface Mutation {
  readonly file: string;
  readonly line: number;
  /** The call that is removed in the copy. */
  readonly callee: string;
  readonly text: string;
}

const callee =
  /(?<!function )(?<![.\w])(deps\.journal\.(?:write|remove|note)|journal\.(?:write|remove|note)|deps\.deviceInfo\.remove|undoAll|undoFailedAdd|delList|deps\.deferred\.remove|deps\.multusState\.remove)(?=\()/g;
const instead = (name: string): string =>
  name === 'undoAll' ? '(async (..._: unknown[]) => [] as never[])' : '(async (..._: unknown[]) => {})';

/** Returns the files that write the journal or undo. */
async function sources(): Promise<readonly string[]> {
  const folders = await Promise.all(
    ['src/attach', 'src/reconcile'].map(async (folder) =>
      (await readdir(join(root, folder))).map((name) => `${folder}/${name}`),
    ),
  );
  return [...folders.flat().filter((name) => name.endsWith('.ts')), 'src/cli/commands/attachments.ts'].toSorted();
}

async function mutationsIn(file: string): Promise<readonly Mutation[]> {
  const text = await readFile(join(root, file), 'utf8');
  return [...text.matchAll(callee)].map((match) => ({
    file,
    line: text.slice(0, match.index).split('\n').length,
    callee: match[0],
    text: text.slice(0, match.index) + instead(match[0]) + text.slice(match.index + match[0].length),
  }));
}

type Suite = readonly [project: string, ...paths: string[]];
const e2e = (...names: readonly string[]): Suite => ['e2e', ...names.map((name) => `test/e2e/${name}.test.ts`)];
// a run ends at the first failure, so the suites most likely to fail come first and all others after them
const likely: Readonly<Record<string, readonly Suite[]>> = {
  'src/attach/calls/add.ts': [e2e('faults', 'lifecycle'), e2e('disk'), e2e('kubernetes', 'daemon')],
  'src/attach/sandbox/change.ts': [['parts', 'test/attach'], e2e('faults', 'partial-undo', 'lifecycle'), e2e('disk')],
  'src/attach/calls/del.ts': [e2e('abandoned', 'lifecycle'), e2e('away', 'take-over')],
  'src/attach/sandbox/detach-sandbox.ts': [e2e('partial-undo'), ['parts', 'test/cli']],
  'src/attach/calls/gc.ts': [e2e('commands', 'partial-undo', 'gc', 'lifecycle')],
  'src/attach/notify/publish.ts': [e2e('kubernetes', 'daemon')],
  'src/attach/sandbox/undo-abandoned.ts': [e2e('abandoned', 'partial-undo')],
  'src/attach/sandbox/undo-lost.ts': [e2e('reclaim')],
  'src/attach/sandbox/undo.ts': [e2e('lifecycle', 'device-info')],
  'src/cli/commands/attachments.ts': [['parts', 'test/cli']],
  'src/reconcile/publish-pending.ts': [e2e('daemon')],
};
const all: readonly Suite[] = [
  e2e(
    'lifecycle',
    'faults',
    'abandoned',
    'disk',
    'commands',
    'specification',
    'take-over',
    'partial-undo',
    'device-info',
  ),
  e2e('away', 'reclaim', 'kubernetes', 'daemon', 'user-pains'),
  ['parts', 'test/cli', 'test/faults'],
];

/**
 * Returns the first test of some suites that fails in the copy; undefined if none does. Rejects if the tests cannot
 * run.
 */
async function failingTest(copy: string, suites: readonly Suite[]): Promise<string | undefined> {
  const report = join(copy, 'report.json');
  for (const [project, ...paths] of suites) {
    const words = [
      'vitest',
      'run',
      '--config',
      'test/vitest.config.ts',
      '--project',
      project,
      '--bail',
      '1',
      '--reporter',
      'json',
      '--outputFile',
      report,
      ...paths,
    ];
    await run('npx', words, { cwd: copy, maxBuffer: 1 << 28 }).catch(() => {}); // the report contains the failure
    const failed = firstFailure(await readFile(report, 'utf8'));
    await rm(report);
    if (failed !== undefined) return failed;
  }
  return undefined;
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message?: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function firstFailure(report: string): string | undefined {
  const { testResults } = JSON.parse(report) as Report;
  const fileOf = (name: string): string => name.replace(/^.*\/test\//, 'test/');
  for (const { name, assertionResults } of testResults) {
    const failed = assertionResults.find(({ status }) => status === 'failed');
    if (failed !== undefined) return `${fileOf(name)}: ${failed.fullName}`;
  }
  // a file failed although no test did, so its tests did not run, which proves nothing
  const broken = testResults.find(({ status }) => status === 'failed');
  if (broken !== undefined) throw new Error(`${fileOf(broken.name)}: ${broken.message}`);
  return undefined;
}

await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-mutations-'));
for (const name of await readdir(root)) {
  if (!['node_modules', '.git', '.stamp'].includes(name))
    await cp(join(root, name), join(folder.path, name), { recursive: true });
}
await symlink(join(root, 'node_modules'), join(folder.path, 'node_modules'));
const mutations = (await Promise.all((await sources()).map(mutationsIn)))
  .flat()
  .filter(({ file }) => file.includes(values.only));
// --unchecked: the unchanged code is known to pass
const broken = values.unchecked ? undefined : await failingTest(folder.path, all);
if (broken !== undefined) throw new Error(`a test fails without any change: ${broken}`);
let survivors = 0;
for (const { file, line, callee: name, text } of mutations) {
  const place = join(folder.path, file);
  const original = await readFile(place, 'utf8');
  await writeFile(place, text);
  await run(process.execPath, ['src/make/bundle.ts'], { cwd: folder.path });
  const failed = await failingTest(folder.path, [...(likely[file] ?? []), ...all]);
  await writeFile(place, original);
  if (failed === undefined) survivors++;
  console.log(`| ${file}:${line} | \`${name}\` | ${failed ?? '**no test fails**'} |`);
}
console.log(`\n${mutations.length} calls taken out, one at a time; ${survivors} of them without any test failing`);
process.exitCode = survivors === 0 ? 0 : 1;
