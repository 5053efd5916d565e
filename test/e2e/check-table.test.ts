import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestNode, createTestNode } from '../support/test-node.ts';

// CRI-O calls CHECK after every ADD and fails the pod if CHECK fails. So CHECK must succeed right after a successful
// ADD, whatever a plugin's own CHECK reports: for every reference plugin that can run here, with common options.
let node: TestNode;
beforeAll(async () => {
  node = await createTestNode('daemon');
  await node.netns.exec(['ip', 'link', 'add', 'spare', 'type', 'veth', 'peer', 'name', 'spare-wire']);
});
afterAll(() => node.remove());

const v4 = { type: 'static', addresses: [{ address: '10.21.0.5/24', gateway: '10.21.0.1' }] };
const v6 = { type: 'static', addresses: [{ address: 'fd00:21::5/64', gateway: 'fd00:21::1' }] };
const both = { type: 'static', addresses: [...v4.addresses, ...v6.addresses] };
const bare = { type: 'static', addresses: [{ address: '10.21.0.5/24' }] };
const bridge = (ipam: object = {}, more: object = {}): object => ({ type: 'bridge', bridge: 'br1', ipam, ...more });
const macvlan = (ipam: object = {}, more: object = {}): object => ({ type: 'macvlan', master: 'eth1', ipam, ...more });
const tuning = (more: object): object => ({ type: 'tuning', ...more });
const hostLocal = (more: object = {}): object => ({
  type: 'host-local',
  dataDir: `${node.dir}/leases`,
  ranges: [[{ subnet: '10.31.0.0/24' }]],
  ...more,
});
const ports = { portMappings: [{ hostPort: 18080, containerPort: 80 }] };
const portmap = { type: 'portmap', capabilities: { portMappings: true } };

