import type { JsonObject } from '../cni/index.ts';
import type { Ipam } from './check-ipam.ts';
import {
  type Finding,
  type Rule,
  chain,
  defaultRoute,
  exclusive,
  finding,
  ignored,
  keyMissing,
  placeOf,
  rangeInvalid,
  requestLost,
  valueInvalid,
} from './finding.ts';
import type { Path, PlacedValue } from './yaml-position.ts';

/** One plugin, as its rules see it. */
export interface PluginInput {
  readonly type: string;
  readonly plugin: PlacedValue;
  /** As Go reads them, valid by themselves. */
  readonly options: JsonObject;
  readonly capabilities: readonly string[];
  readonly isFirst: boolean;
  /** Whether pods get devices for this network: what they are is filled in for each pod. */
  readonly getsDevice: boolean;
  readonly ipam: Ipam;
}

/** What a plugin's documentation says about keys together. */
export function checkRules(input: PluginInput): readonly Finding[] {
  return (pluginRules[input.type] ?? []).flatMap((rule) => rule(input));
}

type PluginRule = (input: PluginInput) => readonly Finding[];

const at = (
  { plugin }: PluginInput,
  path: Path,
  rule: Rule,
  ...[text, fix]: readonly [text: string, fix?: string]
): readonly Finding[] => [finding(rule, placeOf(plugin, path), text, fix)];

const isFilled = (value: unknown): boolean => value !== undefined && value !== '' && value !== false && value !== 0;

/** Both of two keys are set. */
const notTogether =
  (one: string, other: string): PluginRule =>
  (input) =>
    isFilled(input.options[one]) && isFilled(input.options[other])
      ? at(input, [other], exclusive, `${one} and ${other} cannot both be set`)
      : [];

// the kernel's own limit for links of Ethernet (ETH_MIN_MTU)
const leastMtu = 68;
const ethernetMtu: PluginRule = (input) => {
  const { mtu } = input.options;
  return typeof mtu === 'number' && mtu > 0 && mtu < leastMtu
    ? at(
        input,
        ['mtu'],
        valueInvalid,
        `mtu ${mtu} is too small: the kernel accepts ${leastMtu} or more`,
        `Set ${leastMtu} or more, or 0 for the kernel's own.`,
      )
    : [];
};

const neverFirst: PluginRule = (input) =>
  input.isFirst
    ? at(input, ['type'], chain, `${input.type} changes the interface of the plugin before it, and there is none`)
    : [];

const needsIpamFirst: PluginRule = (input) =>
  input.isFirst && input.ipam.type === ''
    ? at(input, [], keyMissing, `${input.type} needs "ipam" with a type`, 'Add "ipam".')
    : [];

const needsCapability =
  (capability: string, unless: readonly string[] = []): PluginRule =>
  (input) =>
    input.capabilities.includes(capability) || unless.some((key) => isFilled(input.options[key]))
      ? []
      : at(
          input,
          ['type'],
          requestLost,
          `${input.type} has no effect: it does not declare the capability ${capability}`,
          `Add "capabilities": {"${capability}": true} beside its "type".`,
        );

const vlanRanges =
  (key: string): PluginRule =>
  (input) => {
    const items = (input.options[key] ?? []) as readonly { readonly minID?: number; readonly maxID?: number }[];
    return items.flatMap(({ minID, maxID }, index) => {
      if ((minID === undefined) !== (maxID === undefined))
        return at(input, [key, index], keyMissing, 'minID and maxID are only allowed together');
      if (minID === undefined || maxID === undefined || minID <= maxID) return [];
      return at(input, [key, index, 'maxID'], rangeInvalid, `maxID ${maxID} is smaller than minID ${minID}`);
    });
  };

const bridgeRoutes: PluginRule = (input) =>
  input.options['isDefaultGateway'] === true && input.ipam.type === ''
    ? at(
        input,
        ['isDefaultGateway'],
        defaultRoute,
        'isDefaultGateway has no effect without "ipam": the bridge then has no address',
      )
    : [];

const bridgeWithoutInterface: PluginRule = (input) =>
  input.options['disableContainerInterface'] === true && input.ipam.type !== ''
    ? at(input, ['disableContainerInterface'], exclusive, 'disableContainerInterface and ipam cannot both be set')
    : [];

const deviceKeys = ['device', 'hwaddr', 'kernelpath', 'pciBusID'];

const oneDevice: PluginRule = (input) => {
  const given = deviceKeys.filter((key) => isFilled(input.options[key]));
  const [first = '', ...others] = given;
  if (given.length === 0 && !input.getsDevice)
    return at(
      input,
      [],
      exclusive,
      `one of ${deviceKeys.join(', ')} is needed`,
      'Name the device, or the resource it comes from (annotation k8s.v1.cni.cncf.io/resourceName).',
    );
  return others.flatMap((key) =>
    at(input, [key], ignored, `${key} has no effect: ${first} already selects the device`),
  );
};

const needsDevice: PluginRule = (input) =>
  input.getsDevice || isFilled(input.options['deviceID'])
    ? []
    : at(
        input,
        [],
        keyMissing,
        'deviceID is missing, and the network names no resource to take a device from',
        'Add the annotation k8s.v1.cni.cncf.io/resourceName, or "deviceID".',
      );

const sriovVlan: PluginRule = (input) =>
  isFilled(input.options['vlanQoS']) && !isFilled(input.options['vlan'])
    ? at(input, ['vlanQoS'], exclusive, 'vlanQoS needs a vlan other than 0')
    : [];

const sriovRates: PluginRule = (input) => {
  const { min_tx_rate: least, max_tx_rate: most } = input.options;
  const isWrong = typeof least === 'number' && typeof most === 'number' && most !== 0 && least > most;
  return isWrong
    ? at(input, ['min_tx_rate'], rangeInvalid, `min_tx_rate ${least} is larger than max_tx_rate ${most}`)
    : [];
};

const ovsBridge: PluginRule = (input) =>
  isFilled(input.options['bridge']) || isFilled(input.options['deviceID']) || input.getsDevice
    ? []
    : at(input, [], keyMissing, 'ovs needs "bridge", the name of an Open vSwitch bridge', 'Add "bridge".');

const netSysctls: PluginRule = (input) =>
  Object.keys((input.options['sysctl'] ?? {}) as object)
    .filter((key) => !/^net[./]/.test(key))
    .flatMap((key) =>
      at(
        input,
        ['sysctl', key],
        valueInvalid,
        `${key} is not a setting of the network: tuning only changes those below net`,
      ),
    );

const rateWithBurst =
  (direction: string): PluginRule =>
  (input) => {
    const [rate, burst] = [`${direction}Rate`, `${direction}Burst`];
    const [hasRate, hasBurst] = [isFilled(input.options[rate]), isFilled(input.options[burst])];
    if (hasRate === hasBurst) return [];
    const [there, missing] = hasRate ? [rate, burst] : [burst, rate];
    return at(input, [there], keyMissing, `${there} needs ${missing} beside it`, `Add "${missing}".`);
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
