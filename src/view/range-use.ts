import { type JsonObject, type JsonValue, isJsonObject } from '../cni/index.ts';
import {
  type Nad,
  ipNumber,
  isInSubnet,
  nadConfiguration,
  nadKey,
  parseCidr,
  parseIp,
  parseNad,
  plainAddress,
} from '../npwg/index.ts';
import type { Topology } from './topology-model.ts';

/** How much of an address range the pods of a network use. */
export interface RangeUse {
  /** "10.30.0.0/24", or "10.30.0.10–10.30.0.20" if the configuration states the first and last address. */
  readonly range: string;
  /** Addresses that pods may get. JSON has no larger numbers, so IPv6 ranges are rounded. */
  readonly size: number;
  /** Addresses that pods have; of the fullest node, if each node assigns addresses of the range independently. */
  readonly used: number;
  /** The fullest node, if each node assigns addresses of the range independently. */
  readonly node?: string;
}

interface Range {
  readonly subnet: string;
  readonly start?: string;
  readonly end?: string;
  readonly gateway?: string;
  readonly exclude: readonly string[];
  /** Whether every node assigns addresses without knowing the others. */
  readonly perNode: boolean;
}

/** The use of the ranges that the networks' IPAM configurations state, by network. Never throws. */
export function rangeUses(nads: readonly unknown[], topology: Topology): ReadonlyMap<string, readonly RangeUse[]> {
  const holders = holdersOf(topology);
  const uses = new Map<string, readonly RangeUse[]>();
  for (const object of nads) {
    const [key, ranges] = readRanges(object);
    if (ranges.length > 0)
      uses.set(
        key,
        ranges.map((range) => useOf(range, holders.get(key) ?? [])),
      );
  }
  return uses;
}

interface Holder {
  readonly ip: string;
  readonly node: string;
}

function holdersOf({ pods }: Topology): ReadonlyMap<string, readonly Holder[]> {
  const holders = new Map<string, Holder[]>();
  for (const { node = '', attachments } of pods)
    for (const { network, ips, state } of attachments) {
      if (state !== 'attached' && state !== 'unasked') continue;
      const own = ips.flatMap((ip) => plainAddress(ip) ?? []).map((ip) => ({ ip, node }));
      const list = holders.get(network);
      if (list === undefined) holders.set(network, own);
      else list.push(...own);
    }
  return holders;
}

function readRanges(object: unknown): readonly [key: string, ranges: readonly Range[]] {
  try {
    const nad: Nad = parseNad(object);
    const json = nadConfiguration(nad);
    const plugins: readonly unknown[] = Array.isArray(json?.['plugins']) ? json['plugins'] : [json];
    return [nadKey(nad), plugins.flatMap((plugin) => (isJsonObject(plugin) ? rangesIn(plugin['ipam']) : []))];
  } catch {
    return ['', []]; // topologyOf reports it.
  }
}

/** host-local: subnet, ranges; whereabouts: range, ipRanges. Addresses of static are no range. */
function rangesIn(ipam: JsonValue | undefined): readonly Range[] {
  if (!isJsonObject(ipam)) return [];
  const perNode = ipam['type'] === 'host-local';
  const from = (each: unknown, key: string): readonly Range[] =>
    isJsonObject(each as JsonValue) ? rangeIn(each as JsonObject, key, perNode) : [];
  const list = (value: JsonValue | undefined): readonly unknown[] => (Array.isArray(value) ? value.flat() : []);
  return [
    ...from(ipam, 'subnet'),
    ...from(ipam, 'range'),
    ...list(ipam['ranges']).flatMap((each) => from(each, 'subnet')),
    ...list(ipam['ipRanges']).flatMap((each) => from(each, 'range')),
  ];
}

