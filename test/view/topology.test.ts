import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PodSummary } from '../../src/npwg/index.ts';
import { type Topology, topologyOf } from '../../src/view/index.ts';
import { aNadObject, aPodSummary, entry, eth0 } from '../support/pod-summary.ts';

const of = (
  pods: readonly PodSummary[],
  nads: readonly unknown[] = [aNadObject('storage')],
  nadNamespaces: 'all' | readonly string[] = 'all',
): Topology => topologyOf({ pods, nads, nadNamespaces });
const told = ({ problems }: Topology): readonly string[] =>
  problems.map(({ severity, kind, text }) => `${severity} ${kind}: ${text}`);

describe('a pod’s requests compared with its status', () => {
  it('yields an attachment per status entry, with the default network first', () => {
    const { networks, pods, problems } = of([
      aPodSummary('db-0', {
        asks: 'storage',
        owner: 'db',
        has: [eth0('10.244.0.5'), entry('shop/storage', 'net1', ['10.30.0.2'], '02:00:00:00:00:01')],
      }),
      aPodSummary('plain'),
    ]);
    expect(problems).toEqual([]);
    expect(networks).toEqual([
      { name: 'cluster-net', kind: 'node', types: [], subnets: [], pods: 1, problems: [] },
      { name: 'shop/storage', kind: 'definition', types: ['macvlan'], subnets: [], pods: 1, problems: [] },
    ]);
    expect(pods).toEqual([
      {
        namespace: 'shop',
        name: 'db-0',
        node: 'n1',
        phase: 'Running',
        owner: 'db',
        status: { state: 'attached' },
        problems: [],
        attachments: [
          {
            network: 'cluster-net',
            interface: 'eth0',
            ips: ['10.244.0.5'],
            default: true,
            state: 'attached',
            problems: [],
          },
          {
            network: 'shop/storage',
            interface: 'net1',
            ips: ['10.30.0.2'],
            mac: '02:00:00:00:00:01',
            default: false,
            state: 'attached',
            problems: [],
          },
        ],
      },
    ]);
  });

  const storage = entry('shop/storage', 'net1', ['10.30.0.2']);
  it.each([
    {
      what: 'a status that lacks a network',
      pod: aPodSummary('p', { asks: 'storage', has: [eth0('10.0.0.1')] }),
      kinds: ['attachment-missing'],
    },
    { what: 'no status', pod: aPodSummary('p', { asks: 'storage' }), kinds: ['attachment-missing'] },
    {
      what: 'one of two attachments to the same network',
      pod: aPodSummary('p', { asks: 'storage,storage', has: [storage] }),
      kinds: ['attachment-missing'],
    },
    {
      what: 'an interface other than requested',
      pod: aPodSummary('p', { asks: 'storage@fast0', has: [storage] }),
      kinds: ['attachment-missing'],
    },
    {
      what: 'an entry without an interface (old results)',
      pod: aPodSummary('p', { asks: 'storage@fast0', has: [{ name: 'shop/storage' }] }),
      kinds: [],
    },
    {
      what: 'two interfaces of one attachment',
      pod: aPodSummary('p', { asks: 'storage', has: [storage, { ...storage, interface: 'net2', ips: [] }] }),
      kinds: [],
    },
    {
      what: 'an entry that was not requested',
      pod: aPodSummary('p', { asks: 'storage', has: [storage, entry('shop/old', 'net2')] }),
      kinds: ['attachment-unasked'],
    },
    {
      what: 'a network of the node beside the default one',
      pod: aPodSummary('p', { has: [eth0('10.0.0.1'), entry('node-net', 'net1')] }),
      kinds: [],
    },
    {
      what: 'a network that does not exist',
      pod: aPodSummary('p', { asks: 'none', has: [eth0('10.0.0.1')] }),
      kinds: ['network-missing'],
    },
    {
      what: 'a network deleted while it is attached',
      pod: aPodSummary('p', { asks: 'old', has: [entry('shop/old', 'net1')] }),
      kinds: [],
    },
    { what: 'an invalid annotation', pod: aPodSummary('p', { asks: 'a,,b' }), kinds: ['annotation-invalid'] },
    { what: 'two default networks', pod: aPodSummary('p', { asksDefault: 'a,b' }), kinds: ['annotation-invalid'] },
    {
      what: 'another default network',
      pod: aPodSummary('p', { asksDefault: 'own', has: [eth0('10.0.0.1', 'multus/own')] }),
      kinds: [],
    },
    {
      what: 'the wrong default network',
      pod: aPodSummary('p', { asksDefault: 'shop/storage', has: [eth0('10.0.0.1')] }),
      kinds: ['attachment-missing'],
    },
    { what: 'a status that is not JSON', pod: aPodSummary('p', { has: '[{' }), kinds: ['status-unreadable'] },
    { what: 'a status that is not a list', pod: aPodSummary('p', { has: '{}' }), kinds: ['status-unreadable'] },
    {
      what: 'a pending pod',
      pod: aPodSummary('p', { asks: 'storage', phase: 'Pending' }),
      kinds: ['pod-pending'],
    },
    {
      what: 'a pod in the node’s network',
      pod: aPodSummary('p', { asks: 'storage', hostNetwork: true }),
      kinds: ['host-network'],
    },
    { what: 'a pod that has ended', pod: aPodSummary('p', { asks: 'storage', phase: 'Succeeded' }), kinds: [] },
    { what: 'a pod that is being deleted', pod: aPodSummary('p', { asks: 'storage', deleting: true }), kinds: [] },
  ])('reports for $what: $kinds', ({ pod, kinds }) => {
    expect(of([pod]).problems.map(({ kind }) => kind)).toEqual(kinds);
  });

  it.each([
    [{ cniVersion: '1.0.0' }, 'it has neither "type" (one plugin) nor "plugins" (a list)'],
    [{ cniVersion: '1.0.0', plugins: [] }, 'no plugins in list: "plugins" is empty'],
    [{ cniVersion: '4.0.0', type: 'bridge' }, 'incompatible CNI versions'],
    [{ cniVersion: '1.0.0', type: '../bridge' }, '"type" "../bridge" is not a plugin'],
  ])('reports a definition with which every ADD fails: %j', (config, text) => {
    expect(of([], [aNadObject('broken', JSON.stringify(config))]).problems).toEqual([
      expect.objectContaining({
        severity: 'error',
        kind: 'network-invalid',
        network: 'shop/broken',
        text: expect.stringContaining(text) as string,
      }),
    ]);
  });

  it('describes a problem in a sentence', () => {
    const pods = [
      aPodSummary('a', { asks: 'storage@fast0' }),
      aPodSummary('b', { asks: 'none', has: [] }),
      aPodSummary('c', { asks: 'x y' }),
      aPodSummary('d', { has: '[' }),
      aPodSummary('e', { asks: 'storage', phase: 'Pending' }),
      aPodSummary('f', { asks: 'storage', hostNetwork: true }),
      aPodSummary('g', { has: [entry('shop/storage', 'net1')] }),
    ];
    expect(told(of(pods, [aNadObject('storage'), aNadObject('broken', '{')]))).toMatchInlineSnapshot(`
      [
        "error network-invalid: NetworkAttachmentDefinition shop/broken: spec.config is not a JSON object: the text ends where a name in double quotes is expected at position 1 (line 1 column 2), in: {",
        "error network-missing: network shop/none does not exist; requested by shop/b",
        "error attachment-missing: pod shop/a requests shop/storage as fast0, but it has no k8s.v1.cni.cncf.io/network-status",
        "error annotation-invalid: pod shop/c: annotation k8s.v1.cni.cncf.io/networks, element 1 (character 1): "x y" is not a name of lower-case letters, digits and "-", at most 253 of them",
        "error status-unreadable: pod shop/d: annotation k8s.v1.cni.cncf.io/network-status cannot be read: annotation is not a JSON object: the text ends where a value is expected at position 1 (line 1 column 2), in: [",
        "warning pod-pending: pod shop/e is pending and not yet attached to shop/storage",
        "warning host-network: pod shop/f requests shop/storage but uses the network of its node (hostNetwork), so it gets none of them",
        "warning attachment-unasked: pod shop/g has net1 in shop/storage but does not request it (any more); the configuration of its node may",
      ]
    `);
  });

  it('does not call a network missing if its namespace could not be read', () => {
    const pods = [aPodSummary('p', { asks: 'infra/backup', has: [] })];
    expect(of(pods, [], ['shop']).problems.map(({ kind }) => kind)).toEqual(['attachment-missing']);
    expect(of(pods, [], ['shop']).networks).toMatchObject([{ name: 'infra/backup', kind: 'unknown' }]);
  });
});

