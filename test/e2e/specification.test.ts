import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordingDelegate } from '../support/recording-delegate.ts';
import { chain, errorIn, useRecordingNode } from '../support/recording-node.ts';
import { type TestPod, engineUnderTest } from '../support/test-node.ts';

const at = useRecordingNode();
const nodeCall = (command: string, more: object) =>
  at().node.call(command, { containerId: '', netns: { path: '' }, name: '', namespace: '', uid: '' } as TestPod, {
    config: at().config(more),
    path: [at().delegates],
  });

describe('the result for the runtime', () => {
  it('CNI-15, CNI-23, CNI-24: is that of the default network alone, in the caller’s version, with the sandbox', async () => {
    const pod = await at().node.pod('result', 'two,two');
    const { stdout } = await at().call('ADD', pod, { cniVersion: '0.3.1' });
    expect(JSON.parse(stdout)).toEqual({
      cniVersion: '0.3.1',
      interfaces: [{ name: 'eth0', sandbox: pod.netns.path }],
      ips: [{ version: '4', address: '10.0.0.5/24', interface: 0 }],
      dns: {},
    });
    await at().call('DEL', pod);
  });
  it('K8S-56: omits an index without an interface, which containerd cannot handle', async () => {
    const answer = {
      cniVersion: '1.1.0',
      interfaces: [{ name: 'eth0', sandbox: '/n' }],
      ips: [
        { address: '10.0.0.5/24', interface: -1 },
        { address: '10.0.0.6/24', interface: 1 },
      ],
    };
    await at().alpha.set({ ADD: { stdout: JSON.stringify(answer) } });
    const pod = await at().node.pod('odd-index');
    const { stdout } = await at().call('ADD', pod);
    expect(JSON.parse(stdout)).toMatchObject({ ips: [{ address: '10.0.0.5/24' }, { address: '10.0.0.6/24' }] });
    expect(stdout).not.toContain('"interface":');
    await at().call('DEL', pod);
  });
});

describe('the order of plugins', () => {
  it('NPWG-100: is sequential: no two plugins of one pod run at the same time', async () => {
    const pod = await at().node.pod('one-by-one', 'two,two,two');
    await at().call('ADD', pod);
    await at().call('DEL', pod);
    const spans = (await at().alpha.spans()).toSorted((a, b) => a.start - b.start);
    expect(spans).toHaveLength(14);
    for (const [index, { start }] of spans.slice(1).entries())
      expect(start).toBeGreaterThanOrEqual(spans[index]?.end ?? Number.NaN);
  });
  it("NPWG-04, NPWG-87, NPWG-90: is the default network, then the annotation's order, and within a list the list's; the status has the same order", async () => {
    await at().node.nad('three', chain('three', 'beta', 'gamma', 'beta'));
    const pod = await at().node.pod('ordered', 'three@x,two,three@y');
    await at().call('ADD', pod);
    expect(await at().steps()).toEqual([
      'ADD alpha eth0',
      'ADD beta x',
      'ADD gamma x',
      'ADD beta x',
      'ADD beta net2',
      'ADD gamma net2',
      'ADD beta y',
      'ADD gamma y',
      'ADD beta y',
    ]);
    expect((await at().node.status(pod)).map((status) => status.interface)).toEqual(['eth0', 'x', 'net2', 'y']);
    await at().call('DEL', pod);
  });
});

describe('where networks and plugins are found', () => {
  it('NPWG-03, NPWG-06, NPWG-08: a NAD without spec.config is a file of that name, a list before a single configuration', async () => {
    const name = 'n'.repeat(64);
    await mkdir(join(at().node.dir, 'conf'), { recursive: true });
    await writeFile(
      join(at().node.dir, 'conf/10-x.conf'),
      JSON.stringify({ cniVersion: '1.0.0', name, type: 'no-such-plugin' }),
    );
    await writeFile(join(at().node.dir, 'conf/20-x.conflist'), JSON.stringify(chain(name, 'gamma')));
    await writeFile(join(at().node.dir, 'conf/00-bad.conf'), '{'); // NPWG-11
    await at().node.nad(name, undefined);
    const pod = await at().node.pod('from-file', name);
    expect(await at().call('ADD', pod)).toMatchObject({ exitCode: 0 });
    expect(await at().steps()).toEqual(['ADD alpha eth0', 'ADD gamma net1']);
    await at().call('DEL', pod);
  });
  it('K8S-34, CNI-47: a plugin is found in any folder of CNI_PATH; the error names the folders', async () => {
    const second = join(at().node.dir, 'second');
    await mkdir(second);
    await recordingDelegate(second, 'delta');
    await at().node.nad('far', chain('far', 'delta'));
    const pod = await at().node.pod('second-folder', 'far');
    const missing = await at().call('ADD', pod);
    expect(errorIn(missing.stdout).msg).toContain(`CNI plugin "delta" is missing in ${at().delegates}`);
    expect(await at().node.call('ADD', pod, { config: at().config(), path: [at().delegates, second] })).toMatchObject({
      exitCode: 0,
    });
    await at().node.call('DEL', pod, { config: at().config(), path: [at().delegates, second] });
    expect(await at().node.leftovers()).toEqual([]);
  });
  it('CNI-78, NPWG-71: a single chained plugin runs unchanged, and its empty result has a status', async () => {
    await at().beta.set({ ADD: { stdout: '{"cniVersion":"1.0.0"}' } });
    await at().node.nad('alone', { cniVersion: '1.0.0', type: 'beta' });
    const pod = await at().node.pod('alone', 'alone');
    expect(await at().call('ADD', pod)).toMatchObject({ exitCode: 0 });
    expect((await at().node.status(pod))[1]).toEqual({
      name: 'default/alone',
      interface: 'net1',
      default: false,
      dns: {},
    });
    await at().call('DEL', pod);
  });
});

