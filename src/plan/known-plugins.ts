import { type PluginConfiguration, isJsonObject, valueLikeGo } from '../cni/index.ts';
import type { RequestName } from '../npwg/index.ts';

/**
 * How a plugin reads a request.
 * - `capability`: in runtimeConfig, if its configuration declares the capability.
 * - `CNI_ARGS`: as IP= or MAC=. `CNI_ARGS, one`: likewise, but it rejects a list of addresses.
 * - `args.cni`: under the request's `argsKey`.
 * - `annotation`: its control plane reads the pod's annotation from the API.
 * - `uncertain`: depends on more than its configuration shows.
 */
export type Way = 'capability' | 'CNI_ARGS' | 'CNI_ARGS, one' | 'args.cni' | 'annotation' | 'uncertain';

/** What one plugin reads. It does not read requests that are not listed. */
export interface KnownPlugin {
  readonly reads: { readonly [request in RequestName]?: readonly Way[] };
  /** Set if it rejects values in args.cni that are not strings. */
  readonly onlyTexts?: true;
  /** For the documentation. */
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
 * The plugins whose source code was read, by `type`: main plugins, IPAM plugins and those that follow in a chain. A
 * plugin that is not listed is unknown, and requests to it are never rejected.
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

/** Returns the programs behind one plugin of a configuration: itself, and the IPAM plugin that it runs. */
export function programsOf({ type, json }: PluginConfiguration): readonly string[] {
  const ipam = valueLikeGo(json, 'ipam');
  const ipamType = isJsonObject(ipam) ? valueLikeGo(ipam, 'type') : undefined;
  return [type, ...(typeof ipamType === 'string' && ipamType !== '' ? [ipamType] : [])];
}

/** Returns the table's entry of a plugin; undefined if it is unknown. */
export const knownPlugin = (type: string): KnownPlugin | undefined =>
  Object.hasOwn(knownPlugins, type) ? knownPlugins[type] : undefined;
