import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileJournal } from '../../src/journal/index.ts';
import { configAsRuntime } from '../support/config-as-runtime.ts';
import { callCni } from '../support/cni-runtime.ts';
import { type ClusterNode, createClusterNode, networksKey } from '../support/cluster-node.ts';
import { shim } from '../support/daemon.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { type RecordingDelegate, recordingDelegate } from '../support/recording-delegate.ts';
import { chain, errorIn } from '../support/recording-node.ts';
import type { TestPod } from '../support/test-node.ts';
import { waitFor } from '../support/wait-for.ts';

// Problems that users of such plugins report, as far as they concern the life of attachments. Other files test the
// others.
let at: ClusterNode;
let plugins: string;
let beta: RecordingDelegate;
let alpha: RecordingDelegate;

/** Creates a node with recording delegates (default network alpha, NAD two: beta, gamma) beside the real plugins. */
async function recordingNode(): Promise<void> {
  plugins = await mkdtempFolder();
  at = await createClusterNode({ plugins });
  for (const name of await readdir(await pluginsDir()))
    await writeFile(join(plugins, name), `#!/bin/sh\nexec ${await pluginsDir()}/${name}\n`, { mode: 0o755 });
  alpha = await recordingDelegate(plugins, 'alpha');
  beta = await recordingDelegate(plugins, 'beta');
  await recordingDelegate(plugins, 'gamma');
  await rm(join(at.confDir, '10-cluster.conf'));
  await writeFile(join(at.confDir, '10-cluster.conflist'), JSON.stringify(chain('cluster-net', 'alpha')));
  at.nad('two', chain('two', 'beta', 'gamma'));
}
let made = 0;
async function mkdtempFolder(): Promise<string> {
  const folder = `/tmp/plexus-pains-${process.pid}-${made++}`;
  await mkdir(folder);
  return folder;
}
afterEach(async () => {
  await at.remove();
  if (plugins !== '') await rm(plugins, { recursive: true, force: true });
});
beforeEach(() => {
  plugins = '';
});

const dels = async (): Promise<readonly string[]> =>
  (await alpha.calls())
    .filter(({ command }) => command === 'DEL')
    .map(({ plugin, env }) => `${plugin} ${env['CNI_IFNAME']}`);
const events = (reason: string): readonly { message: string }[] =>
  (at.api.all('events') as unknown as { reason: string; message: string }[]).filter((each) => each.reason === reason);
async function attached(name: string, networks: string): Promise<TestPod> {
  const pod = await at.pod(name, networks);
  const answer = await at.call('ADD', pod);
  expect(answer, answer.stdout).toMatchObject({ exitCode: 0 });
  return pod;
}

describe('pods without their networks', () => {
  it('are reported when the daemon starts if Plexus was bypassed; without the daemon, no pod is created', async () => {
    at = await createClusterNode();
    at.nad('storage', at.node.bridge('storage', '10.30.0.0/16'));
    at.api.put('pods', {
      metadata: { name: 'bypassed', namespace: 'default', annotations: { [networksKey]: 'storage' } },
      spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'none' }] },
      status: { phase: 'Running', startTime: '2020-01-01T00:00:00Z' },
    });
    await at.start({ flags: { 'reclaim-seconds': '0.2', 'daemon-wait-seconds': '0.2' } });
    await waitFor('the flag', async () => events('NetworksNotAttached').length === 1);
    await at.daemon().stop();
    expect(await readFile(join(at.confDir, '00-plexus.conflist'), 'utf8'), 'the configuration stays').toContain(
      'plexus',
    );
    expect(errorIn((await at.call('ADD', await at.pod('waits', 'storage'))).stdout)).toMatchObject({ code: 11 });
  });

  it('do not occur with the API server blocked: a pod starts with all its networks, or not at all', async () => {
    at = await createClusterNode();
    at.nad('storage', at.node.bridge('storage', '10.30.0.0/16'));
    await at.start();
    await waitFor('the watch', async () => at.daemon().log.some((line) => line.includes('synced')));
    const [plain, known, unknown] = [
      await at.pod('plain'),
      await at.pod('known', 'storage'),
      await at.pod('unknown', 'made-later'),
    ];
    await at.api.goAway();
    for (const pod of [plain, known]) {
      const handed = pod === known ? { [networksKey]: 'storage' } : {};
      expect(await at.call('ADD', pod, handed)).toMatchObject({ exitCode: 0 });
      expect(await at.call('CHECK', pod, handed)).toMatchObject({ exitCode: 0 });
      expect(await at.call('DEL', pod, handed)).toMatchObject({ exitCode: 0 });
    }
    expect(errorIn((await at.call('ADD', unknown, { [networksKey]: 'made-later' })).stdout)).toMatchObject({
      code: 11,
    });
    await at.api.comeBack();
    expect(await at.node.leftovers()).toEqual([]);
  });
});

