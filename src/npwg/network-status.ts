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

/** One entry of the network-status annotation (NPWG standard, section 5). Key order is the order of writing. */
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
/** One attachment whose status is wanted. */
export interface AttachedNetwork {
  readonly network: string;
  readonly interfaceName: string;
  readonly isDefault: boolean;
  /** With the final default routes in it. */
  readonly result: Result;
  /** Its gateways, when the pod asked for its default route here (NPWG-83). */
  readonly defaultRoute?: readonly string[];
  readonly deviceInfo?: JsonObject;
}
export interface StatusOptions {
  /** Whether `ips` carry prefix lengths; bare is what every consumer has seen so far (NPWG-78). */
  readonly addresses: 'bare' | 'cidr';
}

/** The entries of one attachment: one for each interface in the sandbox, never none (NPWG-70 to NPWG-86). */
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

// with a single interface in the sandbox an address without an index, or with a negative one, can only be its own
const strays = (result: Result): readonly Index[] => [
  undefined,
  ...new Set(result.ips.map((ip) => ip.interface).filter((index) => index !== undefined && index < 0)),
];

const ipsOf = (result: Result, indexes: readonly Index[]): readonly string[] =>
  result.ips.filter((ip) => indexes.includes(ip.interface)).map((ip) => ip.address);

/**
 * Nothing is said to be in the sandbox (0.1.0, 0.2.0, L2-only or empty results): the name asked for, and unbound
 * addresses (NPWG-71, NPWG-72, NPWG-77).
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

/** The interface whose address has a gateway, else the first (NPWG-81). */
function defaultIndex({ result }: AttachedNetwork, inside: readonly number[]): number | undefined {
  const withGateway = result.ips.find(
    (ip) => (ip.gateway ?? '') !== '' && ip.interface !== undefined && inside.includes(ip.interface),
  );
  return withGateway?.interface ?? inside[0];
}

/** Gateways of the default routes; a route without gateway has none to show (NPWG-84). */
const gatewaysOf = (result: Result): readonly string[] =>
  result.routes
    .filter(({ dst }) => isDefaultDestination(dst))
    .flatMap(({ gw }) => (gw === undefined || gw === '' ? [] : [gw]));

/** Whether a route's destination is everything: 0.0.0.0/0 or ::/0 in any spelling. */
export const isDefaultDestination = (dst: string): boolean => parseCidr(dst)?.prefix === 0;

/** The annotation's text, byte for byte in the form that Go's client writes. */
export function formatStatus(statuses: readonly NetworkStatus[]): string {
  const elements = statuses.map((status) => JSON.stringify(status, undefined, 4));
  return `[${elements.join(',')}]`.replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * The entries of an annotation as somebody wrote it; what is no list of objects with a name is none. configUndecodable
 * for what is no JSON.
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
