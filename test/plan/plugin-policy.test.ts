import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonObject, parseConfiguration, parseJson } from '../../src/cni/index.ts';
import { type PluginPolicy, makePlan, policyViolations } from '../../src/plan/index.ts';
import { type Situation, clusterNet, failure, inputsFor, stdinsOf } from './planned.ts';

const tenants: PluginPolicy = {
  name: 'tenants',
  plugins: { main: ['bridge', 'macvlan', 'host-device'], chained: ['tuning'], ipam: ['host-local'] },
  deniedKeys: ['ipam.dataDir', 'sysctl', 'ipam.ranges.gateway'],
  masters: ['eth1', 'bond*.7'],
  bridges: ['br-*'],
};
const violations = (config: object | string, policy = tenants, labels: Record<string, string> = {}) => {
  const json = parseJson(typeof config === 'string' ? config : JSON.stringify(config), 'it');
  const configuration = parseConfiguration(json, { source: 'it', defaultName: 'n' });
  return policyViolations(configuration, labels, [policy]).map(({ path, problem }) => `${path.join('.')}: ${problem}`);
};

describe('a policy for plugins', () => {
  it.each<[string, object | string, readonly string[]]>([
    [
      'allowed',
      { plugins: [{ type: 'bridge', bridge: 'br-a', ipam: { type: 'host-local' } }, { type: 'tuning' }] },
      [],
    ],
    [
      'main',
      { type: 'ipvlan', master: 'eth1' },
      ['plugins.0.type: plugin "ipvlan" is not allowed as main: allowed are bridge, macvlan, host-device'],
    ],
    [
      'chained',
      {
        plugins: [
          { type: 'macvlan', master: 'eth1' },
          { type: 'bridge', bridge: 'br-a' },
        ],
      },
      ['plugins.1.type: plugin "bridge" is not allowed as chained: allowed are tuning'],
    ],
    [
      'IPAM',
      { type: 'macvlan', master: 'eth1', ipam: { type: 'dhcp' } },
      ['plugins.0.ipam.type: plugin "dhcp" is not allowed as ipam: allowed are host-local'],
    ],
    [
      'a delegate, and the delegates of a delegate',
      {
        type: 'bridge',
        bridge: 'br-a',
        delegate: { type: 'macvlan', master: 'eth1', x: { Delegates: [{ type: 'ptp' }, { type: 'bandwidth' }] } },
      },
      [
        'plugins.0.delegate.x.Delegates.0.type: plugin "ptp" is not allowed as main: allowed are bridge, macvlan, host-device',
        'plugins.0.delegate.x.Delegates.1.type: plugin "bandwidth" is not allowed as chained: allowed are tuning',
      ],
    ],
    [
      'a nested plugin without a type',
      { type: 'bridge', bridge: 'br-a', delegate: { isGateway: true } },
      ['plugins.0.delegate: it names no plugin type; allowed as main: allowed are bridge, macvlan, host-device'],
    ],
    [
      'another spelling of the type beside it',
      '{"type":"bridge","bridge":"br-a","TYPE":"ptp"}',
      ['plugins.0.TYPE: plugin "ptp" is not allowed as main: allowed are bridge, macvlan, host-device'],
    ],
    [
      'denied keys in any spelling, also in lists',
      '{"type":"bridge","bridge":"br-a","Sysctl":{},"IPAM":{"type":"host-local","dataDIR":"/etc","ranges":[[{"gateway":"1"}]]}}',
      [
        'plugins.0.IPAM.dataDIR: key ipam.dataDir is denied',
        'plugins.0.Sysctl: key sysctl is denied',
        'plugins.0.IPAM.ranges.0.0.gateway: key ipam.ranges.gateway is denied',
      ],
    ],
    [
      'a key that Go reads as s',
      '{"type":"bridge","bridge":"br-a","\u017fy\u017fctl":{}}',
      ['plugins.0.\u017fy\u017fctl: key sysctl is denied'],
    ],
    [
      'masters',
      { type: 'macvlan', master: 'eth0', Master: 'bond0.7' },
      ['plugins.0.master: master "eth0" is not allowed: allowed are eth1, bond*.7'],
    ],
    ['no master', { type: 'macvlan' }, ['plugins.0: it must name its master: allowed are eth1, bond*.7']],
    ['a master in the pod', { type: 'macvlan', master: 'net1', linkInContainer: true }, []],
    [
      'linkInContainer of a plugin that does not read it',
      { type: 'host-device', device: 'eth0', linkInContainer: true },
      ['plugins.0.device: device "eth0" is not allowed: allowed are eth1, bond*.7'],
    ],
    [
      'linkInContainer with a letter that Go does not read as i',
      '{"type":"macvlan","master":"eth0","l\u0131nkInContainer":true}',
      ['plugins.0.master: master "eth0" is not allowed: allowed are eth1, bond*.7'],
    ],
    [
      'linkInContainer with a device of the node',
      { type: 'macvlan', linkInContainer: true, deviceID: '0000:18:02.5' },
      ['plugins.0.deviceID: deviceID "0000:18:02.5" is not allowed: allowed are eth1, bond*.7'],
    ],
    [
      'a device',
      { type: 'host-device', pciBusID: '0000:18:02.5' },
      ['plugins.0.pciBusID: pciBusID "0000:18:02.5" is not allowed: allowed are eth1, bond*.7'],
    ],
    ['a device of a device plugin', { type: 'host-device' }, []],
    [
      'bridges',
      { type: 'bridge', bridge: 'cni0' },
      ['plugins.0.bridge: bridge "cni0" is not allowed: allowed are br-*'],
    ],
    ['no bridge', { type: 'bridge' }, ['plugins.0: it must name its bridge: allowed are br-*']],
    [
      'a bridge that is no text',
      { type: 'bridge', bridge: { a: 1 } },
      ['plugins.0.bridge: bridge {"a":1} is not allowed: allowed are br-*'],
    ],
    [
      '__proto__',
      '{"type":"bridge","bridge":"br-a","__proto__":{"sysctl":{}},"ipam":{"__proto__":{"dataDir":"/"}}}',
      [],
    ],
    [
      'a plugin below __proto__',
      '{"type":"bridge","bridge":"br-a","__proto__":{"delegate":{"type":"ptp"}}}',
      [
        'plugins.0.__proto__.delegate.type: plugin "ptp" is not allowed as main: allowed are bridge, macvlan, host-device',
      ],
    ],
  ])('%s', (_what, config, expected) => {
    expect(violations(config)).toEqual(expected);
  });

  it('sets no limit without policies, and none that it does not name', () => {
    const config = { type: 'anything', sysctl: {}, master: 'eth0' };
    expect(violations(config, { name: 'all' })).toEqual([]);
    expect(policyViolations(parseConfiguration(config, { source: 'it', defaultName: 'n' }), {}, [])).toEqual([]);
  });

  it('finds a denied type however it is nested and spelled', () => {
    const step = fc.constantFrom('delegate', 'DELEGATE', 'delegates', 'ipam', 'Plugins', 'other');
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), fc.boolean(), (steps, inList) => {
        const nested = steps.reduceRight<object>(
          (inner, key) => ({
            type: key === 'ipam' ? 'host-local' : 'bridge',
            bridge: 'br-a',
            [key]: inList ? [inner] : inner,
          }),
          { delegate: { type: 'evil' } },
        );
        const found = violations({ type: 'bridge', bridge: 'br-a', x: nested });
        expect(found.some((each) => each.includes('"evil"'))).toBe(true);
      }),
    );
  });
});