describe('deletions', () => {
  it('complete without the daemon, annotated pods wait, and everything recovers without intervention when it returns', async () => {
    at = await createClusterNode();
    at.nad('storage', at.node.bridge('storage', '10.30.0.0/16'));
    await at.start({ flags: { 'daemon-wait-seconds': '0.2' } });
    await at.startAgent();
    await waitFor('the agent', async () => (await readdir(join(at.node.dir, 'state/deferred'))).includes('.open'));
    const existing = await attached('existing', 'storage');
    const waiting = await at.pod('waiting', 'storage');
    await at.daemon().stop('SIGKILL');
    expect(await at.call('DEL', existing)).toMatchObject({ exitCode: 0 });
    const answer = await at.call('ADD', waiting);
    expect(errorIn(answer.stdout)).toMatchObject({
      code: 11,
      msg: expect.stringMatching(/daemon cannot be reached at .*plexus\.sock/) as string,
    });
    await at.start();
    await waitFor('the deletion is done', async () => (await at.node.leftovers()).length === 0);
    expect(await at.call('ADD', waiting)).toMatchObject({ exitCode: 0 });
    expect(await at.call('DEL', waiting)).toMatchObject({ exitCode: 0 });
    expect(await at.node.leftovers()).toEqual([]);
  });

  it('complete with the 4th DEL if DEL fails 3 times; if DEL always fails, the pod is released and the journal keeps the rest', async () => {
    await recordingNode();
    await at.start();
    const fails = { exitCode: 1, stdout: '{"code":999,"msg":"the switch is busy"}' };
    const heals = await attached('heals', 'two');
    await beta.set({ DEL: [fails, fails, fails, {}] });
    await alpha.forget();
    for (let tries = 0; tries < 3; tries++) expect((await at.call('DEL', heals)).exitCode).toBe(1);
    expect(await at.call('DEL', heals)).toMatchObject({ exitCode: 0 });
    expect((await dels()).filter((each) => each === 'beta net1')).toHaveLength(4);
    expect(await at.node.leftovers()).toEqual([]);
    const never = await attached('never', 'two');
    await beta.set({ DEL: fails });
    let tries = 1;
    while ((await at.call('DEL', never)).exitCode !== 0) expect(tries++).toBeLessThan(10);
    const [record, ...others] = (await fileJournal(join(at.node.dir, 'state/journal')).list((record) => record)).found;
    expect([record?.attachments.map(({ attachment }) => attachment.interfaceName), others]).toEqual([['net1'], []]);
    expect(await (await fetch(`http://127.0.0.1:${at.daemon().httpPort}/metrics`)).text()).toMatch(
      /^plexus_journal_abandoned 1$/m,
    );
    await waitFor('the event', async () => events('NetworkAbandoned').length === 1);
  });

  it('need neither API, NAD, namespace object, token, sandbox namespace nor pod, only the input of ADD', async () => {
    await recordingNode();
    await at.start();
    const pod = await attached('alone', 'two');
    const added = (await alpha.calls())
      .filter(({ command }) => command === 'ADD')
      .map(({ plugin, stdin }) => [plugin, stdin['name'], stdin['type']]);
    at.api.remove('network-attachment-definitions', 'default', 'two');
    at.api.remove('pods', 'default', 'alone');
    at.api.setToken('another');
    await at.api.goAway();
    await pod.netns.remove();
    await alpha.forget();
    expect(await at.call('DEL', pod, {})).toMatchObject({ exitCode: 0, stdout: '' });
    expect((await alpha.calls()).map(({ plugin, stdin }) => [plugin, stdin['name'], stdin['type']])).toEqual(
      added.toReversed(),
    );
    expect(await at.node.leftovers()).toEqual([]);
  });

  it('call all delegates although the record is truncated anywhere, and name the file', async () => {
    await recordingNode();
    await at.start({ flags: { 'log-level': 'warn' } });
    const lengths = [0, 0.001, 0.1, 0.5, 0.9, 0.999];
    for (const [index, length] of lengths.entries()) {
      const pod = await attached(`cut-${index}`, 'two');
      const file = join(at.node.dir, 'state/journal', `${pod.containerId}@eth0.json`);
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.slice(0, Math.floor(text.length * length)));
      await alpha.forget();
      expect(await at.call('DEL', pod)).toMatchObject({ exitCode: 0 });
      expect(await dels()).toEqual(['gamma net1', 'beta net1', 'alpha eth0']);
      expect(
        at
          .daemon()
          .log.some((line) => line.includes('PLX-RECORD-DAMAGED') && line.includes(`${pod.containerId}@eth0.json`)),
      ).toBe(true);
    }
  });

  it('reach the plugins once if the runtime repeats a DEL without a namespace forever', async () => {
    await recordingNode();
    await at.start();
    const pod = await attached('again', 'two');
    await pod.netns.remove();
    await alpha.forget();
    const config = configAsRuntime(await at.conflist(), {});
    const env = { PLEXUS_SOCKET: join(at.node.dir, 'run/plexus.sock') };
    const call = {
      executable: shim,
      command: 'DEL',
      config,
      containerId: pod.containerId,
      ifName: 'eth0',
      path: [plugins],
      nodeNetns: at.node.netns.path,
      env,
    };
    for (let tries = 0; tries < 50; tries++) expect(await callCni(call)).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await dels()).toEqual(['gamma net1', 'beta net1', 'alpha eth0']);
  });
});

