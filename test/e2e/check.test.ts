import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestNode, type TestPod, createTestNode } from '../support/test-node.ts';

let node: TestNode;
beforeAll(async () => {
  node = await createTestNode('direct');
  await node.nad('storage', node.bridge('storage', '10.30.0.0/24'));
});
afterAll(() => node.remove());

async function attached(pod: TestPod): Promise<object> {
  const { exitCode, stdout } = await node.call('ADD', pod);
  expect(exitCode, stdout).toBe(0);
  return JSON.parse(stdout) as object;
}

describe('CHECK', () => {
  it.each([
    {
      what: 'a removed address',
      change: ['address', 'delete', '10.30.0.0/24', 'dev', 'net1'],
      says: /net1 \(default\/storage\): interface net1 has no address 10\.30\.0\.\d+\/24, only fe80:/,
    },
    {
      what: 'another hardware address',
      change: ['link', 'set', 'net1', 'address', '02:00:00:00:00:99'],
      says: /net1 \(default\/storage\): interface net1 has the hardware address 02:00:00:00:00:99 instead of [0-9a-f:]+/,
    },
  ])('CNI-30: names the first difference: $what', async ({ what, change, says }) => {
    const pod = await node.pod(`changed-${what.replaceAll(' ', '-')}`, 'storage');
    const result = await attached(pod);
    expect(await node.call('CHECK', pod, { config: node.config({ prevResult: result }) })).toMatchObject({
      exitCode: 0,
      stdout: '',
    });
    const [link] = (await pod.netns.ipJson(['address', 'show', 'net1'])) as [
      { addr_info: { local: string; family: string }[] },
    ];
    const own = link.addr_info.find(({ family }) => family === 'inet')?.local ?? '';
    await pod.netns.exec(['ip', '-4', ...change.map((word) => (word === '10.30.0.0/24' ? `${own}/24` : word))]);
    const { exitCode, stdout } = await node.call('CHECK', pod, { config: node.config({ prevResult: result }) });
    expect([exitCode, (JSON.parse(stdout) as { msg: string }).msg]).toEqual([1, expect.stringMatching(says)]);
    expect(await node.call('DEL', pod)).toMatchObject({ exitCode: 0 });
  });

  const published = {
    cniVersion: '1.0.0',
    name: 'ports',
    plugins: [
      { type: 'bridge', bridge: 'ports', ipam: { type: 'static', addresses: [{ address: '10.51.0.5/24' }] } },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
  const withPort = [{ name: 'ports', portMappings: [{ hostPort: 18081, containerPort: 80 }] }];
  const removeRules = async (): Promise<void> => {
    await node.netns.exec(['iptables', '-t', 'nat', '-F']);
  };

  it('trusts a plugin from its first successful CHECK on: bridge reports a removed route', async () => {
    const routes = [{ dst: '10.97.0.0/16', gw: '10.52.0.1' }];
    const ipam = { type: 'static', addresses: [{ address: '10.52.0.5/24' }], routes };
    await node.nad('routed', { cniVersion: '1.0.0', name: 'routed', type: 'bridge', bridge: 'routed', ipam });
    const pod = await node.pod('routed', 'routed');
    const handed = { config: node.config({ prevResult: await attached(pod) }) };
    expect(await node.call('CHECK', pod, handed)).toMatchObject({ exitCode: 0, stderr: '' });
    await pod.netns.exec(['ip', 'route', 'delete', '10.97.0.0/16']);
    const { exitCode, stdout } = await node.call('CHECK', pod, handed);
    expect([exitCode, stdout]).toEqual([1, expect.stringMatching(/PLX-PLUGIN-FAILED: plugin bridge failed \(CHECK\)/)]);
    expect(await node.call('DEL', pod)).toMatchObject({ exitCode: 0 });
  });

  it('reports the failure of a plugin whose CHECK never succeeded, but does not fail', async () => {
    await node.nad('ports', published);
    const pod = await node.pod('ports-unchecked', withPort);
    const handed = { config: node.config({ prevResult: await attached(pod), logLevel: 'warn', logToStderr: true }) };
    await removeRules();
    const { exitCode, stderr } = await node.call('CHECK', pod, handed);
    expect([exitCode, stderr]).toEqual([0, expect.stringMatching(/"step":"check-disregarded".*"plugin":"portmap"/)]);
    expect(await node.call('DEL', pod)).toMatchObject({ exitCode: 0 });
  });

  it("accepts the bond's hardware address on a member of the bond", async () => {
    const pod = await node.pod('bonded', 'storage');
    const handed = { config: node.config({ prevResult: await attached(pod) }) };
    await pod.netns.exec([
      'ip',
      'link',
      'add',
      'bond0',
      'address',
      '02:00:00:00:00:77',
      'type',
      'veth',
      'peer',
      'name',
      'other',
    ]); // replaces a bond
    await pod.netns.exec(['ip', 'link', 'set', 'net1', 'address', '02:00:00:00:00:77']);
    expect(await node.call('CHECK', pod, handed)).toMatchObject({ exitCode: 0 });
    expect(await node.call('DEL', pod)).toMatchObject({ exitCode: 0 });
  });
});
