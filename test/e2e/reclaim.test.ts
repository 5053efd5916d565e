import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileJournal } from '../../src/journal/index.ts';
import type { SandboxRecord } from '../../src/plan/index.ts';
import { type ClusterNode, createClusterNode } from '../support/cluster-node.ts';
import { sampleRecord } from '../support/sample-record.ts';
import type { TestPod } from '../support/test-node.ts';
import { waitFor } from '../support/wait-for.ts';

// Sandboxes that disappear without a DEL, with real plugins, the daemon, its host agent and the API server.
const run = promisify(execFile);
const flags = { 'reclaim-seconds': '0.2' };
let at: ClusterNode;
let rounds = 0;

beforeEach(async () => {
  at = await createClusterNode();
  at.nad('storage', at.node.bridge('storage', '10.30.0.0/16'));
});
afterEach(() => at.remove());

const journal = () => fileJournal(join(at.node.dir, 'state/journal'));
const recorded = async ({ containerId }: TestPod): Promise<SandboxRecord | undefined> =>
  journal().read({ containerId, ifName: 'eth0' });
const isGone = async (pod: TestPod): Promise<boolean> => (await recorded(pod)) === undefined;
function deleteObject(pod: TestPod): void {
  at.api.remove('pods', pod.namespace, pod.name);
}

async function attached(name: string): Promise<TestPod> {
  const pod = await at.pod(name, 'storage');
  expect(await at.call('ADD', pod)).toMatchObject({ exitCode: 0 });
  return pod;
}
async function change(pod: TestPod, change: Partial<SandboxRecord>): Promise<void> {
  const record = await recorded(pod);
  if (record !== undefined) await journal().write({ ...record, ...change });
}
/**
 * Waits until a sandbox that is certainly gone is reclaimed, which takes two rounds: by then all others were examined
 * too.
 */
async function roundsPass(): Promise<void> {
  const canary = await attached(`canary-${rounds++}`);
  deleteObject(canary);
  await canary.netns.remove();
  await waitFor('the canary is reclaimed', () => isGone(canary));
}
/** Waits for one round: a record from an earlier boot is reclaimed in the first one. */
async function roundPasses(): Promise<void> {
  const containerId = `mark-${rounds++}`;
  await journal().write(sampleRecord({ containerId, bootId: 'of-before' }));
  await waitFor('the mark is gone', async () => (await journal().read({ containerId, ifName: 'eth0' })) === undefined);
}
async function assertIntact(pod: TestPod): Promise<void> {
  expect(await at.call('CHECK', pod)).toMatchObject({ exitCode: 0, stdout: '' });
}
async function assertAllCanGo(...alive: readonly TestPod[]): Promise<void> {
  for (const pod of alive) {
    await assertIntact(pod);
    expect(await at.call('DEL', pod)).toMatchObject({ exitCode: 0 });
  }
  expect(await at.node.leftovers()).toEqual([]);
}

describe('a sandbox that is gone is reclaimed by the daemon', () => {
  it('K8S-64: at once after a reboot, including leases and rules', async () => {
    await at.start({ flags: { ...flags, 'reclaim-seconds': '3600' } });
    const [lost, stays] = [await attached('lost'), await attached('stays')];
    await at.daemon().stop();
    await change(lost, { bootId: 'of-before' });
    await lost.netns.remove();
    await at.start({ flags: { ...flags, 'reclaim-seconds': '3600' } });
    await waitFor('a word about the missing agent', async () =>
      at.daemon().log.some((line) => line.includes('wait for the host agent')),
    );
    await at.startAgent();
    await waitFor('it is reclaimed', () => isGone(lost));
    await waitFor('the word', async () => at.daemon().log.some((line) => line.includes('before the last reboot')));
    await assertAllCanGo(stays);
  });

  it.each(['2090-01-01T00:00:00.000Z', '1970-01-01T00:00:00.000Z'])(
    'after a forced removal, whatever the clock shows: %s',
    async (createdAt) => {
      await at.start({ flags });
      await at.startAgent();
      const [lost, stays] = [await attached('lost'), await attached('stays')];
      for (const pod of [lost, stays]) await change(pod, { createdAt });
      deleteObject(lost);
      await lost.netns.remove();
      await waitFor('it is reclaimed', () => isGone(lost));
      await assertAllCanGo(stays);
    },
  );

  it('NPWG-116: together with the device information that its plugin wrote', async () => {
    const folder = join(at.node.dir, 'devinfo');
    at.nad('port', { ...at.node.bridge('port', '10.31.0.0/16'), capabilities: { CNIDeviceInfoFile: true } });
    await at.start({ flags: { ...flags, 'device-info-dir': folder } });
    await at.startAgent();
    const lost = await at.pod('lost', 'port');
    expect(await at.call('ADD', lost)).toMatchObject({ exitCode: 0 });
    const { deviceInfo } = (await recorded(lost))?.attachments[1]?.attachment ?? {};
    await writeFile(deviceInfo?.file ?? '', '{}');
    expect(await readdir(join(folder, 'cni'))).toEqual([`default-port-${lost.containerId}_net1`]);
    deleteObject(lost);
    await lost.netns.remove();
    await waitFor('it is reclaimed', () => isGone(lost));
    expect(await readdir(join(folder, 'cni'))).toEqual([]);
  });

  it('if its pod has another sandbox, which stays', async () => {
    await at.start({ flags });
    await at.startAgent();
    const old = await attached('twice');
    const { netns, containerId } = await at.node.pod('other');
    const next: TestPod = { ...old, netns, containerId };
    expect(await at.call('ADD', next)).toMatchObject({ exitCode: 0 });
    await roundsPass();
    await assertIntact(old);
    await old.netns.remove();
    await waitFor('the old one is reclaimed', () => isGone(old));
    await assertAllCanGo(next);
  });

  it('if the path of its namespace belongs to another sandbox, which stays', async () => {
    await at.start({ flags });
    await at.startAgent();
    const old = await attached('old');
    await run('ip', ['netns', 'delete', old.netns.name]);
    await run('ip', ['netns', 'add', old.netns.name]);
    deleteObject(old);
    const next: TestPod = { ...(await at.pod('next', 'storage')), netns: old.netns };
    expect(await at.call('ADD', next)).toMatchObject({ exitCode: 0 });
    await waitFor('the old one is reclaimed', () => isGone(old));
    await assertAllCanGo(next);
  });

  it('while the API server is unavailable, if this daemon has seen the sandbox alive', async () => {
    await at.start({ flags });
    await at.startAgent();
    const [lost, stays] = [await attached('lost'), await attached('stays')];
    await roundsPass();
    at.api.faults.answer(503);
    await lost.netns.remove();
    await waitFor('it is reclaimed', () => isGone(lost));
    at.api.faults.clear();
    await assertAllCanGo(stays);
  });

  it('or abandoned if it cannot be undone, which is reported and retried', async () => {
    await at.start({ flags });
    await at.startAgent();
    const lost = await attached('lost');
    const record = await recorded(lost);
    const [, storage] = record?.attachments ?? [];
    const broken = JSON.parse(
      JSON.stringify(storage).replace('"type":"bridge"', '"type":"bridge-that-is-missing"'),
    ) as SandboxRecord['attachments'][number];
    await change(lost, { attachments: [record?.attachments[0] as SandboxRecord['attachments'][number], broken] });
    deleteObject(lost);
    await lost.netns.remove();
    await waitFor('it is abandoned', async () => JSON.stringify(await recorded(lost)).includes('abandonedAt'));
    expect((await recorded(lost))?.attachments).toMatchObject([
      { state: 'detaching', attachment: { interfaceName: 'net1' } },
    ]);
    await change(lost, { attachments: [storage as SandboxRecord['attachments'][number]] });
    await waitFor('it is reclaimed', () => isGone(lost));
    expect(await at.node.leftovers()).toEqual([]);
  });
});

