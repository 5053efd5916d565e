import { parseCidr, parseIp } from '../npwg/index.ts';

/** Normalizes an address without prefix length, so that every spelling of it is equal; undefined for anything else. */
export function plainAddress(text: string): string | undefined {
  const ip = parseIp(text) ?? parseCidr(text);
  return ip?.text;
}

/** Whether an address is in a subnet. False if one of them is invalid. */
export function isInSubnet(address: string, subnet: string): boolean {
  const [ip, range] = [parseIp(address), parseCidr(subnet)];
  if (ip === undefined || range === undefined || ip.family !== range.family) return false;
  const width = ip.family === 4 ? 32 : 128;
  const host = BigInt(width - range.prefix);
  return numberOf(ip.text) >> host === numberOf(range.text) >> host;
}

/** An address as a number. */
export const numberOf = (address: string): bigint =>
  address.includes(':') ? numberOfIpv6(address) : joinNumbers(address.split('.').map(Number), 8n);

function numberOfIpv6(address: string): bigint {
  const [front = '', back] = address.split('::');
  const [left, right] = [groupsIn(front), groupsIn(back ?? '')];
  const zeros = back === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => 0);
  return joinNumbers([...left, ...zeros, ...right], 16n);
}

const groupsIn = (text: string): readonly number[] =>
  text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));

const joinNumbers = (numbers: readonly number[], bits: bigint): bigint =>
  numbers.reduce((sum, each) => (sum << bits) + BigInt(each), 0n);
