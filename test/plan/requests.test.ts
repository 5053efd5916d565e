import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/cni/index.ts';
import { able, clusterNet, failure, additionalStdins, planFor, stdinsOf } from './planned.ts';

const stdinsFor = (request: JsonObject): JsonObject[] => additionalStdins({ networks: [{ name: 'able', ...request }] });

const requests = [
  {
    number: 'NPWG-33',
    capability: 'ips',
    request: { ips: ['10.2.2.42/24', '2001:db8::5'] },
    value: ['10.2.2.42/24', '2001:db8::5'],
  },
  { number: 'NPWG-37', capability: 'mac', request: { mac: '02:23:45:67:89:01' }, value: '02:23:45:67:89:01' },
  {
    number: 'NPWG-60',
    capability: 'infinibandGUID',
    request: { 'infiniband-guid': '24:8a:07:03:00:8d:ae:2f' },
    value: '24:8a:07:03:00:8d:ae:2f',
  },
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
  {
    number: 'NPWG-51',
    capability: 'bandwidth',
    request: { bandwidth: { egressRate: 1000 } },
    value: { egressRate: 1000, egressBurst: 4_294_967_295 },
  },
];

describe('NPWG-33 to NPWG-60: a request in runtimeConfig', () => {
  it.each(requests)("has the capability's name ($number: $request)", ({ capability, request, value }) => {
    expect(stdinsFor(request)).toEqual([
      { name: 'able', cniVersion: '1.0.0', type: 'macvlan', runtimeConfig: { [capability]: value } },
    ]);
  });

  it.each([
    { request: { portMappings: [{ hostPort: 80, containerPort: 80 }] }, capability: 'portMappings', reader: 'portmap' },
    { request: { bandwidth: { ingressRate: 1 } }, capability: 'bandwidth', reader: 'bandwidth' },
    { request: { mac: '02:00:00:00:00:01' }, capability: 'mac', reader: 'accelerated-bridge' },
  ])('is rejected before any plugin runs unless $reader declares $capability', ({ request, capability, reader }) => {
    const says = new RegExp(
      `on network shop/n, but ${reader} receives it only if its configuration declares "capabilities": \\{"${capability}": true\\}`,
    );
    for (const capabilities of [undefined, {}, { [capability]: false }, { [capability]: 'true' }]) {
      const nads = {
        'shop/n': {
          plugins: [{ type: 'ptp' }, { type: reader, ...(capabilities !== undefined && { capabilities }) }],
        },
      };
      expect(() => planFor({ networks: [{ name: 'n', ...request }], nads })).toThrow(
        failure('PLX-CAPABILITY-MISSING', says),
      );
    }
  });

  it('reaches only the plugins that declare the capability', () => {
    const nads = { 'shop/n': { plugins: [{ type: 'one' }, { type: 'two', capabilities: { mac: true } }] } };
    const stdins = additionalStdins({ networks: [{ name: 'n', mac: '02:00:00:00:00:01' }], nads });
    expect(stdins.map((stdin) => stdin['runtimeConfig'])).toEqual([undefined, { mac: '02:00:00:00:00:01' }]);
  });

  it('belongs to one element of the annotation', () => {
    const networks = [{ name: 'able', mac: '02:00:00:00:00:01' }, { name: 'able' }];
    expect(additionalStdins({ networks }).map((stdin) => stdin['runtimeConfig'])).toEqual([
      { mac: '02:00:00:00:00:01' },
      undefined,
    ]);
  });

  it('NPWG-91: may also be made to the default network', () => {
    const [first] = planFor({
      defaultNetwork: [{ name: 'able', namespace: 'shop', mac: '02:00:00:00:00:01' }],
    }).attachments;
    expect(first?.runtimeConfig).toEqual({ mac: '02:00:00:00:00:01' });
  });
});

type Planned = ReturnType<typeof planFor>;

const macOf = (config: JsonObject): Planned =>
  planFor({ networks: [{ name: 'n', mac: '02:00:00:00:00:01' }], nads: { 'shop/n': config } });
const ipsOf = (config: JsonObject, ips: readonly string[] = ['10.0.0.5/24']): Planned =>
  planFor({ networks: [{ name: 'n', ips: [...ips] }], nads: { 'shop/n': config } });
const cniArgsOf = (plan: Planned): string => (plan.attachments[1]?.cniArgs ?? '').replace(/.*K8S_POD_UID=;?/, '');
const argsOf = (plan: Planned): JsonValue | undefined => plan.attachments[1]?.configuration.plugins[0]?.json['args'];

