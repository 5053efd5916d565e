import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pluginsDir } from '../support/plugins-dir.ts';
import { startPodResources } from '../support/pod-resources-server.ts';
import { type TestNode, type TestPod, createTestNode } from '../support/test-node.ts';

// Situations that users reported publicly, restated, with the real plugins.
let node: TestNode;
let plugins: string;
const macvlan = { cniVersion: '0.3.1', type: 'macvlan', master: 'eth1', ipam: {} };

beforeAll(async () => {
  node = await createTestNode();
  plugins = await mkdtemp(join(tmpdir(), 'plexus-noisy-'));
  const real = await pluginsDir();
  for (const name of await readdir(real)) await symlink(join(real, name), join(plugins, name));
  const noisy = `#!/bin/sh\n[ "$CNI_COMMAND" = ADD ] && { echo "12:00:00 INFO starting, token=sesame-open"; echo '{"cniVersion":"0.4.0"}'; }; exit 0\n`;
  await writeFile(join(plugins, 'noisy'), noisy, { mode: 0o755 });
  await writeFile(join(plugins, 'mute'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
});
afterAll(async () => {
  await node.remove();
  await rm(plugins, { recursive: true, force: true });
});

const call = (command: string, pod: TestPod, more: object = {}) =>
  node.call(command, pod, { path: [plugins], config: node.config(more) });
/** Returns the answer of a failing ADD, after checking that DEL succeeds and nothing remains. */
async function failedAdd(name: string, networks: string | object, more: object = {}): Promise<string> {
  const pod = await node.pod(name, networks);
  const { exitCode, stdout } = await call('ADD', pod, more);
  expect([exitCode, (await call('DEL', pod, more)).exitCode, await node.leftovers()]).toEqual([1, 0, []]);
  return (JSON.parse(stdout) as { readonly msg: string }).msg;
}

describe('a plugin that prints something other than a result', () => {
  it('is blamed, with its masked output', async () => {
    await node.nad('noisy', { cniVersion: '0.4.0', type: 'noisy' });
    const message = await failedAdd('noisy', 'noisy');
    expect(message).toContain(
      'the answer of plugin noisy is not a CNI result: the plugin printed text that is not JSON: 12:00:00 INFO starting',
    );
    expect(message).toContain('{"cniVersion":"0.4.0"}');
    expect(message).toContain('The plugin must print its result, and nothing else, on stdout');
    expect(message).not.toContain('sesame');
  });
  it('is blamed for empty output', async () => {
    await node.nad('mute', { cniVersion: '0.4.0', type: 'mute' });
    expect(await failedAdd('mute', 'mute')).toContain(
      'the answer of plugin mute is not a CNI result: the plugin printed nothing',
    );
  });
});

describe('a MAC address that no interface can have', () => {
  it.each([
    ['00:00:00:00:00:00', 'it is all zeros'],
    ['01:00:5e:00:00:01', 'it is a multicast address'],
  ])('is rejected with the reason: %s', async (mac, reason) => {
    await node.nad('m', { ...macvlan, capabilities: { mac: true } });
    expect(await failedAdd(`mac-${mac.replaceAll(':', '')}`, [{ name: 'm', mac }])).toContain(
      `"${mac}" is not a MAC address that an interface can have: ${reason}`,
    );
  });
});

describe('namespaceIsolation', () => {
  it('names the allowed namespaces in its error', async () => {
    await node.nad('x', macvlan, { namespace: 'team-a' });
    expect(
      await failedAdd('isolated', 'team-a/x', { namespaceIsolation: true, globalNamespaces: 'openshift-multus' }),
    ).toContain(
      'pod default/isolated may not use NetworkAttachmentDefinition team-a/x: namespaceIsolation allows only default, openshift-multus',
    );
  });
});

describe('a resource that only marks nodes with a bridge', () => {
  it('does not keep the pod from being attached, although kubelet knows no such device', async () => {
    const kvm = { resource: 'devices.kubevirt.io/kvm', ids: ['kvm1'] };
    const containers = [{ devices: [kvm] }];
    const kubeletDir = join(node.dir, 'kubelet');
    const kubelet = await startPodResources(join(kubeletDir, 'pod-resources/kubelet.sock'), {
      pods: [{ namespace: 'default', name: 'marked', containers }],
      allocatable: [kvm],
    });
    const annotations = { 'k8s.v1.cni.cncf.io/resourceName': 'bridge.network.kubevirt.io/br1' };
    await node.nad('vmnet', { cniVersion: '0.3.1', type: 'bridge', bridge: 'br1', ipam: {} }, { annotations });
    const pod = await node.pod('marked', 'vmnet');
    for (const command of ['ADD', 'CHECK', 'DEL']) {
      const answer = await call(command, pod, { kubeletDir });
      expect(answer, command + answer.stdout).toMatchObject({ exitCode: 0 });
      if (command === 'ADD') expect(await pod.netns.exec(['ip', '-br', 'link', 'show', 'net1'])).toContain('UP');
    }
    expect(kubelet.calls).toContain('Get default/marked');
    kubelet.close();
    expect(await node.leftovers()).toEqual([]);
  });
});

describe('attachments match the requests', () => {
  const attached = async (name: string, networks: object): Promise<TestPod> => {
    const pod = await node.pod(name, networks);
    const answer = await call('ADD', pod);
    expect(answer, answer.stdout).toMatchObject({ exitCode: 0 });
    return pod;
  };
  const detached = async (pod: TestPod): Promise<void> => {
    const answer = await call('DEL', pod);
    expect(answer, answer.stdout).toMatchObject({ exitCode: 0 });
    expect(await node.leftovers()).toEqual([]);
  };

  it('33: with sbr, which moves a second default route to its own table', async () => {
    const ipam = { type: 'static', routes: [{ dst: '0.0.0.0/0', gw: '10.70.0.1' }] };
    await node.nad('iot', {
      cniVersion: '0.3.1',
      name: 'iot',
      plugins: [{ ...macvlan, ipam, capabilities: { ips: true, mac: true } }, { type: 'sbr' }],
    });
    const pod = await attached('iot', [{ name: 'iot', ips: ['10.70.0.20/24'], mac: '02:00:00:00:33:01' }]);
    expect(await pod.netns.exec(['ip', 'route', 'show', 'default'])).not.toContain('10.70.0.1');
    const rules = await pod.netns.exec(['ip', 'rule', 'show']);
    const table = /from 10\.70\.0\.20 lookup (\d+)/.exec(rules)?.[1] ?? '';
    expect(await pod.netns.exec(['ip', 'route', 'show', 'table', table])).toContain('default via 10.70.0.1 dev net1');
    expect(await pod.netns.exec(['ip', 'link', 'show', 'net1'])).toContain('02:00:00:00:33:01');
    await detached(pod);
  });

  it('34: with IPv6 addresses in full notation', async () => {
    await node.nad('v6', {
      cniVersion: '0.4.0',
      type: 'bridge',
      bridge: 'br6',
      capabilities: { ips: true },
      ipam: { type: 'static' },
    });
    const long = '2001:0DB8:0000:0000:0000:0000:0000:0009/64';
    const pod = await attached('v6', [
      { name: 'v6', ips: ['10.66.0.9/24', long], 'default-route': ['2001:0db8:0000:0000:0000:0000:0000:0001'] },
    ]);
    const status = (await node.status(pod)).find(({ interface: name }) => name === 'net1');
    expect(status).toMatchObject({ ips: ['10.66.0.9', '2001:db8::9'] });
    expect(await pod.netns.exec(['ip', '-6', 'route', 'show', 'default'])).toContain('via 2001:db8::1 dev net1');
    const checked = await call('CHECK', pod);
    expect(checked, checked.stdout).toMatchObject({ exitCode: 0 });
    await detached(pod);
  });
});

describe('a master that does not exist', () => {
  it.each([
    ['macvlan', { ...macvlan, master: 'ens192' }, 'Link not found (its configuration names master "ens192")'],
    [
      'host-device',
      { cniVersion: '0.3.1', type: 'host-device', device: 'ens192' },
      'failed to find host device: Link not found (its configuration names device "ens192")',
    ],
    [
      'vlan',
      {
        cniVersion: '0.3.1',
        type: 'vlan',
        master: 'ens192',
        vlanId: 5,
        ipam: { type: 'static', addresses: [{ address: '10.1.0.5/24' }] },
      },
      'Link not found (its configuration names master "ens192")',
    ],
  ])('is named in the message of %s', async (type, config, text) => {
    await node.nad(`wrong-${type}`, config);
    const { stdout } = await call('ADD', await node.pod(`wrong-${type}`, `wrong-${type}`));
    expect((JSON.parse(stdout) as { readonly msg: string }).msg).toContain(`plugin ${type} failed (ADD): ${text}`);
  });
});
