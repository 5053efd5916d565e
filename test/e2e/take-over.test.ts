import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keptFolder } from '../install/keeping.ts';
import { callCni } from '../support/cni-runtime.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { type TestNode, type TestPod, createTestNode } from '../support/test-node.ts';
import { waitFor } from '../support/wait-for.ts';

// A node that ran Multus before: its pods are detached based on the files that Multus left.
let node: TestNode;
let multus: string;
const config = (more: object = {}) => node.config({ multusStateDir: multus, ...more });
beforeAll(async () => {
  multus = await mkdtemp(join(tmpdir(), 'plexus-multus-'));
  node = await createTestNode(undefined, { 'multus-state-dir': multus });
  await mkdir(join(multus, 'results'), { recursive: true });
});
afterAll(async () => {
  await node.remove();
  await rm(multus, { recursive: true });
});

/** Attaches a pod as Multus does: runs the plugins and writes Multus's files. */
async function attachedByMultus(pod: TestPod): Promise<void> {
  const path = [await pluginsDir()];
  const networks = [
    {
      name: 'cluster-net',
      ifName: 'eth0',
      json: node.bridge('cluster-net', '10.244.0.0/24', { isDefaultGateway: true }),
    },
    { name: 'default/storage', ifName: 'net1', json: node.bridge('storage', '10.30.0.0/24') },
  ];
  for (const { json, ifName } of networks) {
    const call = {
      command: 'ADD',
      config: json,
      containerId: pod.containerId,
      netns: pod.netns.path,
      ifName,
      path,
      nodeNetns: node.netns.path,
    };
    const answer = await callCni({ ...call, executable: join(path[0] ?? '', 'bridge') });
    expect(answer, answer.stdout).toMatchObject({ exitCode: 0 });
    const cached = { kind: 'cniCacheV1', containerId: pod.containerId, result: JSON.parse(answer.stdout) as object };
    await writeFile(
      join(multus, 'results', `${String(json['name'])}-${pod.containerId}-${ifName}`),
      JSON.stringify(cached),
    );
  }
  const state = networks.map(({ name, json }) => ({
    Conf: {},
    ConfList: {},
    Name: name,
    Bytes: Buffer.from(JSON.stringify(json)).toString('base64'),
  }));
  await writeFile(join(multus, pod.containerId), JSON.stringify(state));
}

describe('a pod that Multus attached', () => {
  it('is detached from all its networks; its addresses are free and Multus’s state of it is removed', async () => {
    const pod = await node.pod('old');
    await attachedByMultus(pod);
    expect((await node.leftovers()).length).toBeGreaterThan(0);
    const answer = await node.call('DEL', pod, { config: config() });
    expect(answer, answer.stdout + answer.stderr).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await node.leftovers()).toEqual([]);
    expect(await readdir(multus)).toEqual(['results']);
    expect(await readdir(join(multus, 'results'))).toEqual([]);
    expect(await node.call('DEL', pod, { config: config() })).toMatchObject({ exitCode: 0 });
  });

  it('is detached even if its namespace is gone', async () => {
    const pod = await node.pod('old-gone');
    await attachedByMultus(pod);
    await pod.netns.remove();
    expect(await node.call('DEL', pod, { config: config(), netns: '' })).toMatchObject({ exitCode: 0 });
    expect(await node.leftovers()).toEqual([]);
  });

  it('is adopted into the journal if it cannot be undone, and a later DEL finishes', async () => {
    const pod = await node.pod('old-stuck');
    await attachedByMultus(pod);
    const failed = await node.call('DEL', pod, { config: config({ binDir: '/nowhere' }), path: ['/nowhere'] });
    expect(JSON.parse(failed.stdout)).toMatchObject({ msg: expect.stringContaining('net1 (default/storage)') });
    expect(await readdir(multus)).toEqual(['results']);
    expect(await node.call('DEL', pod, { config: config() })).toMatchObject({ exitCode: 0 });
    expect(await node.leftovers()).toEqual([]);
  });

  it("does not affect new pods, which start although Multus's readiness file was under /host", async () => {
    const kept = await keptFolder();
    const network = node.bridge('cluster', '10.245.0.0/24', { cniVersion: '0.4.0' });
    await kept.put('10-cluster.conflist', JSON.stringify({ cniVersion: '0.4.0', name: 'cluster', plugins: [network] }));
    const seen = '/host/etc/cni/net.d/10-cluster.conflist';
    const before = {
      cniVersion: '0.3.1',
      name: 'multus-cni-network',
      type: 'multus-shim',
      readinessindicatorfile: seen,
      clusterNetwork: seen,
    };
    await kept.put('00-multus.conf', JSON.stringify(before));
    kept.start();
    await waitFor('our configuration', async () => (await kept.files()).includes('00-plexus.conflist'));
    const { cniVersion, plugins } = JSON.parse(await kept.read('00-plexus.conflist')) as {
      cniVersion: string;
      plugins: [object];
    };
    const { delegates: _none, ...own } = node.config({ cniVersion, name: 'cluster', ...plugins[0] });
    const pod = await node.pod('ready');
    for (const command of ['ADD', 'DEL'])
      expect(await node.call(command, pod, { config: own })).toMatchObject({ exitCode: 0 });
    await kept.remove();
    expect(await node.leftovers()).toEqual([]);
  });

  it('does not affect new pods, which are attached and detached as usual', async () => {
    const pod = await node.pod('new');
    const answer = await node.call('ADD', pod, { config: config() });
    expect(answer, answer.stdout).toMatchObject({ exitCode: 0 });
    expect(await node.call('DEL', pod, { config: config() })).toMatchObject({ exitCode: 0 });
    expect(await node.leftovers()).toEqual([]);
  });
});