describe('a request without a declared capability', () => {
  it.each(['bridge', 'macvlan', 'tap', 'tuning', 'ovs', 'sriov', 'macvtap', 'cnv-bridge'])(
    'is accepted without a warning if %s reads MAC= in CNI_ARGS',
    (type) => {
      const plan = macOf({ plugins: [{ type: 'ptp' }, { type }] });
      expect([cniArgsOf(plan), plan.warnings, plan.attachments[1]?.runtimeConfig]).toEqual([
        'MAC=02:00:00:00:00:01',
        [],
        {},
      ]);
    },
  );

  it.each(['static', 'host-local', 'calico-ipam', 'whereabouts'])(
    'is accepted if IPAM plugin %s reads IP= in CNI_ARGS',
    (type) => {
      const plan = ipsOf({ type: 'ipvlan', ipam: { type } });
      expect([cniArgsOf(plan), plan.warnings]).toEqual(['IP=10.0.0.5/24', []]);
    },
  );

  it('passes several addresses to static as a list in CNI_ARGS', () => {
    const plan = ipsOf({ type: 'ipvlan', ipam: { type: 'static' } }, ['10.0.0.5/24', 'fd00::5/64']);
    expect([cniArgsOf(plan), argsOf(plan), plan.warnings]).toEqual(['IP=10.0.0.5/24,fd00::5/64', undefined, []]);
  });

  it('passes several addresses to host-local in args.cni, because it rejects a list in CNI_ARGS', () => {
    const plan = ipsOf({ type: 'ipvlan', ipam: { type: 'host-local' } }, ['10.0.0.5', 'fd00::5']);
    expect([cniArgsOf(plan), argsOf(plan), plan.warnings]).toEqual(['', { cni: { ips: ['10.0.0.5', 'fd00::5'] } }, []]);
  });

  it('is rejected for several addresses if a plugin of the chain fails on lists in args.cni', () => {
    expect(() => ipsOf({ type: 'ib-sriov', ipam: { type: 'host-local' } }, ['10.0.0.5', 'fd00::5'])).toThrow(
      failure('PLX-CAPABILITY-MISSING'),
    );
  });

  it('passes infiniband-guid to ib-sriov in args.cni', () => {
    const networks = [{ name: 'n', 'infiniband-guid': '24:8a:07:03:00:8d:ae:2f' }];
    expect(argsOf(planFor({ networks, nads: { 'shop/n': { type: 'ib-sriov' } } }))).toEqual({
      cni: { guid: '24:8a:07:03:00:8d:ae:2f' },
    });
  });

  it.each(['ovn-k8s-cni-overlay', 'kube-ovn'])(
    'is accepted if %s reads the annotation, also as an IPAM plugin',
    (type) => {
      expect([macOf({ type }).warnings, ipsOf({ type }).warnings]).toEqual([[], []]);
      expect(ipsOf({ type: 'macvlan', ipam: { type } }).warnings).toEqual([]);
    },
  );

  it.each([
    {
      config: { type: 'bridge', ipam: {} },
      ips: ['10.0.0.5/24'],
      says: 'requests ips on network shop/n, but none of its plugins reads it: bridge',
    },
    {
      config: { type: 'ipvlan', ipam: { type: 'static' } },
      mac: '02:00:00:00:00:01',
      says: 'requests mac on network shop/n, but none of its plugins reads it: ipvlan, static',
    },
    {
      config: { type: 'macvlan' },
      bandwidth: { ingressRate: 1 },
      says: 'requests bandwidth on network shop/n, but none of its plugins reads it: macvlan',
    },
  ])('is rejected if every plugin is known and none reads it: $says', ({ config, says, ...request }) => {
    const nads = { 'shop/n': config };
    expect(() => planFor({ networks: [{ name: 'n', ...request }], nads })).toThrow(
      failure('PLX-REQUEST-UNSERVED', new RegExp(says)),
    );
  });

  it('is passed to an unknown plugin, main or IPAM, in CNI_ARGS and args.cni, with a note but no Event', () => {
    const unknown = macOf({ type: 'frobnicate' });
    expect([cniArgsOf(unknown), argsOf(unknown)]).toEqual([
      'MAC=02:00:00:00:00:01',
      { cni: { mac: '02:00:00:00:00:01' } },
    ]);
    expect(unknown.warnings).toEqual([]);
    expect(unknown.notes).toEqual([
      'network shop/n: Plexus does not know whether frobnicate reads mac; a plugin that reads it as capability mac must declare that capability',
    ]);
    const ipam = ipsOf({ type: 'ptp', ipam: { type: 'strange' } });
    expect([cniArgsOf(ipam), argsOf(ipam), ipam.notes]).toEqual([
      'IP=10.0.0.5/24',
      undefined,
      [expect.stringContaining('whether strange reads ips')],
    ]);
  });

  it('passes no list in CNI_ARGS to an unknown plugin that declares the capability', () => {
    const plan = ipsOf({ type: 'frobnicate', capabilities: { ips: true } }, ['10.0.0.5', 'fd00::5']);
    expect([cniArgsOf(plan), plan.attachments[1]?.runtimeConfig, plan.warnings]).toEqual([
      '',
      { ips: ['10.0.0.5', 'fd00::5'] },
      [],
    ]);
  });

  it('is accepted with a note for dhcp, which may read it', () => {
    expect(ipsOf({ type: 'macvlan', ipam: { type: 'dhcp' } }).notes).toEqual([
      expect.stringContaining('Plexus does not know whether dhcp reads ips'),
    ]);
  });

  it('is passed on with a warning if the capability is declared but no plugin reads it', () => {
    const plan = planFor({
      networks: [{ name: 'n', bandwidth: { ingressRate: 1, ingressBurst: 2 } }],
      nads: { 'shop/n': { type: 'bridge', capabilities: { bandwidth: true } } },
    });
    expect(plan.attachments[1]?.runtimeConfig).toEqual({ bandwidth: { ingressRate: 1, ingressBurst: 2 } });
    expect(plan.warnings).toEqual([
      'network shop/n: a plugin declares the capability bandwidth, but bridge is not known to read bandwidth',
    ]);
  });

  it('is overridden by the pod’s own cni-args', () => {
    const networks = [{ name: 'n', ips: ['10.0.0.5', 'fd00::5'], 'cni-args': { ips: ['10.0.0.6'] } }];
    expect(argsOf(planFor({ networks, nads: { 'shop/n': { type: 'ptp', ipam: { type: 'host-local' } } } }))).toEqual({
      cni: { ips: ['10.0.0.6'] },
    });
  });

  it.each([
    { policy: 'warn', warnings: [expect.stringContaining('none of its plugins reads it: ipvlan')] },
    { policy: 'ignore', warnings: [] },
  ])('is dropped with unservedRequests: $policy', ({ policy, warnings }) => {
    const config = { delegates: [clusterNet], unservedRequests: policy };
    const plan = planFor({
      config,
      networks: [{ name: 'n', mac: '02:00:00:00:00:01' }],
      nads: { 'shop/n': { type: 'ipvlan' } },
    });
    expect(plan.warnings).toEqual(warnings);
  });
});