describe('addresses that several interfaces have', () => {
  const two = (
    ips: readonly [string, string],
    { networks = ['shop/a', 'shop/a'], nodes = ['n1', 'n2'], macs = [] as readonly string[] } = {},
  ) =>
    ips.map((ip, index) => {
      const network = networks[index] ?? '';
      return aPodSummary(`p${index}`, {
        asks: network,
        node: nodes[index] ?? '',
        has: [entry(network, 'net1', [ip], macs[index])],
      });
    });
  const range = (subnet: string, more: object = {}) => ({
    type: 'macvlan',
    master: 'eth1',
    ipam: { type: 'whereabouts', range: subnet },
    ...more,
  });
  const bridge = { type: 'bridge', bridge: 'br0', ipam: { type: 'host-local', ranges: [[{ subnet: '10.1.0.0/24' }]] } };

  it.each([
    { what: 'an address', pods: two(['10.1.0.5', '10.1.0.5']), a: range('10.1.0.0/24'), kinds: ['ip-duplicate'] },
    {
      what: 'an address with a prefix',
      pods: two(['10.1.0.5/24', '10.1.0.5']),
      a: range('10.1.0.0/24'),
      kinds: ['ip-duplicate'],
    },
    {
      what: 'an IPv6 address in two spellings',
      pods: two(['fd00:0::5', 'fd00::0:5']),
      a: range('fd00::/64'),
      kinds: ['ip-duplicate'],
    },
    { what: 'two', pods: two(['10.1.0.5', '10.1.0.6']), a: range('10.1.0.0/24'), kinds: [] },
    {
      what: 'an address on bridges of two nodes',
      pods: two(['10.1.0.5', '10.1.0.5']),
      a: bridge,
      kinds: ['ip-per-node'],
    },
    {
      what: 'an address on the bridge of one node',
      pods: two(['10.1.0.5', '10.1.0.5'], { nodes: ['n1', 'n1'] }),
      a: bridge,
      kinds: ['ip-duplicate'],
    },
  ])('reports for $what: $kinds', ({ pods, a, kinds }) => {
    expect(of(pods, [aNadObject('a', a)]).problems.map(({ kind }) => kind)).toEqual(kinds);
  });

  it.each([
    { what: 'an address in networks whose subnets overlap', b: range('10.1.0.0/16'), kinds: ['ip-overlap'] },
    { what: 'an address in networks on different VLANs', b: range('10.1.0.0/16', { vlan: 7 }), kinds: [] },
    { what: 'an address in networks whose known ranges do not contain it', b: range('10.2.0.0/16'), kinds: [] },
    { what: 'an address in a range between two addresses', b: range('10.1.0.1-10.1.0.9/24'), kinds: ['ip-overlap'] },
  ])('reports for $what: $kinds', ({ b, kinds }) => {
    const pods = two(['10.1.0.5', '10.1.0.5'], { networks: ['shop/a', 'shop/b'] });
    expect(
      of(pods, [aNadObject('a', range('10.1.0.0/24')), aNadObject('b', b)]).problems.map(({ kind }) => kind),
    ).toEqual(kinds);
  });

  it.each([
    { type: 'macvlan', nodes: ['n1', 'n2'], kinds: ['mac-duplicate'] },
    { type: 'ipvlan', nodes: ['n1', 'n2'], kinds: [] }, // All of them have the MAC address of their parent.
    { type: 'bridge', nodes: ['n1', 'n2'], kinds: [] },
    { type: 'bridge', nodes: ['n1', 'n1'], kinds: ['mac-duplicate'] },
  ])('reports for equal MAC addresses in $type on $nodes: $kinds', ({ type, nodes, kinds }) => {
    const pods = two(['10.1.0.5', '10.1.0.6'], { nodes, macs: ['02:00:00:00:00:0A', '02:00:00:00:00:0a'] });
    expect(of(pods, [aNadObject('a', { type })]).problems.map(({ kind }) => kind)).toEqual(kinds);
  });

  it('names the interfaces, also in the pods’ own attachments; a pod that has ended holds none', () => {
    const pods = two(['10.1.0.5', '10.1.0.5']);
    const topology = of(pods, [aNadObject('a', range('10.1.0.0/24'))]);
    expect(told(topology)).toEqual([
      'error ip-duplicate: shop/p0 (net1) and shop/p1 (net1) have the same address 10.1.0.5 in shop/a',
    ]);
    expect(topology.pods.map(({ problems, attachments }) => [problems, attachments[0]?.problems])).toEqual([
      [[0], ['ip-duplicate']],
      [[0], ['ip-duplicate']],
    ]);
    expect(of([...pods.slice(1), { ...(pods[0] as PodSummary), phase: 'Failed' }], [aNadObject('a')]).problems).toEqual(
      [],
    );
  });
});

