import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chain, errorIn, useRecordingNode } from '../support/recording-node.ts';
import { startCall } from '../support/running-call.ts';
import type { TestPod } from '../support/test-node.ts';

const at = useRecordingNode();

describe('STATUS and GC', () => {
  const nodeCall = (command: string, more: object) =>
    at().node.call(command, { containerId: '', netns: { path: '' }, name: '', namespace: '', uid: '' } as TestPod, {
      config: at().config(more),
      path: [at().delegates],
    });

  it('CNI-34: STATUS calls the default network and returns its code', async () => {
    expect(await nodeCall('STATUS', {})).toMatchObject({ exitCode: 0, stdout: '' });
    await at().alpha.set({ STATUS: { exitCode: 1, stdout: '{"code":51,"msg":"limited"}' } });
    expect(errorIn((await nodeCall('STATUS', {})).stdout)).toMatchObject({ code: 51 });
  });

  it('CNI-34: STATUS also calls every plugin of statusNetworks and returns their code, 50 or 51', async () => {
    const calls = async (): Promise<readonly string[]> =>
      (await at().alpha.calls()).map(({ plugin, command }) => `${command} ${plugin}`);
    expect(await nodeCall('STATUS', { statusNetworks: ['default/two'] })).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await calls()).toEqual(['STATUS alpha', 'STATUS beta', 'STATUS gamma']);
    for (const code of [50, 51]) {
      await at().beta.set({ STATUS: { exitCode: 1, stdout: `{"code":${code},"msg":"the uplink is down"}` } });
      const error = errorIn((await nodeCall('STATUS', { statusNetworks: ['default/two'] })).stdout);
      expect(error).toMatchObject({ code, msg: expect.stringContaining('the uplink is down') as string });
      expect(error.details).toContain('default/two');
    }
    expect(await nodeCall('STATUS', {}), 'without the setting it is none of the node’s').toMatchObject({ exitCode: 0 });
    expect(errorIn((await nodeCall('STATUS', { statusNetworks: ['default/none'] })).stdout)).toMatchObject({
      code: 50,
      msg: expect.stringMatching(/^PLX-STATUS-NOT-READY: .*PLX-NAD-NOT-FOUND/),
    });
    expect(errorIn((await nodeCall('STATUS', { statusNetworks: ['none'] })).stdout)).toMatchObject({ code: 7 });
  });

  it('CNI-37, CNI-38: GC undoes sandboxes that are not in the list and passes the others on under each network’s own interface names', async () => {
    const [kept, stale] = [await at().node.pod('kept', 'two'), await at().node.pod('stale', 'two')];
    for (const pod of [kept, stale]) expect(await at().call('ADD', pod)).toMatchObject({ exitCode: 0 });
    await at().alpha.forget();
    expect(
      await nodeCall('GC', { 'cni.dev/valid-attachments': [{ containerID: kept.containerId, ifname: 'eth0' }] }),
    ).toMatchObject({
      exitCode: 0,
      stdout: '',
    });
    const calls = await at().alpha.calls();
    expect(
      calls
        .filter(({ command }) => command === 'DEL')
        .map(({ plugin, env }) => `${plugin} ${env['CNI_CONTAINERID'] === stale.containerId}`),
    ).toEqual(['gamma true', 'beta true', 'alpha true']);
    const passedOn = calls
      .filter(({ command }) => command === 'GC')
      .map(({ plugin, stdin }) => [plugin, stdin['cni.dev/valid-attachments']]);
    const attached = (ifname: string): object[] => [{ containerID: kept.containerId, ifname }];
    expect(passedOn).toEqual([
      ['alpha', attached('eth0')],
      ['beta', attached('net1')],
      ['gamma', attached('net1')],
    ]);
    await at().call('DEL', kept);
    expect(await at().node.leftovers()).toEqual([]);
  });

  it('CNI-39: GC removes nothing without a list', async () => {
    const pod = await at().node.pod('listless');
    await at().call('ADD', pod);
    await at().alpha.forget();
    expect(await nodeCall('GC', {})).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await at().alpha.calls()).toEqual([]);
    await at().call('DEL', pod);
  });
});

describe('the default network', () => {
  it('NPWG-94, K8S-69: is awaited by ADD through its readiness file; ADD fails with code 11 if the file does not appear', async () => {
    const readinessindicatorfile = join(at().node.dir, 'ready');
    const pod = await at().node.pod('early');
    const late = await at().call('ADD', pod, { readinessindicatorfile, deadlines: { readinessSeconds: 0 } });
    expect(errorIn(late.stdout)).toMatchObject({ code: 11, msg: expect.stringContaining('PLX-NOT-READY') });
    const waiting = await startCall(at(), 'ADD', pod, { readinessindicatorfile, deadlines: { readinessSeconds: 20 } });
    await writeFile(readinessindicatorfile, '');
    expect(await waiting.ended).toMatchObject({ exitCode: 0 });
    await at().call('DEL', pod);
  });

  it('NPWG-91: is replaced for one pod by v1.multus-cni.io/default-network', async () => {
    await at().node.nad('special', chain('special', 'gamma'), { namespace: 'kube-system' });
    const pod = await at().node.pod('special', undefined, { 'v1.multus-cni.io/default-network': 'special' });
    await at().call('ADD', pod);
    expect(await at().steps()).toEqual(['ADD gamma eth0']);
    expect(await at().node.status(pod)).toMatchObject([
      { name: 'kube-system/special', interface: 'eth0', default: true },
    ]);
    await at().call('DEL', pod);
  });

  it.each([
    { title: 'a file', clusterNetwork: (): string => join(at().node.dir, 'conf/10-x.conflist') },
    { title: 'a folder', clusterNetwork: (): string => `${join(at().node.dir, 'conf')}/` },
    { title: 'the name of a file in confDir', clusterNetwork: (): string => 'from-file' },
    { title: 'the name of a NAD in multusNamespace', clusterNetwork: (): string => 'cluster-nad' },
  ])('may be $title in clusterNetwork, followed by defaultNetworks', async ({ title, clusterNetwork }) => {
    await mkdir(join(at().node.dir, 'conf/from-file'), { recursive: true });
    await writeFile(join(at().node.dir, 'conf/10-x.conflist'), JSON.stringify(chain('from-file', 'alpha')));
    await writeFile(join(at().node.dir, 'conf/from-file/10-more.conf'), '{"type":"beta"}'); // CNI-45: chained by folder
    await at().node.nad('cluster-nad', chain('cluster-nad', 'alpha', 'beta'), { namespace: 'kube-system' });
    await at().node.nad('further', chain('further', 'gamma'), { namespace: 'kube-system' });
    const pod = await at().node.pod(`cluster-network-${title.replaceAll(/\W+/g, '-').toLowerCase()}`, 'two');
    const more = { delegates: [], clusterNetwork: clusterNetwork(), defaultNetworks: ['further'] };
    expect(await at().call('ADD', pod, more)).toMatchObject({ exitCode: 0 });
    expect(await at().steps()).toEqual([
      'ADD alpha eth0',
      'ADD beta eth0',
      'ADD gamma net1',
      'ADD beta net2',
      'ADD gamma net2',
    ]);
    await at().call('DEL', pod, more);
    expect(await at().node.leftovers()).toEqual([]);
  });
});