describe('requests in real clusters', () => {
  it('01: pass a MAC address to a bridge without capabilities, as KubeVirt requests it', () => {
    const vmnet = { cniVersion: '0.3.1', type: 'bridge', bridge: 'br1', ipam: {} };
    const networks = [{ name: 'vmnet', mac: '02:00:00:00:01:01', interface: 'podaa11bb22cc3' }];
    const plan = planFor({ networks, nads: { 'shop/vmnet': vmnet } });
    expect([plan.attachments[1]?.interfaceName, cniArgsOf(plan), plan.warnings]).toEqual([
      'podaa11bb22cc3',
      'MAC=02:00:00:00:01:01',
      [],
    ]);
  });

  it('02: pass an address to static without capabilities', () => {
    const ipam = { type: 'static', routes: [{ dst: '10.99.0.0/16', gw: '10.70.0.1' }] };
    const iot = {
      cniVersion: '0.3.1',
      name: 'iot',
      plugins: [{ type: 'macvlan', master: 'eth1', mode: 'bridge', ipam }],
    };
    const networks = [{ name: 'iot', ips: ['10.70.0.20/24'], mac: '02:00:00:00:02:01' }];
    const plan = planFor({ networks, nads: { 'shop/iot': iot } });
    expect([cniArgsOf(plan), plan.warnings]).toEqual(['MAC=02:00:00:00:02:01;IP=10.70.0.20/24', []]);
  });

  it('04: pass both addresses and an IPAMClaim of the default network', () => {
    const overlay = {
      cniVersion: '0.4.0',
      name: 'ovn-kubernetes',
      type: 'ovn-k8s-cni-overlay',
      capabilities: { ips: true, mac: true },
    };
    const element = {
      name: 'default',
      namespace: 'ovn-kubernetes',
      mac: '02:00:00:00:04:01',
      ips: ['10.40.0.5/24'],
      'ipam-claim-reference': 'vm-x.net',
    };
    const [first] = planFor({ defaultNetwork: [element], nads: { 'ovn-kubernetes/default': overlay } }).attachments;
    expect(first?.runtimeConfig).toEqual({ ips: ['10.40.0.5/24'], mac: '02:00:00:00:04:01' });
    expect(first?.cniArgs).toMatch(/;MAC=02:00:00:00:04:01;IP=10\.40\.0\.5\/24$/);
    expect(first?.configuration.plugins[0]?.json['args']).toEqual({
      cni: { 'k8s.cni.cncf.io/ipam-claim-reference': 'vm-x.net' },
    });
  });

  it.each([
    { ips: [], says: 'element 1, ips: [] is not a list of at least one IP address' },
    { ips: [''], says: 'element 1, ips[0]: "" is not an IPv4 or IPv6 address' },
    { bandwidth: { ingressRate: '10M' }, says: 'element 1, bandwidth.ingressRate: "10M" is not a number of bits' },
    {
      portMappings: [{ hostPort: '8080', containerPort: 80 }],
      says: 'element 1, portMappings[0].hostPort: "8080" is not a port',
    },
    {
      portMappings: [{ hostPort: 8080, containerPort: 80, hostIP: '[::1]' }],
      says: 'element 1, portMappings[0].hostIP: "[::1]" is not an IPv4 or IPv6',
    },
  ])('38: $says', ({ says, ...request }) => {
    expect(() => planFor({ networks: [{ name: 'able', ...request }] })).toThrow(
      failure('PLX-SELECTION-INVALID', new RegExp(says.replaceAll(/[[\]]/g, '\\$&'))),
    );
  });

  it('38: map a port of every IPv6 address of the node', () => {
    const nads = {
      'shop/n': { plugins: [{ type: 'ptp' }, { type: 'portmap', capabilities: { portMappings: true } }] },
    };
    const plan = planFor({
      networks: [{ name: 'n', portMappings: [{ hostPort: 8080, containerPort: 80, hostIP: '::' }] }],
      nads,
    });
    expect(plan.attachments[1]?.runtimeConfig).toEqual({
      portMappings: [{ hostPort: 8080, containerPort: 80, protocol: 'tcp', hostIP: '::' }],
    });
  });
});

