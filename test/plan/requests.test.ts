import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/cni/index.ts';
import { able, clusterNet, failure, furtherStdins, planFor, stdinsOf } from './planned.ts';

const asked = (request: JsonObject): JsonObject[] => furtherStdins({ networks: [{ name: 'able', ...request }] });

const requests = [
  { number: 'NPWG-33', capability: 'ips', request: { ips: ['10.2.2.42/24', '2001:db8::5'] }, value: ['10.2.2.42/24', '2001:db8::5'] },
  { number: 'NPWG-37', capability: 'mac', request: { mac: '02:23:45:67:89:01' }, value: '02:23:45:67:89:01' },
  { number: 'NPWG-60', capability: 'infinibandGUID', request: { 'infiniband-guid': '24:8a:07:03:00:8d:ae:2f' }, value: '24:8a:07:03:00:8d:ae:2f' },
  {
    number: 'NPWG-47',
    capability: 'portMappings',
    request: {
      portMappings: [
        { hostPort: 80, containerPort: 8080, protocol: 'Tcp' },
        { hostPort: 53, containerPort: 53, protocol: 'UDP', hostIP: '192.0.2.1' },
      ],
    },
    value: [
      { hostPort: 80, containerPort: 8080, protocol: 'tcp' },
      { hostPort: 53, containerPort: 53, protocol: 'udp', hostIP: '192.0.2.1' },
    ],
  },
  {
    number: 'NPWG-50',
    capability: 'bandwidth',
    request: { bandwidth: { ingressRate: 1000, ingressBurst: 2000 } },
    value: { ingressRate: 1000, ingressBurst: 2000 },
  },
  { number: 'NPWG-51', capability: 'bandwidth', request: { bandwidth: { egressRate: 1000 } }, value: { egressRate: 1000, egressBurst: 4_294_967_295 } },
];

describe('NPWG-33 to NPWG-60: a request becomes runtimeConfig', () => {
  it.each(requests)('$number: $request', ({ capability, request, value }) => {
    expect(asked(request)).toEqual([{ name: 'able', cniVersion: '1.0.0', type: 'macvlan', runtimeConfig: { [capability]: value } }]);
  });

  it.each(requests)('$number: no plugin declares $capability: refused before anything runs', ({ capability, request }) => {
    const says = new RegExp(`on network shop/n, but none of its plugins declares "capabilities": \\{"${capability}": true\\}`);
    for (const capabilities of [undefined, {}, { [capability]: false }, { [capability]: 'true' }]) {
      const nads = { 'shop/n': { type: 'x', ...(capabilities !== undefined && { capabilities }) } };
      expect(() => planFor({ networks: [{ name: 'n', ...request }], nads })).toThrow(failure('PLX-CAPABILITY-MISSING', says));
    }
  });

  it('only the plugin of the chain that declares it gets it', () => {
    const nads = { 'shop/n': { plugins: [{ type: 'one' }, { type: 'two', capabilities: { mac: true } }] } };
    const stdins = furtherStdins({ networks: [{ name: 'n', mac: '02:00:00:00:00:01' }], nads });
    expect(stdins.map((stdin) => stdin['runtimeConfig'])).toEqual([undefined, { mac: '02:00:00:00:00:01' }]);
  });

  it('each element of the annotation has its own', () => {
    const networks = [{ name: 'able', mac: '02:00:00:00:00:01' }, { name: 'able' }];
    expect(furtherStdins({ networks }).map((stdin) => stdin['runtimeConfig'])).toEqual([{ mac: '02:00:00:00:00:01' }, undefined]);
  });

  it('NPWG-91: also those made to the default network', () => {
    const [first] = planFor({ defaultNetwork: [{ name: 'able', namespace: 'shop', mac: '02:00:00:00:00:01' }] }).attachments;
    expect(first?.runtimeConfig).toEqual({ mac: '02:00:00:00:00:01' });
  });
});

describe('NPWG-103, NPWG-104: what the runtime hands over goes to the default network only, complete', () => {
  const runtimeConfig = {
    portMappings: [{ hostPort: 80, containerPort: 80, protocol: 'tcp', hostIP: '' }],
    dns: { Servers: ['192.0.2.53'] },
    mac: '02:00:00:00:00:09',
    'io.kubernetes.cri.pod-annotations': { a: 'b' },
    'org.example/other': [1],
  };
  const capabilities = Object.fromEntries(Object.keys(runtimeConfig).map((key) => [key, true]));

  it('unchanged, and not even to a network that declares the same', () => {
    const config = { delegates: [{ ...clusterNet, capabilities }] };
    const plan = planFor({ config, networks: 'n', nads: { 'shop/n': { ...able, capabilities } }, more: { runtimeConfig } });
    expect(plan.attachments.flatMap(stdinsOf).map((stdin) => stdin['runtimeConfig'])).toEqual([runtimeConfig, undefined]);
  });

  it('nor to a further network of the node', () => {
    const config = { delegates: [clusterNet, { ...clusterNet, name: 'two' }] };
    const plan = planFor({ config, more: { runtimeConfig } });
    expect(plan.attachments.flatMap(stdinsOf).map((stdin) => stdin['runtimeConfig'])).toEqual([{ portMappings: runtimeConfig.portMappings }, undefined]);
  });

  it('a request of the pod to its default network wins', () => {
    const [first] = planFor({ defaultNetwork: [{ name: 'able', namespace: 'shop', mac: '02:00:00:00:00:01' }], more: { runtimeConfig } }).attachments;
    expect(first?.runtimeConfig).toEqual({ ...runtimeConfig, mac: '02:00:00:00:00:01' });
  });
});
