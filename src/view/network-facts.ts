import { type JsonObject, type JsonValue, isJsonObject, parseConfiguration } from '../cni/index.ts';
import { type Nad, nadConfiguration, nadKey, parseCidr } from '../npwg/index.ts';

/** The facts that a network's configuration states, for the common plugins. */
export interface NetworkFacts {
  readonly types: readonly string[];
  readonly subnets: readonly string[];
  /** Whether each node has its own network of that name: a bridge that is not connected to other nodes. */
  readonly perNode: boolean;
  /** Whether its interfaces have the MAC address of their parent. */
  readonly sharesMac: boolean;
  /** The parent interface, with its VLAN; undefined if the configuration does not state it. */
  readonly link?: string;
  /** When the object was created, ISO 8601. */
  readonly createdAt?: string;
}

export const noFacts: NetworkFacts = { types: [], subnets: [], perNode: false, sharesMac: false };

/**
 * Reads the facts of a NAD; those of a NAD without a configuration are unknown. Throws nadInvalid,
 * configurationInvalid, versionIncompatible, as an ADD does.
 */
export function factsOfNetwork(nad: Nad): NetworkFacts {
  const json = nadConfiguration(nad);
  if (json === undefined) return noFacts;
  const { plugins: parsed } = parseConfiguration(json, { source: `NetworkAttachmentDefinition ${nadKey(nad)}` });
  const plugins = parsed.map((plugin) => plugin.json);
  const [first = {}] = plugins;
  const link = linkOf(first);
  const type = textOf(first['type']) ?? '';
  return {
    types: plugins.flatMap(({ type: each }) => textOf(each) ?? []),
    subnets: [...new Set(plugins.flatMap(subnetsOf))],
    perNode: ['bridge', 'ptp', 'dummy', 'tap'].includes(type),
    sharesMac: type === 'ipvlan',
    ...(link !== undefined && { link }),
  };
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

function linkOf(plugin: JsonObject): string | undefined {
  const parent = textOf(plugin['bridge']) ?? textOf(plugin['master']);
  const vlan = plugin['vlan'] ?? plugin['vlanId'];
  if (parent === undefined) return undefined;
  return typeof vlan === 'number' || typeof vlan === 'string' ? `${parent}, VLAN ${vlan}` : parent;
}

/** host-local: subnet, ranges; whereabouts: range, ipRanges; static: addresses. */
function subnetsOf({ ipam }: JsonObject): readonly string[] {
  if (!isJsonObject(ipam)) return [];
  const named = [
    ipam['subnet'],
    ipam['range'],
    ...parts(ipam['ranges'], 'subnet'),
    ...parts(ipam['ipRanges'], 'range'),
    ...parts(ipam['addresses'], 'address'),
  ];
  return named.flatMap((value) => subnetIn(value) ?? []);
}

const parts = (value: JsonValue | undefined, key: string): readonly unknown[] =>
  (Array.isArray(value) ? (value.flat() as readonly JsonValue[]) : []).flatMap((each) =>
    isJsonObject(each) ? [each[key]] : [],
  );

// whereabouts also accepts a range such as 10.0.0.10-10.0.0.20/24.
function subnetIn(value: unknown): string | undefined {
  const text = textOf(value)
    ?.replace(/^[^/]*-/, '')
    .trim();
  return text !== undefined && parseCidr(text) !== undefined ? text : undefined;
}
