import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type PodResourcesServer, startPodResources } from '../support/pod-resources-server.ts';
import { errorIn, useRecordingNode } from '../support/recording-node.ts';
import { recordingDelegate } from '../support/recording-delegate.ts';
import type { TestPod } from '../support/test-node.ts';

// Devices that kubelet allocated to the pod, as SR-IOV delegates receive them; the delegates only record their input.
const at = useRecordingNode();
const vf = 'vendor.example/vf';
const ib = 'vendor.example/ib_vf';
const kubeletDir = (): string => join(at().node.dir, 'kubelet');
const devinfo = (): string => join(at().node.dir, 'devinfo');
const more = (extra: object = {}) => ({ kubeletDir: kubeletDir(), deviceInfoDir: devinfo(), ...extra });

let kubelet: PodResourcesServer;
beforeAll(async () => {
  kubelet = await startPodResources(join(kubeletDir(), 'pod-resources/kubelet.sock'));
  for (const type of ['sriov', 'ib-sriov', 'host-device']) await recordingDelegate(at().delegates, type);
  const of = (resource: string) => ({ annotations: { 'k8s.v1.cni.cncf.io/resourceName': resource } });
  const network = (name: string, type: string, extra: object = {}) => ({ cniVersion: '1.0.0', name, type, ...extra });
  await at().node.nad(
    'fast',
    network('fast', 'sriov', { vlan: 100, capabilities: { deviceID: true, mac: true } }),
    of(vf),
  );
  await at().node.nad(
    'tuned',
    { cniVersion: '1.0.0', name: 'tuned', plugins: [{ type: 'sriov' }, { type: 'beta' }] },
    of(vf),
  );
  await at().node.nad('plain', network('plain', 'host-device'), of(vf));
  await at().node.nad('ib', network('ib', 'ib-sriov', { pkey: '0x1', capabilities: { infinibandGUID: true } }), of(ib));
  await at().node.nad('slow', network('slow', 'beta'));
});
afterEach(async () => {
  await kubelet.restart({
    pods: [],
    allocatable: [],
    get: 'served',
    exhausted: 0,
    unknown: 0,
    isSilent: false,
    status: undefined,
  });
  kubelet.calls.length = 0;
});
afterAll(() => kubelet.close());

const give = (name: string, ids: Readonly<Record<string, readonly string[]>>): void => {
  const devices = Object.entries(ids).map(([resource, list]) => ({ resource, ids: list }));
  kubelet.behave({ pods: [{ namespace: 'default', name, containers: [{ devices }] }] });
};
const add = async (pod: TestPod, extra: object = {}) => at().call('ADD', pod, more(extra));
/** Returns what each delegate but the default network's read at a command, without prevResult. */
const inputs = async (command: string): Promise<unknown[]> =>
  (await at().alpha.calls())
    .filter((call) => call.command === command && call.plugin !== 'alpha')
    .map(({ plugin, stdin: { prevResult: _answer, ...stdin } }) => ({ plugin, ...stdin }));
const ids = async (): Promise<unknown[]> =>
  (await inputs('ADD')).map((input) => (input as { deviceID?: string }).deviceID);