describe('for any annotation', () => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.constantFrom('a', 'a,b@net1', '[{"name":"a"}]', '[]', '{}', 'null', '[{"name":1,"ips":[1]}]'),
  );
  const status = fc.array(
    fc.record({
      name: fc.constantFrom('shop/a', 'shop/b', 'c', 'd/e'),
      interface: fc.constantFrom('net1', 'net2', ''),
      default: fc.boolean(),
    }),
    { maxLength: 5 },
  );
  const asks = fc.array(fc.constantFrom('a', 'b', 'd/e', 'a@net1'), { maxLength: 4 });

  it('the topology is computed without an error', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(text, text, text), { maxLength: 4 }),
        fc.array(fc.anything(), { maxLength: 3 }),
        (annotations, nads) => {
          const pods = annotations.map(([a, b, c], index) =>
            aPodSummary(`p${index}`, { asks: a, asksDefault: b, has: c }),
          );
          expect(() => JSON.stringify(of(pods, nads))).not.toThrow();
        },
      ),
    );
  });

  it('each status entry appears once, and each requested network is listed or missing', () => {
    fc.assert(
      fc.property(status, asks, (entries, asked) => {
        const [pod] = of(
          [aPodSummary('p', { asks: asked.join(','), has: entries })],
          [aNadObject('a'), aNadObject('b')],
        ).pods;
        const attachments = pod?.attachments ?? [];
        const present = attachments.filter(({ state }) => state !== 'missing');
        expect(present.map(({ network, interface: name }) => `${network}@${name}`)).toEqual(
          entries.map(({ name, interface: link }) => `${name}@${link}`),
        );
        for (const network of ['shop/a', 'shop/b', 'd/e']) {
          const wanted = asked.filter(
            (each) => (each.includes('/') ? each : `shop/${each.split('@')[0]}`) === network,
          ).length;
          expect(attachments.filter((each) => each.network === network && !each.default).length).toBeGreaterThanOrEqual(
            wanted,
          );
        }
      }),
    );
  });
});
