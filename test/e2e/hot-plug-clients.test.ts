import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callCni } from '../support/cni-runtime.ts';
import { configAsRuntime } from '../support/config-as-runtime.ts';
import { shim } from '../support/daemon.ts';
import { type HotPlugNode, createHotPlugNode } from '../support/hot-plug-node.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { type PodResourcesServer, startPodResources } from '../support/pod-resources-server.ts';
import type { TestPod } from '../support/test-node.ts';

// What clients of multus-dynamic-networks-controller need: the defects of that controller, each as a test, and the
// hot-plug cases of its own suite and of KubeVirt's, restated.
let at: HotPlugNode;
let folder: string;
let kubelet: PodResourcesServer;
const leases = (subnet: string): object => ({
  type: 'host-local',
  dataDir: join(at.cluster.node.dir, 'leases'),
  ranges: [[{ subnet }]],
});
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plexus-kubelet-'));
  kubelet = await startPodResources(join(folder, 'pod-resources/kubelet.sock'));
  at = await createHotPlugNode({ flags: { 'kubelet-dir': folder, 'namespace-isolation': 'true' } });
  const { node, nad, api } = at.cluster;
  nad('a', node.bridge('a', '10.1.0.0/24'));
  nad('b', node.bridge('b', '10.2.0.0/24'));
  nad('asked', { ...node.bridge('asked', '10.3.0.0/24'), capabilities: { ips: true } });
  nad('broken', {
    cniVersion: '1.0.0',
    name: 'broken',
    plugins: [
      { type: 'bridge', bridge: 'broken', ipam: leases('10.4.0.0/24') },
      { type: 'tuning', sysctl: { 'net.absent': '1' } },
    ],
  });
  nad('layer2', {
    cniVersion: '1.0.0',
    name: 'layer2',
    type: 'bridge',
    bridge: 'layer2',
    capabilities: { mac: true },
  });
  nad('tenant', { cniVersion: '0.3.0', plugins: [{ type: 'macvlan', master: 'eth1', mode: 'bridge' }] });
  nad('tenant-static', {
    cniVersion: '0.3.0',
    name: 'tenant-static',
    plugins: [
      { type: 'macvlan', master: 'eth1', mode: 'bridge', capabilities: { ips: true }, ipam: { type: 'static' } },
      { type: 'tuning', capabilities: { mac: true } },
    ],
  });
  api.put('network-attachment-definitions', {
    metadata: {
      name: 'vf',
      namespace: 'default',
      annotations: { 'k8s.v1.cni.cncf.io/resourceName': 'vendor.example/vf' },
    },
    spec: { config: JSON.stringify({ cniVersion: '1.0.0', name: 'vf', type: 'host-device' }) },
  });
});
afterAll(async () => {
  await at?.remove();
  kubelet?.close();
  await rm(folder, { recursive: true });
});

/** "net1 default/a" for each additional interface of network-status, in its order. */
const additional = (pod: Pick<TestPod, 'name'>): readonly string[] =>
  at
    .statusOf(pod)
    .slice(1)
    .map((each) => each.split(' ').slice(0, 2).join(' '));
const attachmentsOf = async (pod: TestPod) => (await at.record(pod))?.attachments ?? [];
const entryOf = (name: string, interfaceName: string) =>
  at.cluster.status(name)?.find((each) => each['interface'] === interfaceName);
const isReachable = (from: TestPod, address: string): Promise<boolean> =>
  from.netns.exec(['ping', '-c', '1', '-W', '5', address]).then(
    () => true,
    () => false,
  );

