import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type JsonValue, decodeResult, parseJson } from '../../src/cni/index.ts';
import { type NetworkStatus, formatStatus, parseStatus, statusOf } from '../../src/npwg/index.ts';

const status = (result: JsonValue, more: object = {}, addresses: 'bare' | 'cidr' = 'bare'): NetworkStatus[] =>
  statusOf(
    {
      network: 'ns/net',
      interfaceName: 'net1',
      isDefault: false,
      result: decodeResult(result, { source: 'test', defaultVersion: '1.0.0' }),
      ...more,
    },
    { addresses },
  );

const lines = readFileSync(join(import.meta.dirname, '../golden/nad-client-networkstatus.txt'), 'utf8').split('\n');
const rows = lines.flatMap((line, index) => {
  const head = /^(\S+) default=(\S+) in=(.*)$/.exec(line);
  const answer = /=> (.*) err=/.exec(lines[index + 1] ?? '')?.[1];
  return head === null || answer === undefined
    ? []
    : [{ title: `${head[1]} default=${head[2]}`, isDefault: head[2] === 'true', input: head[3] ?? '', answer }];
});

type Entry = Record<string, unknown>;
// Entries that Plexus writes differently from the Go client on purpose.
const minimal = (more: Entry): Entry[] => [{ name: 'ns/net', interface: 'net1', dns: {}, ...more }];
const chosen: Readonly<Record<string, Entry[]>> = {
  'no-interfaces': minimal({ ips: ['10.0.0.5'] }), // NPWG-71, NPWG-77: a minimal entry instead of none
  empty: minimal({}),
  'v0.2.0': minimal({ ips: ['10.0.0.5'] }), // NPWG-72, NPWG-79
  'one-host-only': minimal({}), // NPWG-77: the address belongs to an interface of the node
  'two-host-only': minimal({ ips: ['10.0.0.5'] }),
};
const addressOfLast = ['10.0.1.5', 'fd00::5'];
const twoSandbox = (second: Entry): Entry[] => [
  { name: 'ns/net', interface: 'net1', ips: ['10.0.0.5'], dns: {}, gateway: ['fd00::1'] },
  // NPWG-84: no "<nil>"
  { name: 'ns/net', interface: 'net1b', ips: addressOfLast, dns: {}, gateway: ['fd00::1'], ...second },
];

describe('CNI-82, NPWG-70 to NPWG-86: entries equal those of the Go client', () => {
  it('reads every case of the golden file', () => {
    expect(rows).toHaveLength(18);
  });
  it.each(rows)('formats the case "$title" as the Go client does', ({ title, isDefault, input, answer }) => {
    const [name = ''] = title.split(' ');
    const entries = status(parseJson(input, 'golden'), { isDefault });
    const golden = JSON.parse(answer) as Entry[] | null;
    const deviating =
      name === 'two-sandbox'
        ? twoSandbox(isDefault ? { default: true } : {})
        : name === 'bad-index'
          ? [{ ...golden?.[0], ips: ['10.0.0.6'] }]
          : chosen[name];
    // NPWG-81: `default` is always written
    const expected = (deviating ?? golden ?? []).map((each) => ({
      ...each,
      default: deviating !== undefined && name !== 'two-sandbox' ? isDefault : (each['default'] ?? false),
    }));
    expect(entries).toEqual(expected);
  });
});

describe('an entry of network-status', () => {
  const result = {
    cniVersion: '1.1.0',
    interfaces: [
      { name: 'br0', mac: '02:00:00:00:00:09' },
      { name: 'net1', mac: '02:00:00:00:00:01', mtu: 1450, sandbox: '/n' },
    ],
    ips: [{ address: '10.0.0.5/24', interface: 1 }],
    routes: [
      { dst: '0.0.0.0/0', gw: '10.0.0.1' },
      { dst: '0.0.0.0/1', gw: '10.0.0.2' },
    ],
    dns: { domain: 'd', options: ['o'] },
  };
  it('NPWG-68, NPWG-76, NPWG-80, NPWG-82, NPWG-86: describes the interface in the sandbox and has no routes', () => {
    expect(status(result)).toEqual([
      {
        name: 'ns/net',
        interface: 'net1',
        ips: ['10.0.0.5'],
        mac: '02:00:00:00:00:01',
        mtu: 1450,
        default: false,
        dns: { domain: 'd', options: ['o'] },
        gateway: ['10.0.0.1'],
      },
    ]);
  });
  it('NPWG-78: has prefix lengths if configured', () => {
    expect(status(result, {}, 'cidr')[0]?.ips).toEqual(['10.0.0.5/24']);
  });
  it('NPWG-83, NPWG-85: has default-route and device-info if there are any', () => {
    expect(status(result, { defaultRoute: ['10.0.0.1'], deviceInfo: { type: 'pci' } })[0]).toMatchObject({
      'default-route': ['10.0.0.1'],
      'device-info': { type: 'pci' },
    });
    expect(status(result)[0]).not.toHaveProperty('default-route');
  });
  it('NPWG-88: shows a 20-byte hardware address unchanged', () => {
    const mac = '80:00:02:08:fe:80:00:00:00:00:00:00:24:8a:07:03:00:8d:ae:2f';
    expect(status({ interfaces: [{ name: 'ib0', mac, sandbox: '/n' }] })[0]?.mac).toBe(mac);
  });
  it('NPWG-74: has only the keys of the standard, mtu and gateway', () => {
    const known = [
      'name',
      'interface',
      'ips',
      'mac',
      'mtu',
      'default',
      'dns',
      'device-info',
      'gateway',
      'default-route',
    ];
    expect(Object.keys(status(result, { defaultRoute: [], deviceInfo: {} })[0] ?? {})).toEqual(known);
  });
});

describe('NPWG-67: the network-status annotation', () => {
  it('is byte for byte in the form of the Go client', () => {
    const entries = [
      ...status({ interfaces: [{ name: 'net1', sandbox: '/n' }], ips: [{ address: '10.0.0.5/24' }] }),
      { name: 'a<&>b', default: true, dns: {} },
    ];
    expect(formatStatus(entries)).toMatchInlineSnapshot(`
      "[{
          "name": "ns/net",
          "interface": "net1",
          "ips": [
              "10.0.0.5"
          ],
          "default": false,
          "dns": {}
      },{
          "name": "a\\u003c\\u0026\\u003eb",
          "default": true,
          "dns": {}
      }]"
    `);
  });
  it('is parsed to the entries it was formatted from', () => {
    const entry = fc.record({ name: fc.string(), interface: fc.string(), default: fc.boolean(), dns: fc.constant({}) });
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        expect(parseStatus(formatStatus(entries))).toEqual(entries);
      }),
    );
  });
  it('NPWG-71, NPWG-81: has at least one entry for any result, and exactly one default for the default network', () => {
    const link = fc.record({ name: fc.constantFrom('a', 'b', 'c'), sandbox: fc.constantFrom('', '/n') });
    const ip = fc.record({
      address: fc.constant('10.0.0.1/24'),
      gateway: fc.constantFrom('', '10.0.0.2'),
      interface: fc.integer({ min: -1, max: 4 }),
    });
    fc.assert(
      fc.property(
        fc.array(link, { maxLength: 4 }),
        fc.array(ip, { maxLength: 4 }),
        fc.boolean(),
        (interfaces, ips, isDefault) => {
          const entries = status({ cniVersion: '1.0.0', interfaces, ips }, { isDefault });
          return entries.length > 0 && entries.filter((each) => each.default).length === (isDefault ? 1 : 0);
        },
      ),
    );
  });
});
