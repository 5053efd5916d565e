import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtempDisposable, readFile, readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { commandTable } from '../../src/cli/command-table.ts';
import { type Ended, repository, runProgram } from '../support/plexus-command.ts';

const run = promisify(execFile);
const plexus = (...words: readonly string[]): Promise<Ended> => runProgram('plexus', words);
const dist = join(repository, 'dist');

/** Runs an entry with a Node.js that reports another version. */
async function onNode(version: string, entry: string, words: readonly string[]): Promise<Ended> {
  const older = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`;
  const preload = ['--import', `data:text/javascript,${encodeURIComponent(older)}`];
  return run(process.execPath, [...preload, join(dist, entry), ...words]).then(
    (ended) => ({ code: 0, ...ended }),
    ({ code, stdout, stderr }: Ended) => ({ code, stdout, stderr }),
  );
}

describe('an outdated Node.js', () => {
  it.each(['plexus.mjs', 'kubectl-plexus.mjs'])('is reported by %s in one line with the fix', async (entry) => {
    const { code, stdout, stderr } = await onNode('22.18.0', entry, ['pods']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^plexus: PLX-NODE-TOO-OLD: .* but this is 22\.18\.0 \(.*\)\. Install .*PLEXUS_NODE.*\n$/);
  });
  it('is reported by plexus cni as a CNI error', async () => {
    const { code, stdout } = await onNode('20.9.0', 'plexus.mjs', ['cni']);
    expect([code, JSON.parse(stdout)]).toMatchObject([1, { code: 5 }]);
  });
  const systemNode = '/usr/bin/node';
  const isOld = existsSync(systemNode);
  it.skipIf(!isOld)('of the system loads nothing that it cannot parse', async () => {
    const { stdout } = await run(systemNode, ['--version']);
    const [, major = 0] = /^v(\d+)/.exec(stdout) ?? [];
    const ended = await run(systemNode, [join(dist, 'plexus.mjs'), 'explain']).catch((error: Ended) => error);
    if (Number(major) < 22) expect(ended.stderr).toMatch(/^plexus: PLX-NODE-TOO-OLD: [^\n]*\n$/);
    else expect(ended.stdout).toContain('PLX-');
  });
});

/** The modules of dist/ that Node.js reads for a module, without those that the module imports dynamically. */
async function loadedWith(name: string, seen: Map<string, string>): Promise<void> {
  if (seen.has(name)) return;
  const text = await readFile(join(dist, name), 'utf8');
  seen.set(name, text);
  for (const [, other = ''] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.mjs)"/g)) await loadedWith(other, seen);
}

/** The texts of the modules that Node.js reads for a command. */
async function modulesOf(command: string): Promise<readonly string[]> {
  const seen = new Map<string, string>();
  const isFirst = new RegExp(`^(plexus|command-line-\\w+|${command}-\\w+)\\.mjs$`);
  for (const name of await readdir(dist)) if (isFirst.test(name)) await loadedWith(name, seen);
  expect(seen.size).toBeGreaterThan(3);
  return [...seen.values()];
}

describe('the start of a command', () => {
  // Starting takes about as long as compiling what is loaded. Everything together has 3 MB.
  it.each([
    { command: 'version', kilobytes: 300 },
    { command: 'pods', kilobytes: 550 },
    { command: 'webhook-process', kilobytes: 900 },
  ])('of plexus $command loads at most $kilobytes kB', async ({ command, kilobytes }) => {
    const total = (await modulesOf(command)).reduce((sum, text) => sum + text.length, 0);
    expect(total / 1000).toBeLessThan(kilobytes);
  });
  it('of the webhook loads nothing of the daemon', async () => {
    const hasDaemon = async (command: string): Promise<boolean> =>
      (await modulesOf(command)).some((text) => text.includes('"startDaemon"'));
    expect([await hasDaemon('daemon-process'), await hasDaemon('webhook-process')]).toEqual([true, false]);
  });
  it('keeps compiled code beside the program for the next start', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-cache-'));
    for (const name of await readdir(dist))
      if (name.endsWith('.mjs')) await cp(join(dist, name), join(folder.path, name));
    await run(process.execPath, [join(folder.path, 'plexus.mjs'), 'version']);
    expect((await stat(join(folder.path, '.compile-cache'))).isDirectory()).toBe(true);
  });
});

it('on macOS, commands without a node run, and the build leaves out what runs on nodes only', async () => {
  const mac = `Object.defineProperty(process, 'platform', { value: 'darwin' })`;
  const preload = ['--import', `data:text/javascript,${encodeURIComponent(mac)}`];
  const on = async (...words: readonly string[]) =>
    (await run(process.execPath, [...preload, ...words], { cwd: repository })).stdout;
  expect(await on('dist/plexus.mjs', 'explain', 'PLX-PLUGIN-MISSING')).toContain('PLX-PLUGIN-MISSING');
  const plan = ['plan', '--pod', 'examples/chained/pod.yaml', '--nads', 'examples/chained'];
  expect(await on('dist/plexus.mjs', ...plan)).toContain('default/tuned');
  expect(await on('dist/plexus.mjs', 'validate', 'examples/chained')).toContain('no findings');
  expect(await on('src/make/shim.ts')).toMatch(/^not built: the shim/);
});

describe('the help of plexus', () => {
  it('lists the commands that people run by purpose, without a command and with -h, --help or help', async () => {
    const { code, stdout, stderr } = await plexus();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const headings = stdout.split('\n').filter((line) => /^\S.*:$/.test(line));
    expect(headings).toEqual([
      'Look at a cluster or a node:',
      'Check and understand:',
      'Change and repair:',
      'Install:',
    ]);
    const names = commandTable.filter(({ group }) => group !== 'internal').map(({ name }) => name);
    for (const name of names) expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, 'm'));
    expect(stdout).not.toMatch(/^ {2}(cni|daemon|webhook) /m);
    for (const word of ['-h', 'help']) expect((await plexus(word)).stdout).toBe(stdout);
  });
  it.each(['pods', 'daemon'])('of %s is the same with -h, --help and help in front', async (name) => {
    const { stdout } = await plexus(name, '--help');
    expect(stdout).toMatch(new RegExp(`^plexus ${name}`));
    expect((await plexus(name, '-h')).stdout).toBe(stdout);
    expect((await plexus('help', name)).stdout).toBe(stdout);
  });
});

it.each([
  { words: ['get', 'pods'], meant: 'pods' },
  { words: ['get', 'net-attach-def', '-A'], meant: 'networks' },
  { words: ['describe', 'pod', 'db-0'], meant: 'pod db-0' },
  { words: ['describe', 'po/db-0'], meant: 'pod db-0' },
  { words: ['logs', 'db-0'], meant: 'trace pod db-0' },
  { words: ['statsu'], meant: 'status' },
])('plexus $words is answered with: Did you mean plexus $meant?', async ({ words, meant }) => {
  const { code, stderr } = await plexus(...words);
  expect([code, stderr]).toEqual([2, expect.stringContaining(`. Did you mean plexus ${meant}?\n`)]);
});

it('plexus suggests nothing for a word that resembles no command', async () => {
  expect((await plexus('frobnicate')).stderr).toBe('plexus: Unknown command: frobnicate\nSee: plexus --help\n');
});

it('plexus version prints JSON for scripts', async () => {
  const { stdout } = await plexus('version', '-o', 'json');
  expect(JSON.parse(stdout)).toMatchObject({ version: expect.any(String) as string, npwgVersion: '1.3' });
});