describe('the selector of a policy', () => {
  const policies: readonly PluginPolicy[] = [
    { name: 'trusted', namespaces: { matchLabels: { trust: 'full' } } },
    { name: 'lab', namespaces: { matchExpressions: [{ key: 'team', operator: 'In', values: ['lab', 'net'] }] } },
    {
      name: 'plain',
      namespaces: {
        matchExpressions: [
          { key: 'team', operator: 'Exists' },
          { key: 'team', operator: 'NotIn', values: ['shop'] },
          { key: 'locked', operator: 'DoesNotExist' },
        ],
      },
    },
  ].map((policy) => ({ ...policy, plugins: { main: [] } }) as PluginPolicy);
  it.each([
    [{ trust: 'full', team: 'lab' }, 'trusted'],
    [{ trust: 'half', team: 'net' }, 'lab'],
    [{ team: 'other' }, 'plain'],
    [{ team: 'other', locked: '' }, ''],
    [{ team: 'shop' }, ''],
    [{}, ''],
  ])('of %j is decided by policy "%s"', (labels, name) => {
    const configuration = parseConfiguration({ type: 'bridge' }, { source: 'it', defaultName: 'n' });
    expect(policyViolations(configuration, labels as Record<string, string>, policies)).toMatchObject([
      { policy: name },
    ]);
  });
});