interface Row {
  readonly title: string;
  /** One plugin, or a chain. */
  readonly plugins: object | readonly object[] | (() => object);
  readonly request?: object;
  readonly version?: string;
}
const rows: readonly Row[] = [
  { title: '06: bridge without IPAM', plugins: bridge() },
  { title: '06: bridge without IPAM, without cniVersion', plugins: bridge(), version: '' },
  { title: 'bridge without an ipam key', plugins: { type: 'bridge', bridge: 'br1' } },
  { title: 'bridge with an address', plugins: bridge(v4) },
  { title: 'bridge, IPv6 only', plugins: bridge(v6) },
  { title: 'bridge, two families', plugins: bridge(both) },
  {
    title: 'bridge as gateway',
    plugins: bridge(v4, { bridge: 'br2', isGateway: true, isDefaultGateway: true }),
  },
  { title: 'bridge with hairpin and mtu', plugins: bridge(v4, { bridge: 'br3', hairpinMode: true, mtu: 1400 }) },
  { title: 'bridge in promiscuous mode', plugins: bridge(v4, { bridge: 'br4', promiscMode: true }) },
  {
    title: 'bridge with MAC spoof check off and a requested MAC',
    plugins: bridge(v4, { macspoofchk: false }),
    request: { mac: '02:00:00:00:21:01' },
  },
  { title: 'bridge, MAC in upper case', plugins: bridge(v4), request: { mac: '02:AB:CD:00:21:02' } },
  {
    title: 'bridge, MAC with dashes, as capability',
    plugins: bridge(v4, { capabilities: { mac: true } }),
    request: { mac: '02-AB-CD-00-21-03' },
  },
  { title: '08: bridge, a route without gateway', plugins: bridge({ ...v4, routes: [{ dst: '10.97.0.0/16' }] }) },
  {
    title: 'bridge, a route with gateway',
    plugins: bridge({ ...v4, routes: [{ dst: '10.97.0.0/16', gw: '10.21.0.1' }] }),
  },
  { title: 'bridge, a default route', plugins: bridge({ ...bare, routes: [{ dst: '0.0.0.0/0', gw: '10.21.0.9' }] }) },
  { title: 'bridge, host-local', plugins: () => bridge(hostLocal()) },
  { title: 'bridge, host-local with a route', plugins: () => bridge(hostLocal({ routes: [{ dst: '10.96.0.0/16' }] })) },
  {
    title: 'bridge, host-local, a requested address',
    plugins: () => bridge(hostLocal()),
    request: { ips: ['10.31.0.77'] },
  },
  { title: 'bridge, cniVersion 0.4.0', plugins: bridge(v4), version: '0.4.0' },
  { title: 'macvlan without IPAM', plugins: macvlan() },
  { title: 'macvlan with an address', plugins: macvlan(v4) },
  { title: 'macvlan, two families, mtu', plugins: macvlan(both, { mtu: 1400, mode: 'bridge' }) },
  { title: 'macvlan, private mode', plugins: macvlan(v4, { mode: 'private' }) },
  { title: 'macvlan, a requested MAC in upper case', plugins: macvlan(v4), request: { mac: '02:AB:CD:00:21:04' } },
  {
    title: '02: macvlan, a requested address',
    plugins: macvlan({ type: 'static', routes: [{ dst: '10.99.0.0/16', gw: '10.70.0.1' }] }),
    request: { ips: ['10.70.0.20/24'] },
  },
  { title: 'macvlan, host-local', plugins: () => macvlan(hostLocal({ ranges: [[{ subnet: '10.32.0.0/24' }]] })) },
  { title: 'ptp', plugins: () => ({ type: 'ptp', ipam: hostLocal({ ranges: [[{ subnet: '10.33.0.0/24' }]] }) }) },
  {
    title: 'ptp with two families and mtu',
    plugins: () => ({
      type: 'ptp',
      mtu: 1400,
      ipam: hostLocal({ ranges: [[{ subnet: '10.34.0.0/24' }], [{ subnet: 'fd00:34::/64' }]] }),
    }),
  },
  {
    title: 'ptp with a default route',
    plugins: () => ({
      type: 'ptp',
      ipam: hostLocal({ ranges: [[{ subnet: '10.35.0.0/24' }]], routes: [{ dst: '10.95.0.0/16' }] }),
    }),
  },
  { title: 'host-device', plugins: { type: 'host-device', device: 'spare', ipam: v4 } },
  { title: 'host-device without IPAM', plugins: { type: 'host-device', device: 'spare' } },
  {
    title: '08: bridge and tuning with IFNAME in a sysctl',
    plugins: [bridge(bare), tuning({ sysctl: { 'net.ipv4.conf.IFNAME.rp_filter': '2' } })],
  },
  {
    title: 'bridge and tuning with a sysctl',
    plugins: [bridge(v4), tuning({ sysctl: { 'net.core.somaxconn': '500' } })],
  },
  { title: 'bridge and tuning with mtu and promisc', plugins: [bridge(v4), tuning({ mtu: 1300, promisc: true })] },
  { title: 'bridge and tuning with a MAC in upper case', plugins: [bridge(v4), tuning({ mac: '02:AB:CD:00:21:05' })] },
  {
    title: 'macvlan and tuning with a requested MAC',
    plugins: [macvlan(v4), tuning({ capabilities: { mac: true } })],
    request: { mac: '02:AB:CD:00:21:06' },
  },
  { title: 'bridge and tuning with allmulti', plugins: [bridge(v4), tuning({ allmulti: true })] },
  {
    title: '08: macvlan and sbr, a route',
    plugins: [macvlan({ ...v4, routes: [{ dst: '10.98.0.0/16', gw: '10.21.0.1' }] }), { type: 'sbr' }],
  },
  { title: 'bridge and sbr', plugins: [bridge(v4), { type: 'sbr' }] },
  { title: 'bridge and sbr, two families', plugins: [bridge(both), { type: 'sbr' }] },
  { title: 'bridge and portmap, IPv4 only', plugins: [bridge(v4), portmap], request: ports },
  { title: 'bridge and portmap, IPv6 only', plugins: [bridge(v6), portmap], request: ports },
  { title: 'bridge and portmap, two families', plugins: [bridge(both), portmap], request: ports },
  { title: 'bridge and portmap without ports', plugins: [bridge(v4), portmap] },
  { title: 'bridge and portmap with snat off', plugins: [bridge(v4), { ...portmap, snat: false }], request: ports },
  { title: 'bridge and firewall', plugins: [bridge(v4), { type: 'firewall' }] },
  { title: 'bridge and firewall, IPv6 only', plugins: [bridge(v6), { type: 'firewall' }] },
  { title: 'bridge with ipMasq', plugins: bridge(v4, { bridge: 'br5', isGateway: true, ipMasq: true }) },
  {
    title: 'bridge and bandwidth',
    plugins: [
      bridge(v4),
      { type: 'bandwidth', ingressRate: 1000000, ingressBurst: 2000000, egressRate: 1000000, egressBurst: 2000000 },
    ],
  },
  {
    title: 'bridge, tuning, portmap and firewall',
    plugins: [bridge(v4), tuning({ mtu: 1300 }), portmap, { type: 'firewall' }],
    request: ports,
  },
];

describe('CHECK right after a successful ADD succeeds repeatedly', () => {
  it.each(rows.map((row, index) => ({ ...row, index })))(
    'for $title',
    async ({ plugins, request = {}, version = '1.0.0', index }) => {
      const made = typeof plugins === 'function' ? (plugins as () => object)() : plugins;
      const name = `row-${index}`;
      const versioned = version === '' ? {} : { cniVersion: version };
      await node.nad(name, { ...versioned, name, ...(Array.isArray(made) ? { plugins: made } : made) });
      const pod = await node.pod(name, [{ name, ...request }]);
      const config = node.config({ delegates: [node.bridge('main', '10.244.0.0/24')] });
      const results: unknown[] = [];
      for (const command of ['ADD', 'CHECK', 'CHECK', 'DEL']) {
        const { exitCode, stdout } = await node.call(command, pod, { config });
        results.push(exitCode === 0 ? command : `${command}: ${stdout}`);
      }
      expect(results).toEqual(['ADD', 'CHECK', 'CHECK', 'DEL']);
    },
  );
});
