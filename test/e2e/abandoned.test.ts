import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shim } from '../support/daemon.ts';
import { type RecordingDelegate, recordingDelegate } from '../support/recording-delegate.ts';
import { chain, errorIn } from '../support/recording-node.ts';
import { type TestNode, type TestPod, createTestNode } from '../support/test-node.ts';
import { waitFor } from '../support/wait-for.ts';

// A plugin whose DEL keeps failing: the pod's deletion proceeds, and Plexus retries in the background.
let node: TestNode;
let delegates: string;
let beta: RecordingDelegate;
let agent: ChildProcess | undefined;

async function create(engine: 'direct' | 'daemon'): Promise<void> {
  node = await createTestNode(engine, { 'log-level': 'info' });
  delegates = join(node.dir, 'delegates');
  await mkdir(delegates);
  await recordingDelegate(delegates, 'alpha');
  beta = await recordingDelegate(delegates, 'beta');
  await node.nad('two', chain('two', 'beta'));
}
afterEach(async () => {
  if (agent !== undefined) {
    agent.kill('SIGKILL');
    await once(agent, 'close');
    agent = undefined;
  }
  await node.remove();
});

const call = (command: string, pod: TestPod, more: object = {}) =>
  node.call(command, pod, {
    config: node.config({ binDir: delegates, delegates: [chain('default-net', 'alpha')], ...more }),
    path: [delegates],
  });
const events = async (): Promise<readonly { reason: string; message: string }[]> =>
  (await readFile(join(node.dir, 'manifests/status/events.jsonl'), 'utf8').catch(() => ''))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { reason: string; message: string });
const journal = async (
  pod: TestPod,
): Promise<{
  attachments: { state: string; attempts: number; abandonedAt?: string; attachment: { interfaceName: string } }[];
}> => JSON.parse(await readFile(join(node.dir, 'state/journal', `${pod.containerId}@eth0.json`), 'utf8')) as never;
const failing = { DEL: { exitCode: 1, stdout: '{"code":999,"msg":"the switch is busy"}' } };

async function attachedAndStuck(name: string): Promise<TestPod> {
  const pod = await node.pod(name, 'two');
  expect(await call('ADD', pod)).toMatchObject({ exitCode: 0 });
  await beta.set(failing);
  return pod;
}

describe.each(['direct', 'daemon'] as const)('DEL of an attachment that cannot be undone (%s)', (engine) => {
  beforeEach(() => create(engine));

  it('NPWG-98: fails up to the configured number of times, then succeeds; the attachment stays in the journal and is reported', async () => {
    const pod = await attachedAndStuck(`stuck-${engine}`);
    const more = { detachAttempts: 3 };
    for (let tries = 0; tries < 2; tries++)
      expect(errorIn((await call('DEL', pod, more)).stdout).msg).toContain('net1 (default/two)');
    expect(await call('DEL', pod, more)).toMatchObject({ exitCode: 0, stdout: '' });
    const { attachments } = await journal(pod);
    expect(attachments).toMatchObject([
      { state: 'detaching', attempts: 3, abandonedAt: expect.any(String), attachment: { interfaceName: 'net1' } },
    ]);
    await waitFor('the event', async () => (await events()).some(({ reason }) => reason === 'NetworkAbandoned'));
    const abandonedEvents = (await events()).filter(({ reason }) => reason === 'NetworkAbandoned');
    expect(abandonedEvents.map(({ message }) => message)).toEqual([
      expect.stringMatching(/net1 .* default\/two after 3 tries: .*the switch is busy/),
    ]);
    expect(await call('DEL', pod, more), 'a further DEL').toMatchObject({ exitCode: 0 });
    await beta.set({});
    expect(await call('DEL', pod, more)).toMatchObject({ exitCode: 0 });
    expect(await node.leftovers()).toEqual([]);
  });

  it('fails up to the configured time, then succeeds', async () => {
    const pod = await attachedAndStuck(`long-${engine}`);
    expect(await call('DEL', pod, { detachSeconds: 0 })).toMatchObject({ exitCode: 0 });
    expect((await journal(pod)).attachments).toMatchObject([{ attempts: 1, abandonedAt: expect.any(String) }]);
  });

  it('is repeated by an ADD of the same sandbox, which fails if the attachment still cannot be undone', async () => {
    const pod = await attachedAndStuck(`again-${engine}`);
    await call('DEL', pod, { detachAttempts: 1 });
    expect(errorIn((await call('ADD', pod)).stdout).msg).toContain('the switch is busy');
    await beta.set({});
    expect(await call('ADD', pod)).toMatchObject({ exitCode: 0 });
    expect(await call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(await node.leftovers()).toEqual([]);
  });
});

describe('an abandoned attachment', () => {
  beforeEach(() => create('daemon'));

  it('is undone by the daemon through the host agent as soon as possible; without an agent, the daemon reports what is missing', async () => {
    const pod = await attachedAndStuck('later');
    const daemon = await node.daemon();
    expect(await call('DEL', pod, { detachAttempts: 1 })).toMatchObject({ exitCode: 0 });
    await pod.netns.remove();
    await waitFor(
      'the word',
      async () => daemon?.log.some((line) => line.includes('wait for the host agent')) ?? false,
    );
    agent = spawn(
      'nsenter',
      [`--net=${node.netns.path}`, shim, 'host-agent', '--socket', daemon?.socket ?? '', '--cni-path', delegates],
      { stdio: 'ignore' },
    );
    const before = (await beta.calls()).length;
    await waitFor('another try', async () => (await beta.calls()).length > before);
    await beta.set({});
    await waitFor('an empty journal', async () => (await node.leftovers()).length === 0);
    expect((await beta.calls()).at(-1)).toMatchObject({
      command: 'DEL',
      env: { CNI_CONTAINERID: pod.containerId, CNI_IFNAME: 'net1' },
    });
    expect((await beta.calls()).at(-1)?.env).not.toHaveProperty('CNI_NETNS', pod.netns.path);
  });
});
