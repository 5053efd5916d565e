import { type PluginConfiguration, isJsonObject, valueLikeGo } from '../cni/index.ts';
import type { RequestName } from '../npwg/index.ts';

/**
 * How a plugin learns of a request.
 * `capability`: in runtimeConfig, where its configuration declares the capability.
 * `CNI_ARGS`: as IP= or MAC=. `CNI_ARGS, one`: the same, and it rejects a list of addresses.
 * `args.cni`: under the request's `argsKey`.
 * `annotation`: its control plane reads the pod's annotation in the API.
 * `uncertain`: it depends on more than its configuration shows.
 */
export type Way = 'capability' | 'CNI_ARGS' | 'CNI_ARGS, one' | 'args.cni' | 'annotation' | 'uncertain';

/** What one plugin reads. A request that is not listed is not read by it, in no way. */
export interface KnownPlugin {
  readonly reads: { readonly [request in RequestName]?: readonly Way[] };
  /** It rejects values of args.cni that are not texts. */
  readonly onlyTexts?: true;
  /** For people. */
  readonly note?: string;
}

const bridge: KnownPlugin = { reads: { mac: ['capability', 'CNI_ARGS', 'args.cni'] } };
const tuning: KnownPlugin = { reads: { mac: ['capability', 'CNI_ARGS', 'args.cni'] } };
const nothing: KnownPlugin = { reads: {} };
const byAnnotation: KnownPlugin = {
  reads: { ips: ['annotation'], mac: ['annotation'] },
  note: 'its controller reads the pod’s annotation, before the pod is attached',
};

/**
 * The plugins whose sources were read: main plugins, IPAM plugins and those that follow in a chain, by `type`. A plugin
 * that is not here is unknown: nothing is held against it.
 */
export const knownPlugins: Readonly<Record<string, KnownPlugin>> = {
  // the reference plugins
  bandwidth: { reads: { bandwidth: ['capability'] } },
  bridge,
  dhcp: {
    reads: { ips: ['uncertain'] },
    note: 'it asks the DHCP server for an address; options of its own can name one',
  },
  dummy: nothing,
  firewall: nothing,
  'host-device': nothing,
  'host-local': {
    reads: { ips: ['capability', 'CNI_ARGS, one', 'args.cni'] },
    note: 'several addresses without the capability go through args.cni: it rejects a list in CNI_ARGS',
  },
  ipvlan: { reads: {}, note: 'it has the MAC address of its master' },
  loopback: nothing,
  macvlan: { reads: { mac: ['capability', 'CNI_ARGS'] } },
  portmap: { reads: { portMappings: ['capability'] } },
  ptp: nothing,
  sbr: nothing,
  static: { reads: { ips: ['capability', 'CNI_ARGS', 'args.cni'] }, note: 'it needs addresses with a prefix length' },
  tap: { reads: { mac: ['capability', 'CNI_ARGS'] } },
  tuning,
  vlan: nothing,
  vrf: nothing,
  // others
  'accelerated-bridge': { reads: { mac: ['capability'] } },
  bond: nothing,
  calico: {
    reads: {},
    note: 'addresses through calico-ipam; a MAC address by its own annotation cni.projectcalico.org/hwAddr',
  },
  'calico-ipam': { reads: { ips: ['CNI_ARGS, one'] } },
  'cnv-bridge': { ...bridge, note: 'bridge, as OpenShift Virtualization installs it' },
  'cnv-tuning': { ...tuning, note: 'tuning, as OpenShift Virtualization installs it' },
  coordinator: nothing,
  flannel: {
    reads: { ips: ['capability', 'CNI_ARGS, one'], mac: ['capability', 'CNI_ARGS'] },
    note: 'it passes both on to the plugins that it runs: bridge and host-local unless configured otherwise',
  },
  'ib-sriov': { reads: { 'infiniband-guid': ['capability', 'args.cni'] }, onlyTexts: true },
  'kube-ovn': byAnnotation,
  macvtap: { reads: { mac: ['CNI_ARGS'] } },
  ovs: { reads: { mac: ['CNI_ARGS', 'args.cni'] } },
  'ovn-k8s-cni-overlay': byAnnotation,
  rdma: nothing,
  'route-override': nothing,
  spiderpool: { reads: {}, note: 'addresses by its own annotations (ipam.spidernet.io)' },
  sriov: { reads: { mac: ['capability', 'CNI_ARGS'] } },
  userspace: nothing,
  whereabouts: {
    reads: { ips: ['CNI_ARGS'] },
    note: 'it needs addresses with a prefix length, and gives them in addition to one of its range',
  },
};

/** The programs that one plugin of a configuration stands for: itself, and the IPAM plugin that it runs. */
export function programsOf({ type, json }: PluginConfiguration): readonly string[] {
  const ipam = valueLikeGo(json, 'ipam');
  const ipamType = isJsonObject(ipam) ? valueLikeGo(ipam, 'type') : undefined;
  return [type, ...(typeof ipamType === 'string' && ipamType !== '' ? [ipamType] : [])];
}

/** What is known of a plugin; undefined for one that is not. */
export const knownPlugin = (type: string): KnownPlugin | undefined =>
  Object.hasOwn(knownPlugins, type) ? knownPlugins[type] : undefined;
