import type { JsonObject } from '../cni/index.ts';
import type { Ipam } from './check-ipam.ts';
import {
  type Finding,
  chain,
  defaultRoute,
  exclusive,
  finding,
  ignored,
  keyMissing,
  rangeInvalid,
  requestLost,
  valueInvalid,
} from './finding.ts';

/** The input of the rules for one plugin. */
export interface PluginInput {
  readonly type: string;
  /** The options as Go reads them; each value is valid on its own. */
  readonly options: JsonObject;
  readonly capabilities: readonly string[];
  readonly isFirst: boolean;
  /** Whether pods get devices for this network; their IDs are inserted for each pod. */
  readonly getsDevice: boolean;
  readonly ipam: Ipam;
}

/** Checks combinations of keys against the plugin's documentation. */
export function checkRules(input: PluginInput): readonly Finding[] {
  return (pluginRules[input.type] ?? []).flatMap((rule) => rule(input));
}

type PluginRule = (input: PluginInput) => readonly Finding[];

const isFilled = (value: unknown): boolean => value !== undefined && value !== '' && value !== false && value !== 0;

/** Reports that both of two exclusive keys are set. */
const notTogether =
  (one: string, other: string): PluginRule =>
  ({ options }) =>
    isFilled(options[one]) && isFilled(options[other])
      ? [finding(exclusive, [other], { keys: [one, other] }, `${one} and ${other} cannot both be set`)]
      : [];

// the kernel's minimum for Ethernet links (ETH_MIN_MTU)
const leastMtu = 68;
const ethernetMtu: PluginRule = ({ options: { mtu } }) => {
  if (typeof mtu !== 'number' || mtu <= 0 || mtu >= leastMtu) return [];
  const text = `mtu ${mtu} is too small: the kernel accepts ${leastMtu} or more`;
  const fix = `Set ${leastMtu} or more, or 0 for the kernel's own.`;
  return [finding(valueInvalid, ['mtu'], { value: mtu, allowed: `${leastMtu} or more` }, text, fix)];
};

const neverFirst: PluginRule = ({ isFirst, type }) => {
  const text = `${type} changes the interface of the plugin before it, and there is none`;
  return isFirst ? [finding(chain, ['type'], { plugin: type }, text)] : [];
};

const needsIpamFirst: PluginRule = ({ isFirst, ipam, type }) =>
  isFirst && ipam.type === ''
    ? [finding(keyMissing, [], { key: 'ipam' }, `${type} needs "ipam" with a type`, 'Add "ipam".')]
    : [];

const needsCapability =
  (capability: string, unless: readonly string[] = []): PluginRule =>
  ({ capabilities, options, type }) => {
    if (capabilities.includes(capability) || unless.some((key) => isFilled(options[key]))) return [];
    const text = `${type} has no effect: it does not declare the capability ${capability}`;
    const fix = `Add "capabilities": {"${capability}": true} beside its "type".`;
    return [finding(requestLost, ['type'], { request: capability }, text, fix)];
  };

const vlanRanges =
  (key: string): PluginRule =>
  ({ options }) => {
    const items = (options[key] ?? []) as readonly { readonly minID?: number; readonly maxID?: number }[];
    return items.flatMap(({ minID, maxID }, index) => {
      if ((minID === undefined) !== (maxID === undefined)) {
        const missing = minID === undefined ? 'minID' : 'maxID';
        return finding(keyMissing, [key, index], { key: missing }, 'minID and maxID are only allowed together');
      }
      if (minID === undefined || maxID === undefined || minID <= maxID) return [];
      const allowed = { value: maxID, allowed: `${minID} or more` };
      return finding(rangeInvalid, [key, index, 'maxID'], allowed, `maxID ${maxID} is smaller than minID ${minID}`);
    });
  };

const bridgeRoutes: PluginRule = ({ options, ipam }) => {
  const text = 'isDefaultGateway has no effect without "ipam": the bridge then has no address';
  return options['isDefaultGateway'] === true && ipam.type === ''
    ? [finding(defaultRoute, ['isDefaultGateway'], {}, text)]
    : [];
};

const bridgeWithoutInterface: PluginRule = ({ options, ipam }) => {
  const keys = ['disableContainerInterface', 'ipam'];
  return options['disableContainerInterface'] === true && ipam.type !== ''
    ? [finding(exclusive, keys.slice(0, 1), { keys }, `${keys.join(' and ')} cannot both be set`)]
    : [];
};

const deviceKeys = ['device', 'hwaddr', 'kernelpath', 'pciBusID'];

