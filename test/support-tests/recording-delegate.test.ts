import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, describe, expect, it } from 'vitest';
import { callCni } from '../support/cni-runtime.ts';
import { recordingDelegate } from '../support/recording-delegate.ts';
import { waitFor } from '../support/wait-for.ts';

describe('a recording delegate', () => {
  it('records its input: environment and stdin, in order', async (context) => {
    const dir = await temporaryFolder(context);
    const alpha = await recordingDelegate(dir, 'alpha');
    await recordingDelegate(dir, 'beta');
    await call(dir, 'alpha', 'ADD', { more: [1] });
    await call(dir, 'beta', 'DEL');
    const calls = await alpha.calls();
    expect(calls.map(({ plugin, command }) => `${command} ${plugin}`)).toEqual(['ADD alpha', 'DEL beta']);
    expect(calls[0]?.env).toMatchObject({
      CNI_COMMAND: 'ADD',
      CNI_IFNAME: 'net1',
      CNI_NETNS: '/run/netns/x',
      CNI_CONTAINERID: 'c1',
    });
    expect(calls[0]?.stdin).toEqual({ cniVersion: '1.0.0', name: 'test', more: [1] });
    expect(await alpha.spans()).toHaveLength(2);
    await alpha.forget();
    expect(await alpha.calls()).toEqual([]);
  });

  it.for([
    [
      'a result of its own',
      {},
      { interfaces: [{ name: 'net1', sandbox: '/run/netns/x' }], ips: [{ address: '10.0.0.5/24' }] },
    ],
    ['prevResult, if there is one', { prevResult: { cniVersion: '1.0.0', ips: [] } }, { cniVersion: '1.0.0', ips: [] }],
  ] as const)('answers ADD with %s', async ([, more, result], context) => {
    const dir = await temporaryFolder(context);
    await recordingDelegate(dir, 'alpha');
    const { exitCode, stdout } = await call(dir, 'alpha', 'ADD', more);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject(result);
  });

  it('answers as configured per command, and per call of it', async (context) => {
    const dir = await temporaryFolder(context);
    const alpha = await recordingDelegate(dir, 'alpha');
    await alpha.set({
      ADD: [{}, { stdout: 'garbage', stderr: 'a word', exitCode: 7 }, { stdout: 'last' }],
      DEL: { exitCode: 3 },
    });
    expect((await call(dir, 'alpha', 'ADD')).exitCode).toBe(0);
    expect((await call(dir, 'alpha', 'DEL')).exitCode).toBe(3);
    expect(await call(dir, 'alpha', 'ADD')).toEqual({ stdout: 'garbage', stderr: 'a word', exitCode: 7 });
    for (const time of ['third', 'fourth'])
      expect([time, (await call(dir, 'alpha', 'ADD')).stdout]).toEqual([time, 'last']);
    expect((await call(dir, 'alpha', 'CHECK')).exitCode).toBe(0);
  });

  it('hangs with a child that keeps its output open', async (context) => {
    const dir = await temporaryFolder(context);
    const alpha = await recordingDelegate(dir, 'alpha');
    await alpha.set({ ADD: { hang: true } });
    const plugin = spawn(join(dir, 'alpha'), {
      env: { CNI_COMMAND: 'ADD' },
      stdio: ['pipe', 'ignore', 'inherit'],
      detached: true,
    });
    plugin.stdin.end('{}');
    await waitFor('the child', async () => (await childrenOf(plugin)).length === 1);
    expect(plugin.exitCode).toBeNull();
    process.kill(-(plugin.pid ?? 0), 'SIGKILL');
    await once(plugin, 'exit');
  });
});

async function temporaryFolder({ onTestFinished }: Pick<TestContext, 'onTestFinished'>): Promise<string> {
  const folder = await mkdtempDisposable(join(tmpdir(), 'plexus-delegate-'));
  onTestFinished(() => folder.remove());
  return folder.path;
}

const call = (dir: string, type: string, command: string, more: object = {}): ReturnType<typeof callCni> =>
  callCni({
    executable: join(dir, type),
    command,
    config: { cniVersion: '1.0.0', name: 'test', ...more },
    containerId: 'c1',
    netns: '/run/netns/x',
    ifName: 'net1',
  });

const childrenOf = async ({ pid }: ChildProcess): Promise<readonly string[]> =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter(Boolean);