describe('the pod’s devices in the input of a delegate', () => {
  it('NPWG-118, NPWG-111: match the golden file for sriov, host-device and InfiniBand, and are the same at ADD, CHECK and DEL', async () => {
    give('all', { [vf]: ['0000:18:02.6', '0000:18:02.5', '0000:18:02.7', '0000:18:03.0'], [ib]: ['0000:3b:00.2'] });
    const asks = [
      { name: 'fast', mac: '02:00:00:00:00:64' },
      { name: 'tuned' },
      { name: 'plain', interface: 'hw0' },
      {
        name: 'ib',
        'infiniband-guid': '24:8a:07:03:00:8d:ae:2e',
        'cni-args': { 'mellanox.infiniband.app': 'configured' },
      },
    ];
    const pod = await at().node.pod('all', asks);
    expect(await add(pod)).toMatchObject({ exitCode: 0 });
    const added = await inputs('ADD');
    const text = JSON.stringify(added, null, 2)
      .replaceAll(devinfo(), '/var/run/k8s.cni.cncf.io/devinfo')
      .replaceAll(pod.containerId, 'CONTAINERID');
    await expect(`${text}\n`).toMatchFileSnapshot('../golden/device-inputs.txt');
    expect(await at().call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect((await inputs('DEL')).toSorted(byText)).toEqual(added.toSorted(byText));
  });

  it('NPWG-112 to NPWG-116, NPWG-120: have the device plugin’s information before the plugin runs, then in network-status until DEL', async () => {
    const info = { type: 'pci', version: '1.1.0', pci: { 'pci-address': '0000:18:02.5', 'rdma-device': 'mlx5_3' } };
    await mkdir(join(devinfo(), 'dp'), { recursive: true });
    await writeFile(join(devinfo(), 'dp/vendor.example-vf-0000:18:02.5-device.json'), JSON.stringify(info));
    give('informed', { [vf]: ['0000:18:02.5'] });
    const pod = await at().node.pod('informed', 'plain');
    expect(await add(pod)).toMatchObject({ exitCode: 0 });
    expect((await at().node.status(pod)).map((entry) => entry['device-info'])).toEqual([undefined, info]);
    expect(await readdir(join(devinfo(), 'cni'))).toHaveLength(1);
    expect(await at().call('DEL', pod, more())).toMatchObject({ exitCode: 0 });
    expect(await readdir(join(devinfo(), 'cni'))).toEqual([]);
    expect(await readdir(join(devinfo(), 'dp'))).toHaveLength(1);
  });

  it('K8S-09: are queried from kubelet once for all networks of a pod, and not for a pod without such networks', async () => {
    give('once', { [vf]: ['a', 'b', 'c'] });
    const pod = await at().node.pod('once', 'fast,plain,tuned');
    expect(await add(pod)).toMatchObject({ exitCode: 0 });
    expect([kubelet.calls, await ids()]).toEqual([['Get default/once'], ['a', 'b', 'c', 'c']]);
    await at().call('DEL', pod);
    const other = await at().node.pod('none', 'slow');
    expect(await add(other)).toMatchObject({ exitCode: 0 });
    await at().call('DEL', other);
    expect(kubelet.calls).toHaveLength(1);
  });

  it('are the same in the same order after ADD, DEL and ADD; DEL queries nothing', async () => {
    give('again', { [vf]: ['b', 'a'] });
    const pod = await at().node.pod('again', 'plain,fast');
    for (const _round of [1, 2]) {
      expect(await add(pod)).toMatchObject({ exitCode: 0 });
      kubelet.close();
      expect(await at().call('DEL', pod)).toMatchObject({ exitCode: 0 });
      await kubelet.restart();
    }
    expect(await ids()).toEqual(['a', 'b', 'a', 'b']);
    expect(kubelet.calls).toEqual(['Get default/again', 'Get default/again']);
  });

  it.each([
    { title: 'a kubelet without Get', behaviour: { get: 'missing' }, calls: /Get .*List|^List/ },
    { title: 'one that has Get disabled', behaviour: { get: 'disabled' }, calls: /Get .*List|^List/ },
    { title: 'one that limits its callers', behaviour: { exhausted: 2 }, calls: /Get/ },
    { title: 'one that does not know the pod yet', behaviour: { unknown: 1 }, calls: /Get/ },
  ] as const)('are found with $title', async ({ title, behaviour, calls }) => {
    const name = title.replaceAll(' ', '-').toLowerCase();
    await kubelet.restart(behaviour);
    give(name, { [vf]: ['x'] });
    const pod = await at().node.pod(name, 'plain');
    expect(await add(pod)).toMatchObject({ exitCode: 0 });
    expect([await ids(), kubelet.calls.join(' ')]).toEqual([['x'], expect.stringMatching(calls)]);
    await at().call('DEL', pod);
  });
});

describe('STATUS', () => {
  it('CNI-34: calls the plugin of a network in statusNetworks that uses a device, without querying kubelet', async () => {
    await at().node.nad(
      'told',
      { cniVersion: '1.1.0', name: 'told', type: 'sriov' },
      { annotations: { 'k8s.v1.cni.cncf.io/resourceName': vf } },
    );
    const call = { containerId: '', netns: { path: '' }, name: '', namespace: '', uid: '' } as TestPod;
    const answer = await at().node.call('STATUS', call, {
      config: at().config(more({ statusNetworks: ['default/told'] })),
      path: [at().delegates],
    });
    expect([answer.exitCode, answer.stdout]).toEqual([0, '']);
    expect((await at().alpha.calls()).map(({ plugin, command }) => `${command} ${plugin}`)).toEqual([
      'STATUS alpha',
      'STATUS sriov',
    ]);
    expect(kubelet.calls).toEqual([]);
  });
});

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

describe('a pod that cannot have its device is rejected before any plugin runs, with a fix', () => {
  const refused = async (name: string, networks: string, extra: object = {}) => {
    const pod = await at().node.pod(name, networks);
    const answer = await add(pod, extra);
    expect([answer.exitCode, await at().steps()]).toEqual([1, []]);
    await at().call('DEL', pod);
    return errorIn(answer.stdout);
  };

  it('if it was allocated none', async () => {
    kubelet.behave({ pods: [], allocatable: [{ resource: vf, ids: ['a'] }] });
    expect(await refused('forgot', 'fast')).toMatchObject({
      code: 7,
      msg: expect.stringContaining(
        'PLX-DEVICE-MISSING: network default/fast requires a device of resource vendor.example/vf, but kubelet allocated none to the pod.',
      ) as unknown,
    });
  });
  it('05: but not for a resource that no device plugin of the node serves', async () => {
    kubelet.behave({ pods: [], allocatable: [{ resource: 'devices.kubevirt.io/kvm', ids: ['kvm1'] }] });
    const pod = await at().node.pod('marked', 'fast');
    expect(await add(pod)).toMatchObject({ exitCode: 0 });
    expect(await ids()).toEqual([undefined]);
    await at().call('DEL', pod);
  });
  it('if it has fewer devices than networks', async () => {
    give('fewer', { [vf]: ['a'] });
    expect(await refused('fewer', 'fast,plain')).toMatchObject({
      code: 7,
      msg: expect.stringContaining(
        'PLX-DEVICE-MISSING: network default/plain requires a device of resource vendor.example/vf, but the pod has only 1',
      ) as unknown,
    });
  });
  it('if kubelet rejects the query', async () => {
    kubelet.behave({ status: 7 });
    const { code, msg } = await refused('refused', 'fast');
    expect([code, msg]).toEqual([
      11,
      expect.stringMatching(/PLX-KUBELET-UNAVAILABLE: .*kubelet\/pod-resources\/kubelet.sock: .*PERMISSION_DENIED/),
    ]);
  });
  it('if kubelet’s socket does not exist', async () => {
    const { code, msg } = await refused('nowhere', 'fast', { kubeletDir: '/nowhere' });
    expect([code, msg]).toEqual([
      11,
      expect.stringMatching(
        /PLX-KUBELET-UNAVAILABLE: .*\/nowhere\/pod-resources\/kubelet.sock: it does not exist.*kubeletDir/,
      ),
    ]);
  });
  it("K8S-07: but not if kubelet's checkpoint file has the device", async () => {
    const dir = join(at().node.dir, 'other-kubelet');
    await mkdir(join(dir, 'device-plugins'), { recursive: true });
    const entry = { PodUID: 'uid-by-checkpoint', ContainerName: 'main', ResourceName: vf, DeviceIDs: { '0': ['c1'] } };
    await writeFile(
      join(dir, 'device-plugins/kubelet_internal_checkpoint'),
      JSON.stringify({ Data: { PodDeviceEntries: [entry] } }),
    );
    const pod = await at().node.pod('by-checkpoint', 'plain');
    expect(await add(pod, { kubeletDir: dir })).toMatchObject({ exitCode: 0 });
    expect(await ids()).toEqual(['c1']);
    await at().call('DEL', pod);
    await rm(dir, { recursive: true });
  });
  it.skipIf(!existsSync('/sys/bus/pci/devices/0000:00:00.0'))(
    'if the device has disappeared: the plugin’s error is the cause, and what ran is undone',
    async () => {
      give('gone', { [vf]: ['0000:fe:1f.7'] });
      const beta = await recordingDelegate(at().delegates, 'broken');
      await beta.set({
        ADD: { exitCode: 1, stdout: '{"cniVersion":"1.0.0","code":100,"msg":"lookup failed: pfname"}' },
      });
      await at().node.nad(
        'broken',
        { cniVersion: '1.0.0', name: 'broken', type: 'broken' },
        { annotations: { 'k8s.v1.cni.cncf.io/resourceName': vf } },
      );
      const pod = await at().node.pod('gone', 'broken');
      const answer = await add(pod);
      expect(errorIn(answer.stdout)).toMatchObject({
        msg: expect.stringContaining(
          'PLX-DEVICE-GONE: device 0000:fe:1f.7 of network default/broken is allocated to the pod but is no longer present on this node',
        ) as unknown,
        details: expect.stringContaining('lookup failed: pfname') as unknown,
      });
      await at().call('DEL', pod);
    },
  );
  it('but is attached without it and a warning with missingDevice: ignore, as in Multus', async () => {
    kubelet.behave({ pods: [], allocatable: [{ resource: vf, ids: ['a'] }] });
    const pod = await at().node.pod('ignored', 'plain');
    const answer = await add(pod, { missingDevice: 'ignore', logLevel: 'warn' });
    expect([answer.exitCode, await ids(), answer.stderr]).toEqual([
      0,
      [undefined],
      expect.stringContaining('Plexus attaches the network without a device'),
    ]);
    await at().call('DEL', pod);
  });
});