describe('a device of the node that a pod chooses itself', () => {
  const plan = (deviceID: string, situation: Situation = {}, policy: PluginPolicy = tenants) =>
    makePlan(
      inputsFor({
        networks: [{ name: 'able', deviceID }],
        nads: { 'shop/able': { cniVersion: '1.0.0', type: 'host-device', capabilities: { deviceID: true } } },
        ...situation,
        config: { delegates: [clusterNet], pluginPolicies: [policy as unknown as JsonObject] },
        more: { namespaces: new Map([['shop', {}]]), ...situation.more },
      }),
    );

  it('must be among the masters of the policy', () => {
    expect(() => plan('0000:18:02.5')).toThrow(
      failure('PLX-PLUGIN-REFUSED', /deviceID "0000:18:02\.5" of the pod is not allowed: allowed are eth1, bond\*\.7$/),
    );
    const [, attachment] = plan('0000:18:02.5', {}, { ...tenants, masters: ['0000:18:*'] }).attachments;
    expect(attachment?.runtimeConfig).toEqual({ deviceID: '0000:18:02.5' });
  });

  it('is not judged if kubelet allocated it, or no plugin gets it', () => {
    const devices = { devices: [{ id: '0000:18:02.5', resource: 'a.b/c' }], warnings: [] };
    expect(
      plan('0000:18:02.5', { resources: { 'shop/able': 'a.b/c' }, more: { devices } }).attachments[1]?.device,
    ).toMatchObject({ id: '0000:18:02.5' });
    const nads = { 'shop/able': { cniVersion: '1.0.0', type: 'host-device' } };
    const [, attachment] = plan('0000:18:02.5', { nads }).attachments;
    expect(attachment && stdinsOf(attachment)).toEqual([
      expect.not.objectContaining({ runtimeConfig: expect.anything() }),
    ]);
  });
});

describe("a denied key in a pod's cni-args", () => {
  const plan = (cniArgs: JsonObject, policy: PluginPolicy) =>
    makePlan(
      inputsFor({
        networks: [{ name: 'tuned', 'cni-args': cniArgs }],
        nads: { 'shop/tuned': { cniVersion: '1.0.0', type: 'tuning' } },
        config: { delegates: [clusterNet], pluginPolicies: [policy as unknown as JsonObject] },
        more: { namespaces: new Map([['shop', {}]]) },
      }),
    );
  const policy: PluginPolicy = { name: 'tenants', deniedKeys: ['sysctl'] };

  it.each(['sysctl', 'SysCtl', '\u017fysctl'])('is refused as %s: plugins read it there', (key) => {
    expect(() => plan({ [key]: { 'net.core.somaxconn': '1' } }, policy)).toThrow(
      failure('PLX-PLUGIN-REFUSED', /"tenants": args\.cni.*: key sysctl is denied in the pod's cni-args$/),
    );
  });

  it('is passed on where no policy denies it', () => {
    const args = { sysctl: { 'net.core.somaxconn': '1' } };
    const [, attachment] = plan(args, { name: 'tenants', deniedKeys: ['dataDir'] }).attachments;
    expect(attachment && stdinsOf(attachment)).toEqual([expect.objectContaining({ args: { cni: args } })]);
  });
});
