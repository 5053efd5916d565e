import {
  type JsonObject,
  type JsonValue,
  type Result,
  type ResultDns,
  type ResultInterface,
  isJsonObject,
  parseJson,
} from '../cni/index.ts';
import { parseCidr } from './addresses.ts';

/** One entry of the network-status annotation (NPWG standard, section 5). Keys are written in this order. */
export interface NetworkStatus {
  readonly name: string;
  readonly interface?: string;
  readonly ips?: readonly string[];
  readonly mac?: string;
  readonly mtu?: number;
  readonly default: boolean;
  readonly dns: ResultDns;
  readonly 'device-info'?: JsonObject;
  readonly gateway?: readonly string[];
  readonly 'default-route'?: readonly string[];
}
/** One attachment to describe in the status. */
export interface AttachedNetwork {
  readonly network: string;
  readonly interfaceName: string;
  readonly isDefault: boolean;
  /** Includes the final default routes. */
  readonly result: Result;
  /** Its gateways, if the pod requested the default route on it (NPWG-83). */
  readonly defaultRoute?: readonly string[];
  readonly deviceInfo?: JsonObject;
}
export interface StatusOptions {
  /** Whether `ips` include prefix lengths. Existing consumers expect bare addresses (NPWG-78). */
  readonly addresses: 'bare' | 'cidr';
}

/** Returns the entries of one attachment: one per interface in the sandbox, and at least one (NPWG-70 to NPWG-86). */
export function statusOf(attached: AttachedNetwork, options: StatusOptions): NetworkStatus[] {
  const { result } = attached;
  const inside = result.interfaces
    .map((link, index) => ({ link, index }))
    .filter(({ link }) => (link.sandbox ?? '') !== '');
  const [only] = inside;
  if (only === undefined) return [minimalEntry(attached, options)];
  if (inside.length === 1)
    return [
      entry(
        attached,
        { link: only.link, ips: ipsOf(result, [only.index, ...strays(result)]), isDefault: attached.isDefault },
        options,
      ),
    ];
  const last = inside.at(-1)?.index;
  const owner = attached.isDefault
    ? defaultIndex(
        attached,
        inside.map(({ index }) => index),
      )
    : undefined;
  return inside.map(({ link, index }) =>
    entry(
      attached,
      { link, ips: ipsOf(result, index === last ? [index, undefined] : [index]), isDefault: index === owner },
      options,
    ),
  );
}

type Index = number | undefined;

// with a single interface in the sandbox, an address without an index or with a negative one belongs to it
const strays = (result: Result): readonly Index[] => [
  undefined,
  ...new Set(result.ips.map((ip) => ip.interface).filter((index) => index !== undefined && index < 0)),
];

const ipsOf = (result: Result, indexes: readonly Index[]): readonly string[] =>
  result.ips.filter((ip) => indexes.includes(ip.interface)).map((ip) => ip.address);

/**
 * Returns the entry for a result that names no interface in the sandbox (0.1.0, 0.2.0, L2-only or empty): the requested
 * name, and the addresses without an interface (NPWG-71, NPWG-72, NPWG-77).
 */
function minimalEntry(attached: AttachedNetwork, options: StatusOptions): NetworkStatus {
  const unbound = attached.result.ips
    .filter((ip) => ip.interface === undefined || ip.interface < 0)
    .map((ip) => ip.address);
  return entry(
    attached,
    { link: { name: attached.interfaceName }, ips: unbound, isDefault: attached.isDefault },
    options,
  );
}

interface Part {
  readonly link: ResultInterface;
  readonly ips: readonly string[];
  readonly isDefault: boolean;
}

function entry(attached: AttachedNetwork, { link, ips, isDefault }: Part, options: StatusOptions): NetworkStatus {
  const gateways = gatewaysOf(attached.result);
  const { extra: _unknown, ...dns } = attached.result.dns;
  return {
    name: attached.network,
    ...(link.name !== '' && { interface: link.name }),
    ...(ips.length > 0 && { ips: options.addresses === 'bare' ? ips.map(withoutPrefix) : ips }),
    ...(link.mac !== undefined && link.mac !== '' && { mac: link.mac }),
    ...(link.mtu !== undefined && link.mtu > 0 && { mtu: link.mtu }),
    default: isDefault,
    dns,
    ...(attached.deviceInfo !== undefined && { 'device-info': attached.deviceInfo }),
    ...(gateways.length > 0 && { gateway: gateways }),
    ...(attached.defaultRoute !== undefined && { 'default-route': attached.defaultRoute }),
  };
}

const withoutPrefix = (address: string): string => address.split('/')[0] ?? address;

/** Returns the interface whose address has a gateway, otherwise the first (NPWG-81). */
function defaultIndex({ result }: AttachedNetwork, inside: readonly number[]): number | undefined {
  const withGateway = result.ips.find(
    (ip) => (ip.gateway ?? '') !== '' && ip.interface !== undefined && inside.includes(ip.interface),
  );
  return withGateway?.interface ?? inside[0];
}

/** Returns the gateways of the default routes, except routes without one (NPWG-84). */
const gatewaysOf = (result: Result): readonly string[] =>
  result.routes
    .filter(({ dst }) => isDefaultDestination(dst))
    .flatMap(({ gw }) => (gw === undefined || gw === '' ? [] : [gw]));

/** Returns whether a destination is 0.0.0.0/0 or ::/0 in any notation. */
export const isDefaultDestination = (dst: string): boolean => parseCidr(dst)?.prefix === 0;

/** Formats the annotation byte for byte as the Go client does. */
export function formatStatus(statuses: readonly NetworkStatus[]): string {
  const elements = statuses.map((status) => JSON.stringify(status, undefined, 4));
  return `[${elements.join(',')}]`.replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Parses an annotation that any program may have written. Entries that are not objects with a name are dropped. Throws
 * configUndecodable if the text is not JSON.
 */
export function parseStatus(text: string): readonly NetworkStatus[] {
  const list = parseJson(text, 'annotation network-status');
  const entries: readonly JsonValue[] = Array.isArray(list) ? list : [];
  return entries
    .filter(isJsonObject)
    .filter(({ name }) => typeof name === 'string')
    .map(
      (each) => ({ ...each, default: each['default'] ?? false, dns: each['dns'] ?? {} }) as unknown as NetworkStatus,
    );
}