describe('defects of multus-dynamic-networks-controller', () => {
  it('an element without an interface name is attached once, however often the annotation is written', async () => {
    const pod = await at.livePod('unnamed');
    await at.follow(pod, 'a');
    const first = await attachmentsOf(pod);
    await at.follow(pod, [{ name: 'a', namespace: 'default' }]);
    await at.follow(pod, ' a ');
    expect(await attachmentsOf(pod)).toEqual(first);
    expect(additional(pod)).toEqual(['net1 default/a']);
    await at.end(pod);
  });

  it('an interface name moves to another network although the old interface exists', async () => {
    const pod = await at.livePod('moves', 'a@x');
    await at.follow(pod, 'b@x');
    expect(await at.interfacesOf(pod)).toEqual(['eth0 10.244.0.x', 'x 10.2.0.x']);
    expect(additional(pod)).toEqual(['x default/b']);
    await at.end(pod);
  });

  it('network-status lists exactly the interfaces that exist if one network of a change fails', async () => {
    const pod = await at.livePod('partly', 'a');
    at.annotate(pod, 'broken,b,vf@x');
    const { message } = await at.condition(pod, 'False', /broken/);
    expect(message).toMatch(/default\/vf \(x\): PLX-SPARE-DEVICE-MISSING/);
    expect(message).toMatch(/default\/broken \(net2\): PLX-PLUGIN-FAILED/);
    expect(additional(pod)).toEqual(['net3 default/b']);
    at.annotate(pod, 'b');
    await at.inSync(pod);
    expect(await at.interfacesOf(pod)).toEqual(['eth0 10.244.0.x', 'net3 10.2.0.x']);
    await at.end(pod);
  });

  it('the end of a pod releases the addresses and interfaces of networks that it gained', async () => {
    const pod = await at.livePod('leaks');
    await at.follow(pod, 'a,b');
    expect(await at.interfacesOf(pod)).toHaveLength(3);
    at.cluster.api.remove('pods', 'default', 'leaks');
    at.cluster.api.remove('network-attachment-definitions', 'default', 'b');
    await at.end(pod);
    at.cluster.nad('b', at.cluster.node.bridge('b', '10.2.0.0/24'));
  });

  it('a network whose NAD was deleted is detached, and so is one whose requests only its record contains', async () => {
    const { node, nad, api } = at.cluster;
    nad('brief', { ...node.bridge('brief', '10.5.0.0/24'), capabilities: { ips: true } });
    const pod = await at.livePod('brief');
    await at.follow(pod, [{ name: 'brief', ips: ['10.5.0.77/24'] }, { name: 'a' }]);
    expect(entryOf('brief', 'net1')).toMatchObject({ ips: ['10.5.0.77'] });
    api.remove('network-attachment-definitions', 'default', 'brief');
    await at.follow(pod, 'a');
    expect(await at.interfacesOf(pod)).toEqual(['eth0 10.244.0.x', 'net2 10.1.0.x']);
    await at.end(pod);
  });

  it('network-status has the order of the annotation, whatever was attached first', async () => {
    const pod = await at.livePod('order', 'a@z');
    await at.follow(pod, 'b@y,tenant@x,a@z,asked@w');
    expect(additional(pod)).toEqual(['y default/b', 'x default/tenant', 'z default/a', 'w default/asked']);
    await at.follow(pod, 'asked@w,a@z,tenant@x,b@y');
    expect(additional(pod)).toEqual(['w default/asked', 'z default/a', 'x default/tenant', 'y default/b']);
    await at.end(pod);
  });

  it('a network of another namespace is refused where namespaceIsolation is on', async () => {
    const pod = await at.livePod('isolated');
    at.annotate(pod, 'kube-system/a,b');
    expect((await at.condition(pod, 'False')).message).toMatch(/kube-system\/a: PLX-NAMESPACE-REFUSED/);
    expect(additional(pod)).toEqual(['net2 default/b']);
    expect(await at.interfacesOf(pod)).toEqual(['eth0 10.244.0.x', 'net2 10.2.0.x']);
    await at.end(pod);
  });
});

describe("cases of that controller's own suite", () => {
  it('a pod gains and loses an interface without addresses, beside one that it started with', async () => {
    const pod = await at.livePod('tenant', 'tenant@net1');
    await at.follow(pod, 'tenant@net1,tenant@ens58');
    expect(additional(pod)).toEqual(['net1 default/tenant', 'ens58 default/tenant']);
    expect(entryOf('tenant', 'ens58')).not.toHaveProperty('ips');
    await at.follow(pod, 'tenant@ens58');
    expect(additional(pod)).toEqual(['ens58 default/tenant']);
    await at.follow(pod, '[]');
    expect(additional(pod)).toEqual([]);
    await at.end(pod);
  });

  it('a pod that has only the default network gains an interface with the address and MAC that it requests', async () => {
    const pod = await at.livePod('only-default');
    const requests = { name: 'tenant-static', namespace: 'default', interface: 'ens202' };
    await at.follow(pod, [{ ...requests, ips: ['10.10.10.111/24'], mac: '02:03:04:05:06:07' }]);
    expect(entryOf('only-default', 'ens202')).toMatchObject({
      name: 'default/tenant-static',
      ips: ['10.10.10.111'],
      mac: '02:03:04:05:06:07',
    });
    await at.follow(pod, '[]');
    expect(additional(pod)).toEqual([]);
    await at.end(pod);
  });
});

