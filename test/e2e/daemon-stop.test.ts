import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callCni, podArgs } from '../support/cni-runtime.ts';
import { type TestDaemon, shim, startTestDaemon } from '../support/daemon.ts';
import { processesWith } from '../support/open-files.ts';
import { type RecordingDelegate, recordingDelegate } from '../support/recording-delegate.ts';
import { chain, errorIn } from '../support/recording-node.ts';
import { type TestNode, type TestPod, createTestNode } from '../support/test-node.ts';
import { waitFor } from '../support/wait-for.ts';

// SIGTERM to a daemon while a plugin runs.
let node: TestNode;
let delegates: string;
let alpha: RecordingDelegate;
let daemon: TestDaemon;
beforeEach(async () => {
  node = await createTestNode('direct');
  delegates = join(node.dir, 'delegates');
  await mkdir(delegates);
  alpha = await recordingDelegate(delegates, 'alpha');
});
afterEach(async () => {
  await daemon.stop('SIGKILL');
  await node.remove();
});

const start = async (graceSeconds: string): Promise<void> => {
  const flags = {
    'manifests-dir': join(node.dir, 'manifests'),
    'cni-dir': join(node.dir, 'state'),
    'grace-seconds': graceSeconds,
  };
  daemon = await startTestDaemon({ dir: node.dir, flags });
};
const call = (command: string, pod: TestPod, env: Record<string, string> = {}) =>
  callCni({
    executable: shim,
    command,
    config: { cniVersion: '1.0.0', name: 'plexus', type: 'plexus', delegates: [chain('default-net', 'alpha')] },
    containerId: pod.containerId,
    netns: pod.netns.path,
    ifName: 'eth0',
    args: podArgs(pod, pod.containerId),
    path: [delegates],
    nodeNetns: node.netns.path,
    env: { PLEXUS_SOCKET: join(node.dir, 'run/plexus.sock'), ...env },
  });
const running = (command: string) =>
  waitFor(`${command} to run`, async () => (await alpha.calls()).some((one) => one.command === command));

describe('a daemon that gets SIGTERM', () => {
  it('finishes running calls within the grace period, accepts no new ones, and exits with status 0', async () => {
    await start('30');
    const go = join(node.dir, 'go');
    await alpha.set({ ADD: { until: go } });
    const pod = await node.pod('in-time');
    const add = call('ADD', pod);
    await running('ADD');
    const stopped = daemon.stop('SIGTERM');
    await waitFor('the word', async () => daemon.log.some((line) => line.includes('stopping; 1 calls in flight')));
    const late = await call('ADD', await node.pod('late'), { PLEXUS_DAEMON_WAIT_SECONDS: '0' });
    expect(errorIn(late.stdout)).toMatchObject({ code: 11, msg: expect.stringContaining('PLX-DAEMON-AWAY') });
    await writeFile(go, '');
    expect(await add).toMatchObject({ exitCode: 0 });
    expect(await stopped).toBe(0);
  });

  it('cancels and undoes calls after the grace period; the runtime gets code 11, and nothing remains', async () => {
    await start('0.3');
    await alpha.set({ ADD: { hang: true } });
    const pod = await node.pod('too-long');
    const add = call('ADD', pod);
    await running('ADD');
    expect(await daemon.stop('SIGTERM')).toBe(0);
    expect(errorIn((await add).stdout)).toMatchObject({
      code: 11,
      msg: expect.stringContaining('PLX-OPERATION-CANCELLED'),
    });
    expect((await alpha.calls()).map(({ command }) => command)).toEqual(['ADD', 'DEL']);
    expect(await node.leftovers()).toEqual([]);
  });
});

describe('a sandbox that a stopping daemon works on', () => {
  /** Starts an ADD that runs until `release`. `awaited` resolves when another process waits for its sandbox. */
  const held = async (name: string) => {
    const go = join(node.dir, 'go');
    await alpha.set({ ADD: { until: go } });
    const pod = await node.pod(name);
    const add = call('ADD', pod);
    await running('ADD');
    const users = () => processesWith(join(node.dir, 'state/locks/sandboxes'));
    const awaited = () => expect.poll(users, { message: 'DEL waits for the sandbox' }).toBe(2);
    return { pod, add, awaited, release: () => writeFile(go, '') };
  };
  const commands = async () => (await alpha.calls()).map(({ command }) => command);

  it('stays locked until the daemon ends, even if the next daemon is running', async () => {
    await start('30');
    const { pod, add, awaited, release } = await held('taken-over');
    const [old, stopped] = [daemon, daemon.stop('SIGTERM')];
    await waitFor('the word', async () => old.log.some((line) => line.includes('stopping; 1 calls in flight')));
    await start('30');
    const del = call('DEL', pod);
    await awaited();
    expect(await commands()).toEqual(['ADD']);
    await release();
    expect([await add, await stopped, await del]).toMatchObject([{ exitCode: 0 }, 0, { exitCode: 0 }]);
    expect(await commands()).toEqual(['ADD', 'DEL']);
    expect(await node.leftovers()).toEqual([]);
  });

  it('is waited for by direct mode, which does not end the daemon', async () => {
    await start('30');
    const { pod, add, awaited, release } = await held('beside-direct-mode');
    const config = node.config({ binDir: delegates, delegates: [chain('default-net', 'alpha')] });
    const del = node.call('DEL', pod, { config, path: [delegates] });
    await awaited();
    await release();
    expect([await add, await del]).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }]);
    expect(await call('ADD', await node.pod('the-next'))).toMatchObject({ exitCode: 0 });
    expect(daemon.log.filter((line) => line.includes('stopping'))).toEqual([]);
  });
});

describe('a daemon that cannot start reports why and exits with status 1', () => {
  const starting = (flags: Record<string, string>, env: Record<string, string> = {}): Promise<unknown> =>
    startTestDaemon({ dir: node.dir, flags: { 'cni-dir': join(node.dir, 'state'), ...flags }, env }).then(
      (one) => ((daemon = one), 'started'),
      (error: Error) => error.message,
    );
  it.each([
    {
      title: 'a missing kubeconfig',
      flags: { kubeconfig: '/nowhere/kubeconfig' },
      says: 'PLX-KUBECONFIG-UNUSABLE',
    },
    {
      title: 'a missing configuration file',
      flags: { config: '/nowhere/plexus.yaml' },
      says: '/nowhere/plexus.yaml',
    },
    { title: 'a flag with an invalid value', flags: { 'status-checks': 'perhaps' }, says: '--status-checks' },
    { title: 'an unknown flag', flags: { 'status-check': 'true' }, says: 'status-check' },
  ])('for $title', async ({ flags, says }) => {
    const message = await starting(flags);
    expect(message).toContain('the daemon ended with');
    expect(message).toContain(says);
  });
  it('for an environment variable with an invalid value', async () => {
    expect(await starting({}, { PLEXUS_GRACE_SECONDS: 'soon' })).toContain('PLEXUS_GRACE_SECONDS');
  });
  it('for another daemon that serves the same socket', async () => {
    await start('1');
    const first = daemon;
    expect(await starting({})).toContain('PLX-DAEMON-RUNNING');
    daemon = first;
  });
});
