import ipaddr from 'ipaddr.js';
import { parseCidr, parseIp } from '../npwg/index.ts';

/** Addresses from the first to the last. */
export interface Range {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}
/** A network in CIDR form. */
export interface Subnet extends Range {
  readonly prefix: number;
  /** The address that was written. */
  readonly address: bigint;
  /** The network's own address, with its prefix length. */
  readonly text: string;
}

/** An address as a number with its family; undefined when the text is none. */
export function addressOf(text: string): { readonly family: 4 | 6; readonly value: bigint } | undefined {
  const ip = parseIp(text);
  if (ip === undefined) return undefined;
  const bytes = ipaddr.parse(ip.text).toByteArray();
  return { family: ip.family, value: bytes.reduce((sum, byte) => (sum << 8n) + BigInt(byte), 0n) };
}

/** A network; undefined when the text is none. */
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

/** Whether an address is in a range; not if the text is none. */
export const holds = (range: Range, text: string): boolean => {
  const address = addressOf(text);
  return (
    address !== undefined &&
    address.family === range.family &&
    address.value >= range.first &&
    address.value <= range.last
  );
};

/** Whether an address is in both. */
export const overlap = (one: Range, other: Range): boolean =>
  one.family === other.family && one.first <= other.last && other.first <= one.last;

export const isDefaultRoute = (text: string): boolean => {
  const subnet = subnetOf(text);
  return subnet !== undefined && subnet.prefix === 0;
};
