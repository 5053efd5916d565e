import { type JsonObject, type JsonValue, interfaceNameProblem, isJsonObject, overlooked } from '../cni/index.ts';
import type { AnnotationPlace } from '../errors/index.ts';
import { canonicalMac, parseCidr, parseIp } from './addresses.ts';
import { nestingProblem } from './nesting.ts';
import { fieldOf, invalidAt } from './selection-place.ts';
import type { Bandwidth, PortMapping } from './selection.ts';

/** The maximum length of any list. */
export const maxItems = 1024;
export const portRange = { least: 1, most: 65_535 };

// One parser per kind of value in a network selection. Each returns a valid value or throws selectionInvalid.

export function parseFilledText(value: JsonValue, place: AnnotationPlace): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw invalidAt(place, value, 'a string that is not blank');
}

/**
 * Returns whether a text is a valid part of a name between dots (NPWG-05). The limit is 253, that of a Kubernetes name;
 * more than 63 is allowed (NPWG-06).
 */
export const isLabel = (text: string): boolean => text.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text);

/** Parses a namespace, whose name has no dots. */
export function parseNamespace(value: JsonValue, place: AnnotationPlace): string {
  if (typeof value === 'string' && isLabel(value)) return value;
  throw invalidAt(place, value, `the name of a namespace (lower-case letters, digits and "-")${overlookedIn(value)}`);
}

/** Returns text that names a character in the value that is easily overlooked; '' if there is none. */
export function overlookedIn(value: JsonValue): string {
  const char = typeof value === 'string' ? overlooked(value) : undefined;
  return char === undefined ? '' : `: it contains ${char}`;
}

/** Parses the name of a Kubernetes object (NPWG-05, JSON form). */
export function parseObjectName(value: JsonValue, place: AnnotationPlace): string {
  if (typeof value === 'string' && isObjectName(value)) return value;
  throw invalidAt(
    place,
    value,
    `the name of an object (lower-case letters, digits, "-" and ".")${overlookedIn(value)}${namespaceAdvice(value)}`,
  );
}

export const isObjectName = (text: string): boolean => text.length <= 253 && text.split('.').every(isLabel);

/** Returns advice for a value in the short form namespace/name, which the JSON form does not accept. */
function namespaceAdvice(value: JsonValue): string {
  const [namespace = '', name = '', ...more] = typeof value === 'string' ? value.split('/', 3) : [];
  if (more.length > 0 || !isLabel(namespace) || !isObjectName(name)) return '';
  return `; use "namespace": write {"name": ${JSON.stringify(name)}, "namespace": ${JSON.stringify(namespace)}}`;
}

/** Parses an interface name (NPWG-40). */
export function parseInterface(value: JsonValue, place: AnnotationPlace): string {
  const problem = typeof value === 'string' ? interfaceNameProblem(value) : 'it is not a string';
  if (typeof value === 'string' && problem === undefined) return value;
  throw invalidAt(place, value, `an interface name: ${problem}`);
}

/** Parses addresses with or without prefix length, and returns them unchanged (NPWG-32). */
export const parseIps = (value: JsonValue, place: AnnotationPlace): readonly string[] =>
  parseList(value, place, 'at least one IP address').map((each, index) => {
    if (typeof each === 'string' && (parseCidr(each) ?? parseIp(each)) !== undefined) return each;
    throw invalidAt(fieldOf(place, index), each, 'an IPv4 or IPv6 address, with or without /prefix');
  });

// the forms that Go's net.ParseMAC accepts; both cases are spelled out because a schema pattern has no flags
function addressPattern(bytes: number): string {
  const pair = '[0-9a-fA-F]{2}';
  const pairs = [':', '-'].map((separator) => `${pair}(${separator}${pair}){${bytes - 1}}`);
  return `^(${pairs.join('|')}|${pair}${pair}(\\.${pair}${pair}){${bytes / 2 - 1}})$`;
}
export const macPattern: string = addressPattern(6);
export const guidPattern: string = addressPattern(8);

/**
 * Parses a MAC address of six bytes in the forms that Go's net.ParseMAC accepts (NPWG-36). Rejects zero and multicast
 * addresses, which no interface can have. Returns the kernel's form, because plugins compare MAC addresses as text at
 * CHECK.
 */
export function parseMac(value: JsonValue, place: AnnotationPlace): string {
  const mac = parseForm(value, macPattern, place, 'a MAC address of six bytes, such as 02:00:00:00:00:01');
  const problem = macProblem(mac);
  if (problem === undefined) return canonicalMac(mac);
  throw invalidAt(place, value, `a MAC address that an interface can have: ${problem}`);
}

/** Returns why the kernel rejects a well-formed MAC address; undefined if it accepts it. */
export function macProblem(mac: string): string | undefined {
  const digits = mac.replaceAll(/[:.-]/g, '');
  if (/^0*$/.test(digits)) return 'it is all zeros';
  // like is_multicast_ether_addr in the kernel
  return Number.parseInt(digits.slice(0, 2), 16) % 2 === 1
    ? 'it is a multicast address, because its first byte is odd'
    : undefined;
}

/** Parses a GUID of eight bytes (NPWG-59). */
export const parseGuid = (value: JsonValue, place: AnnotationPlace): string =>
  parseForm(value, guidPattern, place, 'a GUID of eight bytes, such as 24:8a:07:03:00:8d:ae:2f');

const dnsLabel = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?';
export const resourcePattern: string = `^${dnsLabel}(\\.${dnsLabel})*/[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`;
export const claimPattern: string = `^${dnsLabel}(/${dnsLabel}){0,2}$`;

/** Parses the name of an extended resource, which has a domain. */
export const parseResourceName = (value: JsonValue, place: AnnotationPlace): string =>
  parseForm(value, resourcePattern, place, 'the name of a resource, such as vendor.example/vf');

