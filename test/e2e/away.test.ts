import { execFile } from 'node:child_process';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileJournal } from '../../src/journal/index.ts';
import { type ClusterNode, createClusterNode } from '../support/cluster-node.ts';
import type { TestPod } from '../support/test-node.ts';
import { waitFor } from '../support/wait-for.ts';

// No daemon answers: DEL succeeds, and nothing of the pod remains once the daemon is back.
const run = promisify(execFile);
let at: ClusterNode;
const flags = { 'daemon-wait-seconds': '0.2' };
beforeEach(async () => {
  at = await createClusterNode();
  at.nad('storage', at.node.bridge('storage', '10.30.0.0/16'));
  await at.start({ flags });
});
afterEach(() => at.remove());

const deferred = async (): Promise<readonly string[]> => {
  const names = await readdir(join(at.node.dir, 'state/deferred')).catch(() => []);
  return names.filter((name) => name !== '.open');
};
const isOpen = async (): Promise<boolean> =>
  (await readdir(join(at.node.dir, 'state/deferred')).catch((): string[] => [])).includes('.open');
const links = async (pod: TestPod): Promise<readonly string[]> =>
  ((await pod.netns.ipJson(['link'])) as readonly { ifname: string }[]).map(({ ifname }) => ifname).toSorted();

/** Attaches pods, then stops the daemon. */
async function attachedThenAway(...names: readonly string[]): Promise<readonly TestPod[]> {
  await waitFor('the agent is known', isOpen);
  const pods = await Promise.all(names.map((name) => at.pod(name, 'storage')));
  for (const pod of pods) expect(await at.call('ADD', pod)).toMatchObject({ exitCode: 0 });
  await at.daemon().stop('SIGKILL');
  return pods;
}