function rangeIn(object: JsonObject, key: string, perNode: boolean): readonly Range[] {
  const { first, last, subnet } = statedRange(text(object[key])?.trim() ?? '');
  if (parseCidr(subnet) === undefined) return [];
  const { exclude, gateway } = object;
  return [
    {
      subnet,
      ...optional('start', address(object['rangeStart'] ?? object['range_start'] ?? first)),
      ...optional('end', address(object['rangeEnd'] ?? object['range_end'] ?? last)),
      ...optional('gateway', address(gateway)),
      exclude: Array.isArray(exclude) ? exclude.flatMap((part) => text(part) ?? []) : [],
      perNode,
    },
  ];
}

/** whereabouts also accepts a first address: "10.0.0.10-10.0.0.20/24". */
function statedRange(stated: string): { readonly first?: string; readonly last?: string; readonly subnet: string } {
  const [, first, subnet = ''] = /^(.*?)-(.*)$/.exec(stated) ?? [];
  return first === undefined ? { subnet: stated } : { first, last: subnet.replace(/\/.*/, ''), subnet };
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const address = (value: unknown): string | undefined => {
  const stated = text(value)?.trim();
  return stated !== undefined && parseIp(stated) !== undefined ? stated : undefined;
};
const optional = <K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: string };

function useOf(range: Range, holders: readonly Holder[]): RangeUse {
  const { first, last, size } = boundsOf(range);
  const inside = new Map<string, Set<string>>();
  for (const { ip, node } of holders) {
    if (!isInSubnet(ip, range.subnet) || ipNumber(ip) < first || ipNumber(ip) > last) continue;
    const place = range.perNode ? node : '';
    const set = inside.get(place);
    if (set === undefined) inside.set(place, new Set([ip]));
    else set.add(ip);
  }
  const [node, used] = [...inside].reduce<readonly [string, number]>(
    (most, [place, ips]) => (ips.size > most[1] ? [place, ips.size] : most),
    ['', 0],
  );
  return { range: nameOf(range), size, used, ...(node !== '' && { node }) };
}

function nameOf({ subnet, start, end }: Range): string {
  if (start !== undefined && end !== undefined) return `${start}–${end}`;
  return start === undefined && end === undefined ? subnet : `${start ?? '…'}–${end ?? '…'} in ${subnet}`;
}

/** The first and last address that the IPAM plugins assign, and how many lie between them. */
function boundsOf({ subnet, start, end, gateway, exclude, perNode }: Range): {
  readonly first: bigint;
  readonly last: bigint;
  readonly size: number;
} {
  const { net, host, width } = subnetOf(subnet);
  const isSmall = host <= 1n; // A /31 or /32 has neither network nor broadcast address.
  const [lowest, highest] = isSmall
    ? [net, net + (1n << host) - 1n]
    : [net + 1n, net + (1n << host) - (width === 32n ? 2n : 1n)];
  const first = start === undefined ? lowest : ipNumber(start);
  const last = end === undefined ? highest : ipNumber(end);
  const isBetween = (number: bigint): boolean => number >= first && number <= last;
  const excluded = exclude.reduce((sum, each) => {
    if (parseCidr(each) === undefined) return sum;
    const part = subnetOf(each);
    return isBetween(part.net) ? sum + (1n << part.host) : sum;
  }, 0n);
  // host-local keeps the first address for the gateway if the configuration states none.
  const reserved = gateway === undefined ? (perNode ? net + 1n : undefined) : ipNumber(gateway);
  const own = reserved !== undefined && isBetween(reserved) ? 1n : 0n;
  const size = last - first + 1n - excluded - own;
  return { first, last, size: Number(size > 0n ? size : 0n) };
}

function subnetOf(subnet: string): { readonly net: bigint; readonly host: bigint; readonly width: bigint } {
  const cidr = parseCidr(subnet);
  const width = cidr?.family === 6 ? 128n : 32n;
  const host = width - BigInt(cidr?.prefix ?? Number(width));
  return { net: (ipNumber(cidr?.text ?? '0.0.0.0') >> host) << host, host, width };
}
