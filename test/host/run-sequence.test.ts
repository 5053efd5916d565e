import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PluginRun, RunSequence } from '../../src/host/index.ts';
import { type CallHost, callHost } from '../support/call-host.ts';
import { patience } from '../support/patience.ts';
import { waitFor } from '../support/wait-for.ts';

// The sequences of the remote host, with the shim at the other end.
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let there: CallHost;
beforeAll(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-sequence-'));
  const note = `read line; echo "$line" >>${folder.path}/log`;
  const plugin = (name: string, script: string): Promise<void> =>
    writeFile(join(folder.path, name), `#!/bin/sh\n${note}\n${script}\n`, { mode: 0o755 });
  await plugin('good', 'echo done');
  await plugin('bad', 'exit 1');
  await plugin('stuck', 'exec sleep 1000');
  there = await callHost(folder.path);
});
afterAll(async () => {
  await there.close();
  await folder.remove();
  expect(there.problems).toEqual([]);
});
beforeEach(() => writeFile(join(folder.path, 'log'), ''));

const run = (plugin: string, input: string): PluginRun => ({
  plugin,
  path: [folder.path],
  env: { CNI_COMMAND: 'ADD' },
  stdin: `${input}\n`,
});
const logged = (): Promise<string> => readFile(join(folder.path, 'log'), 'utf8');
async function begin(runs: readonly PluginRun[], signal = patience()): Promise<RunSequence> {
  const sequence = (await there.hostOf([folder.path])).startSequence?.(runs, signal);
  if (sequence === undefined) throw new Error('the host has no sequences');
  return sequence;
}
const names = (ends: Awaited<ReturnType<RunSequence['stop']>>): readonly string[] =>
  ends.map((end) => `${end.run.stdin.trim()} ${end.exit?.exitCode ?? 'unknown'}`);

describe('a sequence on the host link', () => {
  it('runs all without being asked again, and each run is taken once', async () => {
    const sequence = await begin([run('good', 'a'), run('good', 'b')]);
    await waitFor('both', async () => (await logged()) === 'a\nb\n');
    for (const input of ['a', 'b'])
      expect(await sequence.runPlugin(run('good', input), patience())).toMatchObject({ exitCode: 0, stdout: 'done\n' });
    expect(await sequence.stop()).toEqual([]);
    expect(await logged()).toBe('a\nb\n');
  });
  it('runs what it skipped when that is requested', async () => {
    const sequence = await begin([run('bad', 'a'), run('good', 'b'), run('good', 'c')]);
    expect(await sequence.runPlugin(run('bad', 'a'), patience())).toMatchObject({ exitCode: 1 });
    for (const input of ['b', 'c'])
      expect(await sequence.runPlugin(run('good', input), patience())).toMatchObject({ exitCode: 0 });
    expect(await sequence.stop()).toEqual([]);
    expect(await logged()).toBe('a\nb\nc\n');
  });
  it('runs what is not next in it as if there were no sequence', async () => {
    const sequence = await begin([run('bad', 'a'), run('good', 'b')]);
    expect(await sequence.runPlugin(run('good', 'x'), patience())).toMatchObject({ exitCode: 0 });
    expect(await sequence.runPlugin(run('bad', 'a'), patience())).toMatchObject({ exitCode: 1 });
    expect(await sequence.stop()).toEqual([]);
  });
  it('stops, and returns what began although it was not taken', async () => {
    const sequence = await begin([run('good', 'a'), run('good', 'b'), run('stuck', 'c'), run('good', 'd')]);
    await waitFor('the third', async () => (await logged()) === 'a\nb\nc\n');
    await sequence.runPlugin(run('good', 'a'), patience());
    expect(names(await sequence.stop())).toEqual(['b 0', 'c unknown']);
    expect(await logged()).toBe('a\nb\nc\n');
  });
  it('ends when its signal is aborted', async () => {
    const stop = new AbortController();
    const sequence = await begin([run('stuck', 'a'), run('good', 'b')], stop.signal);
    await waitFor('the first', async () => (await logged()) === 'a\n');
    const taken = sequence.runPlugin(run('stuck', 'a'), stop.signal);
    stop.abort(new Error('enough'));
    await expect(taken).rejects.toThrow('enough');
    expect(await sequence.stop()).toEqual([]);
    expect(await logged()).toBe('a\n');
  });
  it('begins nothing if its signal is aborted already', async () => {
    const sequence = await begin([run('good', 'a'), run('good', 'b')], AbortSignal.abort());
    expect(await sequence.stop()).toEqual([]);
    expect(await logged()).toBe('');
  });
  it('runs those beyond 32 when they are requested', async () => {
    const runs = Array.from({ length: 35 }, (_, index) => run('good', `${index}`));
    const sequence = await begin(runs);
    for (const each of runs) await sequence.runPlugin(each, patience());
    expect(await sequence.stop()).toEqual([]);
    expect(await logged()).toBe(runs.map(({ stdin }) => stdin).join(''));
  });
});