const deviceFix =
  'Name the resource of the device (annotation k8s.v1.cni.cncf.io/resourceName), unless each pod names its own ("resourceName" or "resourceClaim" in the element).';

// A warning: an element of a pod's annotation may name the device.
const withoutDevice = (found: Finding): readonly Finding[] => [{ ...found, severity: 'warning' }];

const oneDevice: PluginRule = ({ options, getsDevice }) => {
  const [first, ...others] = deviceKeys.filter((key) => isFilled(options[key]));
  if (first === undefined) {
    const text = `one of ${deviceKeys.join(', ')} is needed, or a resource to take the device from`;
    return getsDevice ? [] : withoutDevice(finding(exclusive, [], { keys: deviceKeys }, text, deviceFix));
  }
  return others.map((key) =>
    finding(ignored, [key], { key, beside: first }, `${key} has no effect: ${first} already selects the device`),
  );
};

const needsDevice: PluginRule = ({ options, getsDevice }) => {
  if (getsDevice || isFilled(options['deviceID'])) return [];
  const text = 'deviceID is missing, and the network names no resource to take a device from';
  return withoutDevice(finding(keyMissing, [], { key: 'deviceID' }, text, deviceFix));
};

const sriovVlan: PluginRule = ({ options }) =>
  isFilled(options['vlanQoS']) && !isFilled(options['vlan'])
    ? [finding(exclusive, ['vlanQoS'], { keys: ['vlan', 'vlanQoS'] }, 'vlanQoS needs a vlan other than 0')]
    : [];

const sriovRates: PluginRule = ({ options: { min_tx_rate: least, max_tx_rate: most } }) => {
  if (typeof least !== 'number' || typeof most !== 'number' || most === 0 || least <= most) return [];
  const data = { value: least, allowed: `${most} or less` };
  return [finding(rangeInvalid, ['min_tx_rate'], data, `min_tx_rate ${least} is larger than max_tx_rate ${most}`)];
};

const ovsBridge: PluginRule = ({ options, getsDevice }) =>
  isFilled(options['bridge']) || isFilled(options['deviceID']) || getsDevice
    ? []
    : [
        finding(
          keyMissing,
          [],
          { key: 'bridge' },
          'ovs needs "bridge", the name of an Open vSwitch bridge',
          'Add "bridge".',
        ),
      ];

const netSysctls: PluginRule = ({ options }) =>
  Object.keys((options['sysctl'] ?? {}) as object)
    .filter((key) => !/^net[./]/.test(key))
    .map((key) => {
      const text = `${key} is not a setting of the network: tuning only changes those below net`;
      return finding(valueInvalid, ['sysctl', key], { value: key, allowed: 'net.*' }, text);
    });

const rateWithBurst =
  (direction: string): PluginRule =>
  ({ options }) => {
    const [rate, burst] = [`${direction}Rate`, `${direction}Burst`];
    const [hasRate, hasBurst] = [isFilled(options[rate]), isFilled(options[burst])];
    if (hasRate === hasBurst) return [];
    const [there, missing] = hasRate ? [rate, burst] : [burst, rate];
    const text = `${there} needs ${missing} beside it`;
    return [finding(keyMissing, [there], { key: missing }, text, `Add "${missing}".`)];
  };

const pluginRules: Readonly<Record<string, readonly PluginRule[]>> = {
  bridge: [
    ethernetMtu,
    notTogether('hairpinMode', 'promiscMode'),
    notTogether('vlan', 'vlanTrunk'),
    vlanRanges('vlanTrunk'),
    bridgeRoutes,
    bridgeWithoutInterface,
  ],
  ipvlan: [needsIpamFirst],
  macvlan: [ethernetMtu],
  ptp: [needsIpamFirst],
  vlan: [needsIpamFirst],
  'host-device': [oneDevice],
  sriov: [needsDevice, sriovVlan, sriovRates],
  'ib-sriov': [needsDevice],
  ovs: [ovsBridge, vlanRanges('trunk')],
  tuning: [neverFirst, netSysctls],
  bandwidth: [
    neverFirst,
    rateWithBurst('ingress'),
    rateWithBurst('egress'),
    notTogether('unshapedSubnets', 'shapedSubnets'),
    needsCapability('bandwidth', ['ingressRate', 'egressRate']),
  ],
  portmap: [neverFirst, notTogether('markMasqBit', 'externalSetMarkChain'), needsCapability('portMappings')],
  firewall: [neverFirst],
  sbr: [neverFirst],
  vrf: [neverFirst],
};
