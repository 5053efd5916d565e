import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestNode, createTestNode } from '../support/test-node.ts';

// Compares the table of known plugins with the plugins themselves.
let node: TestNode;
beforeAll(async () => {
  node = await createTestNode('daemon');
});
afterAll(() => node.remove());

const mac = '02:00:00:00:31:01';
const fixed = { type: 'static', addresses: [{ address: '10.61.0.5/24', gateway: '10.61.0.1' }] };
const hostLocal = (...subnets: readonly string[]): object => ({
  type: 'host-local',
  dataDir: `${node.dir}/leases`,
  ranges: subnets.map((subnet) => [{ subnet }]),
});

async function statusOf(name: string, config: object, request: object, more: object = {}) {
  await node.nad(name, { cniVersion: '1.0.0', name, ...config });
  const pod = await node.pod(name, [{ name, ...request }]);
  const runtime = { config: node.config({ delegates: [node.bridge('main', '10.244.0.0/24')], ...more }) };
  const { exitCode, stdout } = await node.call('ADD', pod, runtime);
  expect(exitCode, stdout).toBe(0);
  const [, own] = await node.status(pod);
  expect(await node.call('DEL', pod, runtime)).toMatchObject({ exitCode: 0 });
  return own;
}

describe('a request without a declared capability reaches the real plugin', () => {
  it.each([
    { type: 'bridge', config: { type: 'bridge', bridge: 'br1' } },
    { type: 'macvlan', config: { type: 'macvlan', master: 'eth1' } },
    { type: 'tuning', config: { plugins: [{ type: 'ptp', ipam: fixed }, { type: 'tuning' }] } },
  ])('01: mac, which $type reads from CNI_ARGS', async ({ type, config }) => {
    expect(await statusOf(`mac-${type}`, config, { mac })).toMatchObject({ mac });
  });

  it.each([
    { title: 'one, read by static from CNI_ARGS', ipam: () => ({ type: 'static' }), ips: ['10.62.0.7/24'] },
    {
      title: 'of two families, read by static from CNI_ARGS',
      ipam: () => ({ type: 'static' }),
      ips: ['10.62.0.8/24', 'fd00:62::8/64'],
    },
    { title: 'one, read by host-local from CNI_ARGS', ipam: () => hostLocal('10.63.0.0/24'), ips: ['10.63.0.77'] },
    {
      title: 'of two families, read by host-local from args.cni',
      ipam: () => hostLocal('10.64.0.0/24', 'fd00:64::/64'),
      ips: ['10.64.0.77', 'fd00:64::77'],
    },
  ])('02: ips, $title', async ({ ipam, ips }) => {
    const name = `ips-${ips.length}-${ips[0]?.replaceAll(/\W/g, '-') ?? ''}`;
    const status = await statusOf(name, { type: 'bridge', bridge: 'br2', ipam: ipam() }, { ips });
    expect(status?.ips).toEqual(ips.map((each) => each.replace(/\/.*/, '')));
  });
});

describe('a request that the table lists as unread reaches no plugin', () => {
  it.each([
    { title: 'mac of ptp', config: { type: 'ptp', ipam: fixed }, request: { mac } },
    {
      title: 'mac of ptp and sbr',
      config: { plugins: [{ type: 'ptp', ipam: fixed }, { type: 'sbr' }] },
      request: { mac },
    },
    {
      title: 'ips of bridge without IPAM',
      config: { type: 'bridge', bridge: 'br3', ipam: {} },
      request: { ips: ['10.65.0.7/24'] },
    },
  ])('for $title', async ({ title, config, request }) => {
    const status = await statusOf(`none-${title.replaceAll(/\W+/g, '-').toLowerCase().slice(0, 20)}`, config, request, {
      unservedRequests: 'ignore',
    });
    expect([status?.mac === mac, status?.ips?.includes('10.65.0.7') ?? false]).toEqual([false, false]);
  });
});
