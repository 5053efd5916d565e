import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/cni/index.ts';
import { able, clusterNet, failure, furtherStdins, planFor, stdinsOf } from './planned.ts';

const asked = (request: JsonObject): JsonObject[] => furtherStdins({ networks: [{ name: 'able', ...request }] });

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

describe('NPWG-33 to NPWG-60: a request becomes runtimeConfig', () => {
  it.each(requests)('$number: $request', ({ capability, request, value }) => {
    expect(asked(request)).toEqual([
      { name: 'able', cniVersion: '1.0.0', type: 'macvlan', runtimeConfig: { [capability]: value } },
    ]);
  });

  it.each([
    { request: { portMappings: [{ hostPort: 80, containerPort: 80 }] }, capability: 'portMappings', reader: 'portmap' },
    { request: { bandwidth: { ingressRate: 1 } }, capability: 'bandwidth', reader: 'bandwidth' },
    { request: { mac: '02:00:00:00:00:01' }, capability: 'mac', reader: 'accelerated-bridge' },
  ])(
    '$reader reads $capability only where it declares it: refused before anything runs otherwise',
    ({ request, capability, reader }) => {
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
    },
  );

  it('only the plugin of the chain that declares it gets it', () => {
    const nads = { 'shop/n': { plugins: [{ type: 'one' }, { type: 'two', capabilities: { mac: true } }] } };
    const stdins = furtherStdins({ networks: [{ name: 'n', mac: '02:00:00:00:00:01' }], nads });
    expect(stdins.map((stdin) => stdin['runtimeConfig'])).toEqual([undefined, { mac: '02:00:00:00:00:01' }]);
  });

  it('each element of the annotation has its own', () => {
    const networks = [{ name: 'able', mac: '02:00:00:00:00:01' }, { name: 'able' }];
    expect(furtherStdins({ networks }).map((stdin) => stdin['runtimeConfig'])).toEqual([
      { mac: '02:00:00:00:00:01' },
      undefined,
    ]);
  });

  it('NPWG-91: also those made to the default network', () => {
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
    '%s reads MAC= of CNI_ARGS: nothing is refused, nothing warned of',
    (type) => {
      const plan = macOf({ plugins: [{ type: 'ptp' }, { type }] });
      expect([cniArgsOf(plan), plan.warnings, plan.attachments[1]?.runtimeConfig]).toEqual([
        'MAC=02:00:00:00:00:01',
        [],
        {},
      ]);
    },
  );

  it.each(['static', 'host-local', 'calico-ipam', 'whereabouts'])('IPAM %s reads IP= of CNI_ARGS', (type) => {
    const plan = ipsOf({ type: 'ipvlan', ipam: { type } });
    expect([cniArgsOf(plan), plan.warnings]).toEqual(['IP=10.0.0.5/24', []]);
  });

  it('several addresses go to static as a list in CNI_ARGS', () => {
    const plan = ipsOf({ type: 'ipvlan', ipam: { type: 'static' } }, ['10.0.0.5/24', 'fd00::5/64']);
    expect([cniArgsOf(plan), argsOf(plan), plan.warnings]).toEqual(['IP=10.0.0.5/24,fd00::5/64', undefined, []]);
  });

  it('several addresses go to host-local in args.cni, as it rejects a list in CNI_ARGS', () => {
    const plan = ipsOf({ type: 'ipvlan', ipam: { type: 'host-local' } }, ['10.0.0.5', 'fd00::5']);
    expect([cniArgsOf(plan), argsOf(plan), plan.warnings]).toEqual(['', { cni: { ips: ['10.0.0.5', 'fd00::5'] } }, []]);
  });

  it('several addresses are refused where a plugin of the chain fails at lists in args.cni', () => {
    expect(() => ipsOf({ type: 'ib-sriov', ipam: { type: 'host-local' } }, ['10.0.0.5', 'fd00::5'])).toThrow(
      failure('PLX-CAPABILITY-MISSING'),
    );
  });

  it('ib-sriov gets infiniband-guid in args.cni', () => {
    const networks = [{ name: 'n', 'infiniband-guid': '24:8a:07:03:00:8d:ae:2f' }];
    expect(argsOf(planFor({ networks, nads: { 'shop/n': { type: 'ib-sriov' } } }))).toEqual({
      cni: { guid: '24:8a:07:03:00:8d:ae:2f' },
    });
  });

  it.each(['ovn-k8s-cni-overlay', 'kube-ovn'])('%s has it from the annotation, also as IPAM plugin', (type) => {
    expect([macOf({ type }).warnings, ipsOf({ type }).warnings]).toEqual([[], []]);
    expect(ipsOf({ type: 'macvlan', ipam: { type } }).warnings).toEqual([]);
  });

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
  ])('is refused where every plugin is known and none reads it: $says', ({ config, says, ...request }) => {
    const nads = { 'shop/n': config };
    expect(() => planFor({ networks: [{ name: 'n', ...request }], nads })).toThrow(
      failure('PLX-REQUEST-UNSERVED', new RegExp(says)),
    );
  });

  it('an unknown plugin, main or IPAM, gets it in CNI_ARGS and args.cni, with a note and no Event', () => {
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

  it('an unknown plugin that declares the capability gets no list in CNI_ARGS beside it', () => {
    const plan = ipsOf({ type: 'frobnicate', capabilities: { ips: true } }, ['10.0.0.5', 'fd00::5']);
    expect([cniArgsOf(plan), plan.attachments[1]?.runtimeConfig, plan.warnings]).toEqual([
      '',
      { ips: ['10.0.0.5', 'fd00::5'] },
      [],
    ]);
  });

  it('dhcp may read it: attached, with a note', () => {
    expect(ipsOf({ type: 'macvlan', ipam: { type: 'dhcp' } }).notes).toEqual([
      expect.stringContaining('Plexus does not know whether dhcp reads ips'),
    ]);
  });

  it('a declared capability that no plugin reads is passed on, with a warning', () => {
    const plan = planFor({
      networks: [{ name: 'n', bandwidth: { ingressRate: 1, ingressBurst: 2 } }],
      nads: { 'shop/n': { type: 'bridge', capabilities: { bandwidth: true } } },
    });
    expect(plan.attachments[1]?.runtimeConfig).toEqual({ bandwidth: { ingressRate: 1, ingressBurst: 2 } });
    expect(plan.warnings).toEqual([
      'network shop/n: a plugin declares the capability bandwidth, but bridge is not known to read bandwidth',
    ]);
  });

  it('the pod’s own cni-args win over what a request puts there', () => {
    const networks = [{ name: 'n', ips: ['10.0.0.5', 'fd00::5'], 'cni-args': { ips: ['10.0.0.6'] } }];
    expect(argsOf(planFor({ networks, nads: { 'shop/n': { type: 'ptp', ipam: { type: 'host-local' } } } }))).toEqual({
      cni: { ips: ['10.0.0.6'] },
    });
  });

  it.each([
    { policy: 'warn', warnings: [expect.stringContaining('none of its plugins reads it: ipvlan')] },
    { policy: 'ignore', warnings: [] },
  ])('unservedRequests: $policy attaches without it', ({ policy, warnings }) => {
    const config = { delegates: [clusterNet], unservedRequests: policy };
    const plan = planFor({
      config,
      networks: [{ name: 'n', mac: '02:00:00:00:00:01' }],
      nads: { 'shop/n': { type: 'ipvlan' } },
    });
    expect(plan.warnings).toEqual(warnings);
  });
});

describe('requests as real clusters write them', () => {
  it('01: a MAC address for a bridge without capabilities, as KubeVirt writes it', () => {
    const vmnet = { cniVersion: '0.3.1', type: 'bridge', bridge: 'br1', ipam: {} };
    const networks = [{ name: 'vmnet', mac: '02:00:00:00:01:01', interface: 'podaa11bb22cc3' }];
    const plan = planFor({ networks, nads: { 'shop/vmnet': vmnet } });
    expect([plan.attachments[1]?.interfaceName, cniArgsOf(plan), plan.warnings]).toEqual([
      'podaa11bb22cc3',
      'MAC=02:00:00:00:01:01',
      [],
    ]);
  });

  it('02: an address for static without capabilities', () => {
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

  it('04: addresses of the default network together with an IPAMClaim: both are passed on', () => {
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

  it('38: a port of every IPv6 address of the node is accepted', () => {
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

  it('nor to a further network of the node', () => {
    const config = { delegates: [clusterNet, { ...clusterNet, name: 'two' }] };
    const plan = planFor({ config, more: { runtimeConfig } });
    expect(plan.attachments.flatMap(stdinsOf).map((stdin) => stdin['runtimeConfig'])).toEqual([
      { portMappings: runtimeConfig.portMappings },
      undefined,
    ]);
  });

  it('a request of the pod to its default network wins', () => {
    const [first] = planFor({
      defaultNetwork: [{ name: 'able', namespace: 'shop', mac: '02:00:00:00:00:01' }],
      more: { runtimeConfig },
    }).attachments;
    expect(first?.runtimeConfig).toEqual({ ...runtimeConfig, mac: '02:00:00:00:00:01' });
  });
});
