import ipaddr from 'ipaddr.js';

/** An IP address in canonical form, with its family. */
export interface IpAddress {
  readonly text: string;
  readonly family: 4 | 6;
}

/**
 * Parses an IPv4 address of four decimal parts without leading zeros, or an IPv6 address without a zone. Returns
 * undefined for any other text.
 */
export function parseIp(text: string): IpAddress | undefined {
  if (text.length > maxLength) return undefined;
  if (isIpv4(text)) return { text, family: 4 };
  const groups = inGroups(text);
  if (groups === undefined || groups.includes('%') || !ipaddr.IPv6.isValid(groups)) return undefined;
  return { text: ipaddr.IPv6.parse(groups).toString(), family: 6 };
}

// leading zeros are rejected because some programs read 010 as octal
const byte = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ipv4 = new RegExp(`^${byte}(?:\\.${byte}){3}$`);

const isIpv4 = (text: string): boolean => ipv4.test(text);

// longer than any address: ipaddr.js is slow on long texts
const maxLength = 64;

/**
 * Rewrites an IPv6 address that ends in IPv4 notation as hexadecimal groups, because ipaddr.js parses ::1.2.3.4 as
 * ::ffff:1.2.3.4.
 */
function inGroups(text: string): string | undefined {
  const start = text.lastIndexOf(':') + 1;
  const tail = text.slice(start);
  if (!tail.includes('.')) return text;
  if (!isIpv4(tail)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = tail.split('.').map(Number);
  return `${text.slice(0, start)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

/** Parses an address with prefix length ("10.0.0.1/24"). Returns undefined for any other text. */
export function parseCidr(text: string): (IpAddress & { readonly prefix: number }) | undefined {
  const [address, prefix, ...more] = text.split('/');
  const ip = parseIp(address ?? '');
  if (ip === undefined || prefix === undefined || more.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(prefix))
    return undefined;
  const length = Number(prefix);
  return length <= (ip.family === 4 ? 32 : 128) ? { ...ip, prefix: length } : undefined;
}

/** Normalizes an address without prefix length, so that every spelling of it is equal; undefined for anything else. */
export const plainAddress = (text: string): string | undefined => (parseIp(text) ?? parseCidr(text))?.text;

/** Whether an address is in a subnet. False if one of them is invalid. */
export function isInSubnet(address: string, subnet: string): boolean {
  const [ip, range] = [parseIp(address), parseCidr(subnet)];
  if (ip === undefined || range === undefined || ip.family !== range.family) return false;
  return ipaddr.parse(ip.text).match(ipaddr.parse(range.text), range.prefix);
}

/** An address as a number. Throws for any other text. */
export const ipNumber = (address: string): bigint =>
  BigInt(`0x${Buffer.from(ipaddr.parse(address).toByteArray()).toString('hex')}`);

/**
 * Returns a hardware address in the kernel's form: pairs of lower-case digits separated by ":". Any other text is
 * returned in lower case.
 */
export function canonicalMac(text: string): string {
  const lower = text.toLowerCase();
  const digits = lower.replaceAll(/[:.-]/g, '');
  return /^([0-9a-f]{2}){6,20}$/.test(digits) ? digits.replaceAll(/(..)(?=.)/g, '$1:') : lower;
}

/** Whether a text is the address of a PCI function, such as 0000:3b:00.1, in lower or upper case. */
export const isPciAddress = (text: string): boolean => /^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/i.test(text);