describe('a sandbox that may be alive is not touched', () => {
  it('if its pod was force-deleted from the API but still runs', async () => {
    await at.start({ flags });
    await at.startAgent();
    const pod = await attached('forced');
    deleteObject(pod);
    await roundsPass();
    await assertAllCanGo(pod);
  });

  it('if it belongs to a static pod that changed the MAC addresses of all its interfaces', async () => {
    await at.start({ flags });
    await at.startAgent();
    const pod = await attached('disguised');
    await change(pod, { pod: { namespace: pod.namespace, name: pod.name, isStatic: true } });
    await roundsPass(); // The daemon has seen its interfaces.
    for (const [index, name] of ['eth0', 'net1'].entries())
      await pod.netns.exec(['ip', 'link', 'set', name, 'address', `02:00:00:00:00:0${index}`]);
    await roundsPass();
    for (let round = 0; round < 3; round++) await roundPasses();
    expect((await recorded(pod))?.attachments).toMatchObject([{ state: 'attached' }, { state: 'attached' }]);
    expect(await at.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(await at.node.leftovers()).toEqual([]);
  });

  it('if its namespace is gone but its pod exists, because kubelet handles it', async () => {
    await at.start({ flags });
    await at.startAgent();
    const [pod, other] = [await attached('kubelets'), await attached('other')];
    await pod.netns.remove();
    await roundsPass();
    expect(await isGone(pod)).toBe(false);
    expect(await at.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    await assertAllCanGo(other);
  });

  it('if the API server is unavailable and this daemon has not seen the sandbox', async () => {
    await at.start({ flags });
    const pod = await attached('unseen');
    deleteObject(pod);
    await pod.netns.remove();
    at.api.faults.answer(503);
    await at.startAgent();
    for (let round = 0; round < 3; round++) await roundPasses();
    expect(await isGone(pod)).toBe(false);
    at.api.faults.clear();
    await waitFor('now it is certain', () => isGone(pod));
    expect(await at.node.leftovers()).toEqual([]);
  });

  it('if the host agent cannot see the namespaces', async () => {
    await at.start({ flags });
    const [one, two] = [await attached('one'), await attached('two')];
    for (const pod of [one, two]) await change(pod, { netns: `/run/elsewhere/${pod.name}` });
    deleteObject(two);
    await at.startAgent();
    for (let round = 0; round < 3; round++) await roundPasses();
    expect([await isGone(one), await isGone(two)]).toEqual([false, false]);
    await assertAllCanGo(two, one); // while one's pod exists, it proves that the agent cannot see namespaces
  });

  it('if the API server is unavailable and a new host agent cannot see a namespace that the previous one saw', async () => {
    await at.start({ flags });
    const stopAgent = await at.startAgent();
    const pod = await attached('seen-before');
    await roundsPass();
    await stopAgent();
    at.api.faults.answer(503);
    await change(pod, { netns: `/run/elsewhere/${pod.name}` });
    await at.startAgent();
    for (let round = 0; round < 3; round++) await roundPasses();
    expect(await isGone(pod)).toBe(false);
    at.api.faults.clear();
    await change(pod, { netns: pod.netns.path });
    await assertAllCanGo(pod);
  });
});