describe("NPWG-103, NPWG-104: the runtime's runtimeConfig", () => {
  const runtimeConfig = {
    portMappings: [{ hostPort: 80, containerPort: 80, protocol: 'tcp', hostIP: '' }],
    dns: { Servers: ['192.0.2.53'] },
    mac: '02:00:00:00:00:09',
    'io.kubernetes.cri.pod-annotations': { a: 'b' },
    'org.example/other': [1],
  };
  const capabilities = Object.fromEntries(Object.keys(runtimeConfig).map((key) => [key, true]));

  it('reaches the default network unchanged and complete, and no other network with the same capability', () => {
    const config = { delegates: [{ ...clusterNet, capabilities }] };
    const plan = planFor({
      config,
      networks: 'n',
      nads: { 'shop/n': { ...able, capabilities } },
      more: { runtimeConfig },
    });
    expect(plan.attachments.flatMap(stdinsOf).map((stdin) => stdin['runtimeConfig'])).toEqual([
      runtimeConfig,
      undefined,
    ]);
  });

  it("does not reach the node's defaultNetworks", () => {
    const config = { delegates: [clusterNet, { ...clusterNet, name: 'two' }] };
    const plan = planFor({ config, more: { runtimeConfig } });
    expect(plan.attachments.flatMap(stdinsOf).map((stdin) => stdin['runtimeConfig'])).toEqual([
      { portMappings: runtimeConfig.portMappings },
      undefined,
    ]);
  });

  it("is overridden by the pod's request to its default network", () => {
    const [first] = planFor({
      defaultNetwork: [{ name: 'able', namespace: 'shop', mac: '02:00:00:00:00:01' }],
      more: { runtimeConfig },
    }).attachments;
    expect(first?.runtimeConfig).toEqual({ ...runtimeConfig, mac: '02:00:00:00:00:01' });
  });
});