describe('leaks', () => {
  it('do not occur after a power failure under 30 pods with a pool of 30 addresses on disk: there is room for 30 again', async () => {
    at = await createClusterNode();
    const count = 30;
    const ranges = [[{ subnet: '10.31.0.0/24', rangeStart: '10.31.0.2', rangeEnd: `10.31.0.${count + 1}` }]];
    at.nad(
      'small',
      at.node.bridge('small', '10.31.0.0/24', {
        ipam: { type: 'host-local', dataDir: join(at.node.dir, 'leases'), ranges },
      }),
    );
    await at.start({ flags: { 'reclaim-seconds': '3600' } });
    const before: TestPod[] = [];
    for (let index = 0; index < count; index++) before.push(await attached(`before-${index}`, 'small'));
    await at.daemon().stop('SIGKILL');
    for (const pod of before) await pod.netns.remove();
    const journal = fileJournal(join(at.node.dir, 'state/journal'));
    for (const record of (await journal.list((record) => record)).found)
      await journal.write({ ...record, bootId: 'of-before-the-power-cut' });
    await at.start({ flags: { 'reclaim-seconds': '3600' } });
    await at.startAgent();
    await waitFor('all are reclaimed', async () => (await journal.list((record) => record)).found.length === 0);
    const after: TestPod[] = [];
    for (let index = 0; index < count; index++) after.push(await attached(`after-${index}`, 'small'));
    for (const pod of after) expect(await at.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(await at.node.leftovers()).toEqual([]);
  });

  it('do not occur at GC, which keeps valid attachments by network and interface if a plugin serves the cluster network and a NAD, even a deleted one', async () => {
    await recordingNode();
    at.nad('same', { ...chain('cluster-net', 'alpha'), name: 'cluster-net' });
    await at.start({ flags: { 'status-checks': 'true' } });
    const stays = await attached('stays', 'same,two');
    await attached('goes', 'same,two');
    at.api.remove('network-attachment-definitions', 'default', 'two');
    await alpha.forget();
    const valid = [{ containerID: stays.containerId, ifname: 'eth0' }];
    const config = {
      ...configAsRuntime(await at.conflist(), {}),
      cniVersion: '1.1.0',
      'cni.dev/valid-attachments': valid,
    };
    const env = { PLEXUS_SOCKET: join(at.node.dir, 'run/plexus.sock') };
    const answer = await callCni({
      executable: shim,
      command: 'GC',
      config,
      path: [plugins],
      nodeNetns: at.node.netns.path,
      env,
    });
    expect(answer, answer.stdout).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await dels()).toEqual(['gamma net2', 'beta net2', 'alpha net1', 'alpha eth0']);
    const gcs = (await alpha.calls())
      .filter(({ command }) => command === 'GC')
      .map(({ plugin, stdin }) => [plugin, stdin['cni.dev/valid-attachments']]);
    const of = (...names: string[]): object[] => names.map((ifname) => ({ containerID: stays.containerId, ifname }));
    expect(gcs).toEqual([
      ['alpha', of('eth0', 'net1')],
      ['beta', of('net2')],
      ['gamma', of('net2')],
    ]);
    expect(await at.call('DEL', stays)).toMatchObject({ exitCode: 0 });
    expect(await at.node.leftovers()).toEqual([]);
  });
});