describe('while the daemon is down, with a host agent', () => {
  it('a DEL is deferred and succeeds; the daemon carries it out when it is back, even if the namespace is gone', async () => {
    await at.startAgent();
    const [one, two, stays] = (await attachedThenAway('one', 'two', 'stays')) as [TestPod, TestPod, TestPod];
    const never = await at.pod('never-attached');
    for (const pod of [one, two, never]) expect(await at.call('DEL', pod)).toMatchObject({ exitCode: 0, stdout: '' });
    await two.netns.remove();
    expect((await deferred()).length).toBe(3);
    await at.start({ flags });
    await waitFor('all are settled', async () => (await deferred()).length === 0);
    expect(await links(one)).toEqual(['lo']);
    expect(await at.call('CHECK', stays)).toMatchObject({ exitCode: 0 });
    expect(await at.call('DEL', stays)).toMatchObject({ exitCode: 0 });
    expect(await at.node.leftovers()).toEqual([]);
  });

  it('CNI-62: a deferred DEL does not detach a later ADD of the same sandbox', async () => {
    const stopAgent = await at.startAgent();
    const [pod] = (await attachedThenAway('again')) as [TestPod];
    await stopAgent();
    expect(await at.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    await at.start({ flags });
    expect((await deferred()).length, 'nobody is there to carry it out').toBe(1);
    expect(await at.call('ADD', pod)).toMatchObject({ exitCode: 0 });
    expect(await deferred()).toEqual([]);
    await at.startAgent();
    expect(await links(pod)).toEqual(['eth0', 'lo', 'net1']);
    expect(await at.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(await at.node.leftovers()).toEqual([]);
  });

  it('another DEL of the runtime settles a deferred DEL', async () => {
    const stopAgent = await at.startAgent();
    const [pod] = (await attachedThenAway('twice')) as [TestPod];
    await stopAgent();
    expect(await at.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    await at.start({ flags });
    await waitFor('a word about the missing agent', async () =>
      at.daemon().log.some((line) => line.includes('wait for the host agent')),
    );
    expect(await at.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect([await deferred(), await at.node.leftovers()]).toEqual([[], []]);
  });

  it('a deferred DEL that cannot be decoded is set aside and reported, and blocks nothing', async () => {
    await at.startAgent();
    const [pod] = (await attachedThenAway('well')) as [TestPod];
    expect(await at.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    const bytes = await readFile(join(at.node.dir, 'state/deferred', `${pod.containerId}@eth0.call`));
    await writeFile(join(at.node.dir, 'state/deferred/cut@eth0.call'), bytes.subarray(0, bytes.length - 7));
    await writeFile(join(at.node.dir, 'state/deferred/another@eth0.call'), bytes);
    await at.start({ flags });
    await waitFor('the sound one is undone', async () => (await deferred()).every((name) => name === 'damaged'));
    expect((await readdir(join(at.node.dir, 'state/deferred/damaged'))).toSorted()).toEqual([
      'another@eth0.call',
      'cut@eth0.call',
    ]);
    expect(at.daemon().log.filter((line) => line.includes('PLX-CALL-NOT-KEPT'))).toHaveLength(2);
    expect(await links(pod)).toEqual(['lo']);
  });

  it('K8S-64: a deferred DEL with an invalid configuration is set aside and reported, and its sandbox is reclaimed', async () => {
    await at.startAgent();
    const [pod] = (await attachedThenAway('of-before')) as [TestPod];
    expect(await at.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    const file = join(at.node.dir, 'state/deferred', `${pod.containerId}@eth0.call`);
    const text = await readFile(file, 'latin1');
    await writeFile(
      file,
      text.replace(/"cniVersion": ?"\d/, (found) => `${found.slice(0, -1)}9`),
      'latin1',
    );
    expect(await readFile(file, 'latin1')).not.toBe(text);
    at.api.remove('pods', pod.namespace, pod.name);
    await pod.netns.remove();
    await at.start({ flags: { ...flags, 'reclaim-seconds': '1' } });
    await waitFor('the word', async () => at.daemon().log.some((line) => line.includes('PLX-CALL-NOT-KEPT')));
    await waitFor('it is reclaimed', async () =>
      (await at.node.leftovers()).every((name) => name.startsWith('state/deferred/damaged')),
    );
  });

  it('K8S-64: a deferred DEL whose path is another pod’s by now, with the same MACs (ipvlan), does not affect that pod', async () => {
    await at.startAgent();
    const old = await at.pod('old', 'storage');
    expect(await at.call('ADD', old)).toMatchObject({ exitCode: 0 });
    await run('ip', ['netns', 'delete', old.netns.name]);
    await run('ip', ['netns', 'add', old.netns.name]);
    const next: TestPod = { ...(await at.pod('next', 'storage')), netns: old.netns };
    expect(await at.call('ADD', next)).toMatchObject({ exitCode: 0 });
    await waitFor('the agent is known', isOpen);
    await at.daemon().stop('SIGKILL');
    expect(await at.call('DEL', old)).toMatchObject({ exitCode: 0 });
    const journal = fileJournal(join(at.node.dir, 'state/journal'));
    const [before, other] = await Promise.all(
      [old, next].map(({ containerId }) => journal.read({ containerId, ifName: 'eth0' })),
    );
    if (before === undefined || other === undefined) throw new Error('no record');
    await journal.write({ ...before, attachments: other.attachments });
    await at.start({ flags });
    await waitFor('it is settled', async () => (await deferred()).length === 0);
    expect(await links(next)).toEqual(['eth0', 'lo', 'net1']);
    expect(await at.call('DEL', next)).toMatchObject({ exitCode: 0 });
  });

  it('an ADD fails with code 11', async () => {
    await at.startAgent();
    await attachedThenAway('old');
    const { exitCode, stdout } = await at.call('ADD', await at.pod('new', 'storage'));
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([1, { code: 11 }]);
  });
});

describe('while the daemon is down, without deferring', () => {
  it.each([
    { title: 'without a host agent to carry it out', agent: false, more: {} },
    { title: 'with whenDaemonIsAway: fail', agent: true, more: { 'when-daemon-is-away': 'fail' } },
  ])('a DEL fails with code 11 $title', async ({ agent, more }) => {
    await at.daemon().stop();
    await at.start({ flags: { ...flags, ...more } });
    if (agent) await at.startAgent();
    const pod = await at.pod('waits', 'storage');
    expect(await at.call('ADD', pod)).toMatchObject({ exitCode: 0 });
    await at.daemon().stop('SIGKILL');
    expect(JSON.parse((await at.call('DEL', pod)).stdout)).toMatchObject({ code: 11 });
    await at.start({ flags });
    expect(await at.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(await at.node.leftovers()).toEqual([]);
  });
});
