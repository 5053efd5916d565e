import { describe, expect, it } from 'vitest';
import { decodeRecord, encodeRecord, makePlan, newRecord } from '../../src/plan/index.ts';
import { type Situation, failure, folder, inputsFor, planFor, stdinsOf } from './planned.ts';

const rich: Situation = {
  config: {
    clusterNetwork: 'main',
    defaultNetworks: ['monitoring'],
    globalNamespaces: 'default,infra',
    namespaceIsolation: true,
  },
  networks: [
    {
      name: 'storage',
      interface: 'store0',
      ips: ['10.7.0.5/24', 'fd00:7::5/64'],
      mac: '02:00:00:00:00:07',
      'cni-args': { vlan: 7, note: 'pod' },
    },
    {
      name: 'uplink',
      namespace: 'infra',
      'default-route': ['10.8.0.1', '10.8.0.2'],
      portMappings: [{ hostPort: 8080, containerPort: 80 }],
    },
    { name: 'vf', bandwidth: { ingressRate: 1000 }, 'org.example/own': true },
    { name: 'storage' },
  ],
  nads: {
    'kube-system/main': {
      cniVersion: '1.0.0',
      plugins: [
        { type: 'bridge', isDefaultGateway: true },
        { type: 'portmap', capabilities: { portMappings: true } },
      ],
    },
    'shop/storage': {
      cniVersion: '0.4.0',
      name: 'storage-net',
      plugins: [
        {
          type: 'macvlan',
          capabilities: { ips: true, mac: true },
          args: { cni: { note: 'network', mtu: 1400 }, labels: [] },
        },
        { type: 'tuning', sysctl: { 'net.core.somaxconn': '500' } },
      ],
    },
    'infra/uplink': { type: 'bridge', capabilities: { portMappings: true } },
    'shop/vf': { cniVersion: '1.1.0', type: 'sriov', capabilities: { bandwidth: true, deviceID: true } },
  },
  resources: { 'shop/vf': 'intel.com/vf' },
  more: {
    runtimeConfig: { portMappings: [{ hostPort: 80, containerPort: 80, protocol: 'tcp' }] },
    confDir: folder({
      '00-broken.conf': '{',
      '10-monitoring.conf': { cniVersion: '0.3.1', name: 'monitoring', type: 'ptp' },
    }),
    devices: { devices: [{ id: '0000:02:00.4', resource: 'intel.com/vf' }], warnings: [] },
  },
};

describe('a complete plan', () => {
  const plan = planFor(rich);

  it('has these attachments', async () => {
    await expect(`${JSON.stringify(plan, null, 2)}\n`).toMatchFileSnapshot('../golden/rich-plan.txt');
  });

  it('gives its plugins this input', () => {
    expect(
      plan.attachments.map((each) => [each.interfaceName, ...stdinsOf(each).map((stdin) => JSON.stringify(stdin))]),
    ).toMatchInlineSnapshot(`
      [
        [
          "eth0",
          "{"type":"bridge","isDefaultGateway":true,"name":"main","cniVersion":"1.0.0"}",
          "{"type":"portmap","name":"main","cniVersion":"1.0.0","runtimeConfig":{"portMappings":[{"hostPort":80,"containerPort":80,"protocol":"tcp"}]}}",
        ],
        [
          "net1",
          "{"cniVersion":"0.3.1","name":"monitoring","type":"ptp"}",
        ],
        [
          "store0",
          "{"type":"macvlan","args":{"cni":{"note":"pod","mtu":1400,"vlan":7},"labels":[]},"name":"storage-net","cniVersion":"0.4.0","runtimeConfig":{"ips":["10.7.0.5/24","fd00:7::5/64"],"mac":"02:00:00:00:00:07"}}",
          "{"type":"tuning","sysctl":{"net.core.somaxconn":"500"},"args":{"cni":{"vlan":7,"note":"pod"}},"name":"storage-net","cniVersion":"0.4.0"}",
        ],
        [
          "net3",
          "{"type":"bridge","name":"uplink","cniVersion":"0.4.0","runtimeConfig":{"portMappings":[{"hostPort":8080,"containerPort":80,"protocol":"tcp"}]}}",
        ],
        [
          "net4",
          "{"cniVersion":"1.1.0","type":"sriov","name":"vf","deviceID":"0000:02:00.4","pciBusID":"0000:02:00.4","runtimeConfig":{"bandwidth":{"ingressBurst":4294967295,"ingressRate":1000},"deviceID":"0000:02:00.4"}}",
        ],
        [
          "net5",
          "{"type":"macvlan","args":{"cni":{"note":"network","mtu":1400},"labels":[]},"name":"storage-net","cniVersion":"0.4.0"}",
          "{"type":"tuning","sysctl":{"net.core.somaxconn":"500"},"name":"storage-net","cniVersion":"0.4.0"}",
        ],
      ]
    `);
  });

  it('is plain data that survives the journal unchanged', () => {
    const inputs = inputsFor(rich);
    const record = newRecord(makePlan(inputs), inputs.call, undefined, 'now');
    expect(decodeRecord(encodeRecord(record), 'x.json')).toEqual(record);
  });

  it('is deterministic and does not change its inputs', () => {
    const inputs = deepFrozen(inputsFor(rich));
    expect(makePlan(inputs)).toEqual(makePlan(inputs));
  });
});

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value))
    for (const each of Object.values(Object.freeze(value))) deepFrozen(each);
  return value;
}

describe('NPWG-96: planning an invalid pod', () => {
  it('reports the first mistake of the whole list before any plugin runs', () => {
    expect(() =>
      planFor({ networks: [{ name: 'able' }, { name: 'a', mac: '02:00:00:00:00:01' }, { name: 'missing' }] }),
    ).toThrow(failure('PLX-NAD-NOT-FOUND'));
  });
});