/** Parses a claim of the pod, and optionally one of its requests. A request may have alternatives: `request/name`. */
export const parseClaimName = (value: JsonValue, place: AnnotationPlace): string =>
  parseForm(value, claimPattern, place, 'a claim of the pod, such as "nics", or "claim/request", such as "nics/fast"');

function parseForm(value: JsonValue, pattern: string, place: AnnotationPlace, allowed: string): string {
  if (typeof value === 'string' && new RegExp(pattern).test(value)) return value;
  throw invalidAt(place, value, allowed);
}

// each gateway's metric is 100 above the previous one's
export const maxGateways = 64;

/** Parses gateways; the list may be empty (NPWG-53). */
export function parseGateways(value: JsonValue, place: AnnotationPlace): readonly string[] {
  if (!Array.isArray(value) || value.length > maxGateways) {
    throw invalidAt(place, value, `a list of at most ${maxGateways} IP addresses (it may be empty)`);
  }
  return (value as readonly JsonValue[]).map((each, index) => {
    const ip = typeof each === 'string' ? parseIp(each) : undefined;
    if (ip !== undefined) return ip.text;
    throw invalidAt(fieldOf(place, index), each, 'an IPv4 or IPv6 address');
  });
}

/** Parses port mappings. `protocol` becomes lower case and defaults to tcp (NPWG-45). */
export const parsePortMappings = (value: JsonValue, place: AnnotationPlace): readonly PortMapping[] =>
  parseList(value, place, 'at least one port mapping').map((each, index) =>
    parsePortMapping(each, fieldOf(place, index)),
  );

function parsePortMapping(value: JsonValue, place: AnnotationPlace): PortMapping {
  if (!isJsonObject(value)) throw invalidAt(place, value, 'an object with hostPort and containerPort');
  const get = keysOf(value);
  const hostIP = get('hostIP');
  return {
    hostPort: parsePort(get('hostPort'), fieldOf(place, 'hostPort')),
    containerPort: parsePort(get('containerPort'), fieldOf(place, 'containerPort')),
    protocol: parseProtocol(get('protocol') ?? 'tcp', fieldOf(place, 'protocol')),
    ...(hostIP !== undefined &&
      hostIP !== null &&
      hostIP !== '' && { hostIP: parseHostIp(hostIP, fieldOf(place, 'hostIP')) }),
  };
}

function parsePort(value: JsonValue | undefined, place: AnnotationPlace): number {
  const { least, most } = portRange;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalidAt(place, value, `a port, a number from ${least} to ${most}`);
}

function parseProtocol(value: JsonValue, place: AnnotationPlace): PortMapping['protocol'] {
  const protocol = typeof value === 'string' ? value.toLowerCase() : '';
  if (protocol === 'tcp' || protocol === 'udp' || protocol === 'sctp') return protocol;
  throw invalidAt(place, value, 'TCP, UDP or SCTP');
}

function parseHostIp(value: JsonValue, place: AnnotationPlace): string {
  if (typeof value === 'string' && parseIp(value) !== undefined) return value;
  throw invalidAt(place, value, 'an IPv4 or IPv6 address');
}

export const rateKeys = ['ingressRate', 'ingressBurst', 'egressRate', 'egressBurst'] as const;

/** Parses a bandwidth: at least one rate, and a burst only together with its rate (NPWG-49). */
export function parseBandwidth(value: JsonValue, place: AnnotationPlace): Bandwidth {
  if (!isJsonObject(value)) throw invalidAt(place, value, `an object with ${rateKeys.join(', ')}`);
  const get = keysOf(value);
  const given = rateKeys.filter((key) => get(key) !== undefined && get(key) !== null);
  const bandwidth: Bandwidth = Object.fromEntries(given.map((key) => [key, parseRate(get(key), fieldOf(place, key))]));
  if (bandwidth.ingressRate === undefined && bandwidth.ingressBurst !== undefined)
    throw invalidAt(fieldOf(place, 'ingressBurst'), bandwidth.ingressBurst, 'allowed without ingressRate');
  if (bandwidth.egressRate === undefined && bandwidth.egressBurst !== undefined)
    throw invalidAt(fieldOf(place, 'egressBurst'), bandwidth.egressBurst, 'allowed without egressRate');
  if (given.length === 0) throw invalidAt(place, value, 'an object with at least one of ingressRate and egressRate');
  return bandwidth;
}

function parseRate(value: JsonValue | undefined, place: AnnotationPlace): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  throw invalidAt(place, value, 'a number of bits, an integer above 0');
}

/** Parses cni-args (NPWG-42). */
export function parseCniArgsObject(value: JsonValue, place: AnnotationPlace): JsonObject {
  const problem = nestingProblem(value);
  if (isJsonObject(value) && problem === undefined) return value;
  throw invalidAt(place, value, problem === undefined ? 'an object' : `allowed here: ${problem}`);
}

function parseList(value: JsonValue, place: AnnotationPlace, leastOne: string): readonly JsonValue[] {
  if (Array.isArray(value) && value.length > 0 && value.length <= maxItems) return value as readonly JsonValue[];
  throw invalidAt(
    place,
    value,
    `a list of ${leastOne}${Array.isArray(value) && value.length > 0 ? ` and at most ${maxItems} (it has ${value.length})` : ''}`,
  );
}

/** Returns a function that looks up keys as Go does: case-insensitively, and the last duplicate wins (NPWG-30). */
export function keysOf(object: JsonObject): (key: string) => JsonValue | undefined {
  const byLowerCase = new Map(Object.entries(object).map(([key, value]) => [key.toLowerCase(), value]));
  return (key) => byLowerCase.get(key.toLowerCase());
}
