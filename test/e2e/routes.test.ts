import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestNode, type TestPod, createTestNode } from '../support/test-node.ts';

let node: TestNode;
const twoFamilies = (name: string, number: number, more: object = {}): Record<string, unknown> =>
  node.bridge(name, '', {
    isGateway: true,
    ipam: {
      type: 'host-local',
      dataDir: `${node.dir}/leases`,
      ranges: [[{ subnet: `10.${number}.0.0/24` }], [{ subnet: `fd00:${number}::/64` }]],
    },
    ...more,
  });
let config: object;
beforeAll(async () => {
  node = await createTestNode();
  const defaults = (number: number): object[] => [
    { dst: '0.0.0.0/0', gw: `10.${number}.0.1` },
    { dst: '::/0', gw: `fd00:${number}::1` },
  ];
  const cluster = twoFamilies('cluster-net', 40) as { ipam: object };
  config = node.config({ delegates: [{ ...cluster, ipam: { ...cluster.ipam, routes: defaults(40) } }] });
  await node.nad('plain', twoFamilies('plain', 41));
  const own = twoFamilies('own', 42) as { ipam: object };
  await node.nad('own', { ...own, ipam: { ...own.ipam, routes: defaults(42) } });
});
afterAll(() => node.remove());

interface Route {
  readonly dev: string;
  readonly gateway?: string;
  readonly metric?: number;
}
const defaultsOf = async (pod: TestPod, family: '-4' | '-6'): Promise<string[]> => {
  const routes = JSON.parse(await pod.netns.exec(['ip', '-j', family, 'route', 'show', 'default'])) as Route[];
  return routes.map(({ dev, gateway }) => `${gateway ?? ''} ${dev}`);
};
const attached = async (name: string, networks: string | object): Promise<TestPod> => {
  const pod = await node.pod(name, networks);
  const answer = await node.call('ADD', pod, { config });
  expect(answer, answer.stdout + answer.stderr).toMatchObject({ exitCode: 0 });
  return pod;
};

describe('NPWG-54: the default route in the kernel', () => {
  it.each([
    { title: 'no request: eth0 keeps both', networks: 'plain', v4: ['10.40.0.1 eth0'], v6: ['fd00:40::1 eth0'] },
    {
      title: 'an IPv4 gateway on net1 does not affect IPv6',
      networks: [{ name: 'plain', 'default-route': ['10.41.0.1'] }],
      v4: ['10.41.0.1 net1'],
      v6: ['fd00:40::1 eth0'],
    },
    {
      title: 'an IPv6 gateway on net1 does not affect IPv4',
      networks: [{ name: 'plain', 'default-route': ['fd00:41::1'] }],
      v4: ['10.40.0.1 eth0'],
      v6: ['fd00:41::1 net1'],
    },
    {
      title: 'one gateway of each family',
      networks: [{ name: 'plain', 'default-route': ['10.41.0.1', 'fd00:41::1'] }],
      v4: ['10.41.0.1 net1'],
      v6: ['fd00:41::1 net1'],
    },
    {
      title: 'NPWG-56: an empty list keeps the network’s own route and removes the others’',
      networks: [{ name: 'own', 'default-route': [] }],
      v4: ['10.42.0.1 net1'],
      v6: ['fd00:42::1 net1'],
    },
    {
      title: 'NPWG-55: a network without the key loses its route',
      networks: [{ name: 'plain', 'default-route': ['10.41.0.1', 'fd00:41::1'] }, { name: 'own' }],
      v4: ['10.41.0.1 net1'],
      v6: ['fd00:41::1 net1'],
    },
    {
      title: 'NPWG-57: several gateways in the given order',
      networks: [{ name: 'plain', 'default-route': ['10.41.0.1', '10.41.0.9'] }],
      v4: ['10.41.0.1 net1', '10.41.0.9 net1'],
      v6: ['fd00:40::1 eth0'],
    },
  ])('$title', async ({ title, networks, v4, v6 }) => {
    const pod = await attached(`route-${title.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}x`, networks);
    expect({ v4: await defaultsOf(pod, '-4'), v6: await defaultsOf(pod, '-6') }).toEqual({ v4, v6 });
    // NPWG-58: CHECK succeeds only if the recorded result matches the kernel
    const check = await node.call('CHECK', pod, { config });
    expect(check, check.stdout).toMatchObject({ exitCode: 0 });
    expect(await node.call('DEL', pod, { config })).toMatchObject({ exitCode: 0 });
    expect(await node.leftovers()).toEqual([]);
  });

  it('NPWG-83, NPWG-84: is final in the result and in network-status', async () => {
    const pod = await node.pod('route-status', [{ name: 'plain', 'default-route': ['10.41.0.1'] }]);
    const result = JSON.parse((await node.call('ADD', pod, { config })).stdout) as { routes?: { dst: string }[] };
    expect(result.routes?.map(({ dst }) => dst)).toEqual(['::/0']);
    const [eth0, net1] = await node.status(pod);
    expect(eth0).toMatchObject({ interface: 'eth0', default: true, gateway: ['fd00:40::1'] });
    expect(eth0).not.toHaveProperty('default-route');
    expect(net1).toMatchObject({
      interface: 'net1',
      default: false,
      gateway: ['10.41.0.1'],
      'default-route': ['10.41.0.1'],
    });
    await node.call('DEL', pod, { config });
  });

  it('fails the ADD, with a message and nothing left behind, if no address of the interface reaches the gateway', async () => {
    const pod = await node.pod('route-unreachable', [{ name: 'plain', 'default-route': ['192.0.2.1'] }]);
    const answer = await node.call('ADD', pod, { config });
    expect(JSON.parse(answer.stdout)).toMatchObject({ msg: expect.stringMatching(/PLX-ROUTES-FAILED.*192\.0\.2\.1/) });
    expect(await node.leftovers()).toEqual([]);
  });
});
