import { describe, expect, it } from 'vitest';
import { rangeUses, topologyOf } from '../../src/view/index.ts';
import { aNadObject, aPodSummary, entry } from '../support/pod-summary.ts';

const podAt = (name: string, node: string, ...ips: readonly string[]) =>
  aPodSummary(name, { node, asks: 'net', has: [entry('shop/net', 'net1', ips)] });

function usesOf(config: object | string, pods: ReturnType<typeof podAt>[]) {
  const nads = [aNadObject('net', config)];
  return rangeUses(nads, topologyOf({ pods, nads, nadNamespaces: 'all' })).get('shop/net');
}
const macvlan = (ipam: object) => ({ type: 'macvlan', master: 'eth1', ipam });

describe('the use of address ranges', () => {
  it.each([
    ['a subnet', { type: 'whereabouts', range: '10.30.0.0/24' }, [{ range: '10.30.0.0/24', size: 254, used: 2 }]],
    [
      'a subnet with exclusions and a gateway',
      { type: 'whereabouts', range: '10.30.0.0/24', gateway: '10.30.0.1', exclude: ['10.30.0.128/25'] },
      [{ range: '10.30.0.0/24', size: 125, used: 2 }],
    ],
    [
      'a range inside a subnet',
      { type: 'whereabouts', range: '10.30.0.10-10.30.0.12/24' },
      [{ range: '10.30.0.10–10.30.0.12', size: 3, used: 1 }],
    ],
    [
      'start and end',
      { type: 'whereabouts', range: '10.30.0.0/24', range_start: '10.30.0.10', range_end: '10.30.0.19' },
      [{ range: '10.30.0.10–10.30.0.19', size: 10, used: 1 }],
    ],
    [
      'a point-to-point subnet',
      { type: 'whereabouts', range: '10.30.0.2/31' },
      [{ range: '10.30.0.2/31', size: 2, used: 1 }],
    ],
    [
      'two ranges',
      { type: 'whereabouts', ipRanges: [{ range: '10.30.0.0/29' }, { range: 'fd30::/64' }] },
      [
        { range: '10.30.0.0/29', size: 6, used: 1 },
        { range: 'fd30::/64', size: Number(2n ** 64n - 1n), used: 1 },
      ],
    ],
  ])('counts %s', (_, ipam, expected) =>
    expect(
      usesOf(macvlan(ipam), [podAt('a', 'n1', '10.30.0.2/24', 'fd30::2'), podAt('b', 'n2', '10.30.0.11')]),
    ).toEqual(expected),
  );

  it('counts host-local for each node, and reports the fullest', () => {
    const ipam = { type: 'host-local', ranges: [[{ subnet: '10.40.0.0/29' }]] };
    const pods = [podAt('a', 'n1', '10.40.0.2'), podAt('b', 'n2', '10.40.0.2'), podAt('c', 'n2', '10.40.0.3')];
    // 10.40.0.1 is kept for the gateway.
    expect(usesOf({ type: 'bridge', ipam }, pods)).toEqual([{ range: '10.40.0.0/29', size: 5, used: 2, node: 'n2' }]);
  });

  it.each([
    ['no IPAM', macvlan({})],
    ['static addresses', macvlan({ type: 'static', addresses: [{ address: '10.50.0.1/24' }] })],
    ['a range that is none', macvlan({ type: 'whereabouts', range: 'all of it' })],
    ['a configuration that is no JSON', '{'],
  ])('finds no range in %s', (_, config) => expect(usesOf(config, [podAt('a', 'n1', '10.50.0.1')])).toBeUndefined());

  it('never counts more than a range holds', () => {
    const pods = Array.from({ length: 9 }, (_, index) => podAt(`p-${index}`, 'n1', `10.30.0.${index}`));
    const [use] = usesOf(macvlan({ type: 'whereabouts', range: '10.30.0.0/29' }), pods) ?? [];
    expect(use).toEqual({ range: '10.30.0.0/29', size: 6, used: 6 });
  });
});
