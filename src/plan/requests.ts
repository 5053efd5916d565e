import type { JsonObject, JsonValue } from '../cni/index.ts';
import { capabilityMissing } from '../errors/index.ts';
import type { Bandwidth, NetworkSelection } from '../npwg/index.ts';
import { misplacedCapability } from './misplaced-capability.ts';
import type { Delegate } from './resolve.ts';

/** Field of the annotation, capability of the plugin, value. */
type Request = readonly [field: string, capability: string, value: JsonValue | undefined];

/**
 * A pod's requests to one network as runtimeConfig. Each must be one that a plugin of the chain declares, or the
 * request would be dropped in silence: capabilityMissing (NPWG-33 to NPWG-60).
 */
export function requestsOf({ selection, configuration, network, nad }: Delegate): JsonObject {
  if (selection === undefined) return {};
  const given = requestTable(selection).filter((each): each is [string, string, JsonValue] => each[2] !== undefined);
  for (const [request, capability] of given) {
    const declared = configuration.plugins.some(({ capabilities }) => capabilities.includes(capability));
    if (!declared) throw capabilityMissing({ request, capability, network, misplaced: misplacedCapability(nad, capability) });
  }
  return Object.fromEntries(given.map(([, capability, value]) => [capability, value]));
}

const requestTable = (selection: NetworkSelection): readonly Request[] => [
  ['ips', 'ips', selection.ips],
  ['mac', 'mac', selection.mac],
  ['infiniband-guid', 'infinibandGUID', selection.infinibandGuid],
  ['portMappings', 'portMappings', selection.portMappings?.map((each) => ({ ...each }))],
  ['bandwidth', 'bandwidth', selection.bandwidth && withBursts(selection.bandwidth)],
];

// The reference plugin refuses a rate without a burst; containerd asks for the same one (NPWG-51).
const defaultBurst = 2 ** 32 - 1;

const withBursts = (bandwidth: Bandwidth): JsonObject => ({
  ...(bandwidth.ingressRate !== undefined && { ingressBurst: defaultBurst }),
  ...(bandwidth.egressRate !== undefined && { egressBurst: defaultBurst }),
  ...bandwidth,
});