// KubeVirt names interfaces "pod" and eleven digits of a hash; virtual machines of earlier versions have net1, net2 …
const [first, second] = ['pod37a8eec1ce1', 'pod1b4f0e98519'] as const;
const element = (name: string, link: string, more: object = {}): object => ({
  name,
  namespace: 'default',
  interface: link,
  ...more,
});

describe('hot-plug cases of KubeVirt', () => {
  it('a virt-launcher pod gains networks, renames their links, and loses them one after the other', async () => {
    const vm = await at.livePod('virt-launcher-vm');
    const one = element('layer2', first, { mac: '02:00:00:00:00:a1' });
    await at.follow(vm, [one]);
    expect(entryOf('virt-launcher-vm', first)).toMatchObject({
      name: 'default/layer2',
      mac: '02:00:00:00:00:a1',
    });
    // as virt-handler: the link becomes the port of a bridge, and another kind of link gets its name
    const inside = (...words: readonly string[]) => vm.netns.exec(['ip', 'link', ...words]);
    const plumb = async (link: string): Promise<void> => {
      await inside('set', link, 'down');
      await inside('set', link, 'name', `${link.slice(0, 10)}-nic`);
      await inside('add', `k6t-${link.slice(0, 10)}`, 'type', 'bridge');
      await inside('set', `${link.slice(0, 10)}-nic`, 'master', `k6t-${link.slice(0, 10)}`, 'up');
      await inside('add', link, 'type', 'bridge');
    };
    await plumb(first);
    const before = await attachmentsOf(vm);
    // the second network of the same NAD, before the first, as virt-controller orders it
    await at.follow(vm, [element('layer2', second), one]);
    expect(additional(vm)).toEqual([`${second} default/layer2`, `${first} default/layer2`]);
    expect((await attachmentsOf(vm)).slice(0, 2)).toEqual(before);
    await plumb(second);
    await at.follow(vm, [one]);
    expect(additional(vm)).toEqual([`${first} default/layer2`]);
    await at.follow(vm, []);
    expect(additional(vm)).toEqual([]);
    expect(await at.condition(vm, 'True')).toMatchObject({ reason: 'InSync' });
    expect(await at.cluster.call('DEL', vm)).toMatchObject({ exitCode: 0 });
    expect(await at.record(vm)).toBeUndefined();
  });

  it('the target pod of a migration starts with the plugged networks while the source still has them', async () => {
    const networks = [element('layer2', first, { mac: '02:00:00:00:00:a2' }), element('b', 'net1')];
    const source = await at.livePod('virt-launcher-source', JSON.stringify(networks.slice(1)));
    await at.follow(source, networks);
    const target = await at.livePod('virt-launcher-target', JSON.stringify(networks));
    for (const { name } of [source, target]) {
      expect(additional({ name })).toEqual([`${first} default/layer2`, 'net1 default/b']);
      expect(entryOf(name, first)).toMatchObject({ mac: '02:00:00:00:00:a2' });
    }
    await at.end(source);
    expect(await at.cluster.call('CHECK', target)).toMatchObject({ exitCode: 0 });
    const links = (await target.netns.ipJson(['link'])) as readonly { readonly ifname: string }[];
    expect(links.map(({ ifname }) => ifname).toSorted()).toEqual(['eth0', 'lo', 'net1', first]);
    await at.end(target);
  });

  it('reaches another pod over a network that it gained, and over the one that replaces it', async () => {
    const [vm, onA, onB] = [await at.livePod('vm'), await at.livePod('peer-a', 'a'), await at.livePod('peer-b', 'b')];
    const addressOf = (name: string): string => ((entryOf(name, 'net1') ?? {}) as { ips?: string[] }).ips?.[0] ?? '';
    await at.follow(vm, [element('a', first)]);
    expect(await isReachable(vm, addressOf('peer-a'))).toBe(true);
    expect(await isReachable(vm, addressOf('peer-b'))).toBe(false);
    await at.follow(vm, [element('b', first)]);
    expect(entryOf('vm', first)).toMatchObject({ name: 'default/b' });
    expect(await isReachable(vm, addressOf('peer-b'))).toBe(true);
    for (const pod of [vm, onA, onB]) await at.end(pod);
  });

  it('an SR-IOV network is refused with the reason, because no device can be allocated to a running pod', async () => {
    const vm = await at.livePod('virt-launcher-sriov', 'a');
    at.annotate(vm, [element('a', 'net1'), element('vf', first)]);
    const { message, reason } = await at.condition(vm, 'False');
    expect(reason).toBe('Refused');
    expect(message).toMatch(/default\/vf \(pod37a8eec1ce1\): PLX-SPARE-DEVICE-MISSING/);
    expect(await at.interfacesOf(vm)).toEqual(['eth0 10.244.0.x', 'net1 10.1.0.x']);
    await at.end(vm);
  });

  it('an unnamed element of a binding plugin keeps its interface when others come and go', async () => {
    const binding = { name: 'b', namespace: 'default', 'cni-args': { logicNetworkName: 'passt' } };
    const vm = await at.livePod('virt-launcher-binding', JSON.stringify([binding]));
    const before = await attachmentsOf(vm);
    await at.follow(vm, [element('a', first), binding]);
    expect(additional(vm)).toEqual([`${first} default/a`, 'net1 default/b']);
    expect((await attachmentsOf(vm)).slice(0, 2)).toEqual(before);
    await at.follow(vm, [binding]);
    expect(await at.interfacesOf(vm)).toEqual(['eth0 10.244.0.x', 'net1 10.2.0.x']);
    await at.end(vm);
  });
});

