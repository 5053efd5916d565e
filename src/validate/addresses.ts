import ipaddr from 'ipaddr.js';
import { parseCidr, parseIp } from '../npwg/index.ts';

/** A range of addresses; both ends are included. */
export interface Range {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}
/** A subnet in CIDR notation. */
export interface Subnet extends Range {
  readonly prefix: number;
  /** The address as written, which may have host bits set. */
  readonly address: bigint;
  /** The network address with its prefix length. */
  readonly text: string;
}

/** Parses an address into a number and its family; undefined if the text is not an address. */
export function addressOf(text: string): { readonly family: 4 | 6; readonly value: bigint } | undefined {
  const ip = parseIp(text);
  if (ip === undefined) return undefined;
  const bytes = ipaddr.parse(ip.text).toByteArray();
  return { family: ip.family, value: bytes.reduce((sum, byte) => (sum << 8n) + BigInt(byte), 0n) };
}

/** Parses a subnet; undefined if the text is not a subnet. */
export function subnetOf(text: string): Subnet | undefined {
  const cidr = parseCidr(text);
  const address = cidr && addressOf(cidr.text);
  if (cidr === undefined || address === undefined) return undefined;
  const hostBits = BigInt((cidr.family === 4 ? 32 : 128) - cidr.prefix);
  const first = (address.value >> hostBits) << hostBits;
  return {
    family: cidr.family,
    prefix: cidr.prefix,
    address: address.value,
    first,
    last: first + (1n << hostBits) - 1n,
    text: networkText(cidr),
  };
}

const networkText = ({ text, family, prefix }: NonNullable<ReturnType<typeof parseCidr>>): string =>
  `${(family === 4 ? ipaddr.IPv4 : ipaddr.IPv6).networkAddressFromCIDR(`${text}/${prefix}`).toString()}/${prefix}`;

/** Whether an address is in a range; false if the text is not an address. */
export const holds = (range: Range, text: string): boolean => isInOneOf([range], text);

/** Whether an address is in one of the ranges. Parses the address only once: authors may write thousands of ranges. */
export function isInOneOf(ranges: readonly Range[], text: string): boolean {
  const address = addressOf(text);
  if (address === undefined) return false;
  const { family, value } = address;
  return ranges.some((range) => family === range.family && value >= range.first && value <= range.last);
}

/** Whether two ranges have an address in common. */
export const overlap = (one: Range, other: Range): boolean =>
  one.family === other.family && one.first <= other.last && other.first <= one.last;

export const isDefaultRoute = (text: string): boolean => {
  const subnet = subnetOf(text);
  return subnet !== undefined && subnet.prefix === 0;
};
