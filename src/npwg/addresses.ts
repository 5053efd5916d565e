import ipaddr from 'ipaddr.js';

/** An IP address in its shortest form, with its family. */
export interface IpAddress {
  readonly text: string;
  readonly family: 4 | 6;
}

/** An IPv4 address of four decimal parts without leading zeros, or an IPv6 address without zone; undefined for all else. */
export function parseIp(text: string): IpAddress | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return hasLeadingZero(text) ? undefined : { text, family: 4 };
  if (text.includes('%') || !ipaddr.IPv6.isValid(text)) return undefined;
  return { text: ipaddr.IPv6.parse(text).toString(), family: 6 };
}

// some programs read 010 as eight
const hasLeadingZero = (text: string): boolean => text.split('.').some((part) => part.length > 1 && part.startsWith('0'));

/** An address with prefix length ("10.0.0.1/24"); undefined for all else. */
export function parseCidr(text: string): (IpAddress & { readonly prefix: number }) | undefined {
  const [address, prefix, ...more] = text.split('/');
  const ip = parseIp(address ?? '');
  if (ip === undefined || prefix === undefined || more.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(prefix)) return undefined;
  const length = Number(prefix);
  return length <= (ip.family === 4 ? 32 : 128) ? { ...ip, prefix: length } : undefined;
}