describe('a network that a running pod gained', () => {
  it('stays when the runtime, which does not know it, calls GC; CHECK reports it once its interface is gone', async () => {
    const pod = await at.livePod('checked');
    await at.follow(pod, 'a');
    const config = {
      ...configAsRuntime(await at.cluster.conflist(), {}),
      cniVersion: '1.1.0',
      'cni.dev/valid-attachments': [{ containerID: pod.containerId, ifname: 'eth0' }],
    };
    const answer = await callCni({
      executable: shim,
      command: 'GC',
      config,
      path: [await pluginsDir()],
      nodeNetns: at.cluster.node.netns.path,
      env: { PLEXUS_SOCKET: join(at.cluster.node.dir, 'run/plexus.sock') },
    });
    expect(answer).toMatchObject({ exitCode: 0 });
    expect(await at.interfacesOf(pod)).toEqual(['eth0 10.244.0.x', 'net1 10.1.0.x']);
    await pod.netns.exec(['ip', 'link', 'del', 'net1']);
    const found = await at.cluster.call('CHECK', pod);
    expect(found.exitCode).not.toBe(0);
    expect(found.stdout).toContain('net1');
    await at.end(pod);
  });

  it('is refused by its plugin if another pod has the requested address, and nothing else changes', async () => {
    const requests = { name: 'asked', ips: ['10.3.0.9/24'] };
    const [owner, other] = [await at.livePod('owner', JSON.stringify([requests])), await at.livePod('other', 'a')];
    at.annotate(other, [{ name: 'a' }, requests]);
    const condition = await at.condition(other, 'False');
    expect(condition).toMatchObject({ reason: 'AttachFailed' });
    expect(condition.message).toMatch(/default\/asked \(net2\): PLX-PLUGIN-FAILED: .*10\.3\.0\.9/);
    at.annotate(other, 'a');
    await at.inSync(other);
    expect(await at.interfacesOf(other)).toEqual(['eth0 10.244.0.x', 'net1 10.1.0.x']);
    expect(await at.interfacesOf(owner)).toEqual(['eth0 10.244.0.x', 'net1 10.3.0.x']);
    for (const pod of [owner, other]) await at.end(pod);
  });
});