describe('CHECK', () => {
  it('CNI-30: fails with the name of a missing interface', async () => {
    const pod = await at().node.pod('link-gone', 'two');
    for (const link of ['eth0', 'net1']) {
      await pod.netns.exec(['ip', 'link', 'add', `${link}-later`, 'type', 'veth', 'peer', 'name', `${link}-peer`]);
    }
    const made = (name: string): string =>
      JSON.stringify({ cniVersion: '1.0.0', interfaces: [{ name, sandbox: pod.netns.path }] });
    await at().alpha.set({ ADD: { stdout: made('eth0') } });
    await at().beta.set({ ADD: { stdout: made('net1') } });
    await at().call('ADD', pod);
    // what real plugins would have created
    for (const link of ['eth0', 'net1']) await pod.netns.exec(['ip', 'link', 'set', `${link}-later`, 'name', link]);
    expect(await at().call('CHECK', pod)).toMatchObject({ exitCode: 0, stdout: '' });
    await pod.netns.exec(['ip', 'link', 'delete', 'net1']);
    const error = errorIn((await at().call('CHECK', pod)).stdout);
    expect(error.msg).toContain('PLX-CHECK-FAILED: CHECK failed: net1 (default/two): interface net1 is gone');
    await at().call('DEL', pod);
  });
  it('CNI-31: skips a delegate whose version has no CHECK', async () => {
    await at().node.nad('old', { cniVersion: '0.3.1', name: 'old', type: 'beta' });
    const pod = await at().node.pod('old-delegate', 'old');
    await at().beta.set({ ADD: { stdout: '{"cniVersion":"0.3.1"}' } });
    await at().alpha.set({ ADD: { stdout: '{"cniVersion":"1.1.0"}' } });
    await at().call('ADD', pod);
    await at().alpha.forget();
    expect(await at().call('CHECK', pod)).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await at().steps()).toEqual(['CHECK alpha eth0']);
    await at().call('DEL', pod);
  });
});

describe('STATUS and GC', () => {
  it('CNI-35: a failing STATUS does not prevent an ADD', async () => {
    await at().alpha.set({ STATUS: { exitCode: 1, stdout: '{"code":50,"msg":"no"}' } });
    expect(errorIn((await nodeCall('STATUS', {})).stdout).code).toBe(50);
    const pod = await at().node.pod('after-status');
    expect(await at().call('ADD', pod)).toMatchObject({ exitCode: 0 });
    await at().call('DEL', pod);
  });
  // the daemon's own configuration names the API server
  it.skipIf(engineUnderTest === 'daemon')(
    'K8S-67: an unavailable API server does not make the node unready',
    async () => {
      const kubeconfig = join(at().node.dir, 'away');
      const user = { name: 'u', user: { token: 't' } };
      const clusters = [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }];
      await writeFile(
        kubeconfig,
        JSON.stringify({
          'current-context': 'x',
          contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
          clusters,
          users: [user],
        }),
      );
      const more = {
        manifestsDir: undefined,
        kubeconfig,
        delegates: [],
        clusterNetwork: 'some-nad',
        deadlines: { statusSeconds: 1 },
      };
      expect(await nodeCall('STATUS', more)).toMatchObject({ exitCode: 0, stdout: '' });
    },
  );
  it('CNI-40, CNI-73: GC works without namespaces, and for container IDs with the same prefix', async () => {
    const pods = await Promise.all(['gc-a', 'gc-a-b'].map((name) => at().node.pod(name, 'two')));
    const [kept, stale] = pods.map((pod, index) => ({ ...pod, containerId: ['a', 'a-b'][index] ?? '' }));
    if (kept === undefined || stale === undefined) throw new Error('two pods');
    for (const pod of [kept, stale]) await at().call('ADD', pod);
    for (const pod of [kept, stale]) await pod.netns.remove();
    expect(await nodeCall('GC', { 'cni.dev/valid-attachments': [{ containerID: 'a', ifname: 'eth0' }] })).toMatchObject(
      { exitCode: 0, stdout: '' },
    );
    expect(await at().node.leftovers()).toEqual(['state/journal/a@eth0.json']);
    await at().call('DEL', kept);
  });
});
