import { type JsonObject, type JsonValue, interfaceNameProblem, isJsonObject } from '../cni/index.ts';
import { canonicalMac, parseCidr, parseIp } from './addresses.ts';
import { nestingProblem } from './json-problem.ts';
import { type Place, fieldOf, invalidAt } from './selection-place.ts';
import type { Bandwidth, PortMapping } from './selection.ts';

// One parser for each kind of value of a network selection: a value that is returned is good.

export function parseFilledText(value: JsonValue, place: Place): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw invalidAt(place, value, 'a text other than blanks');
}

/** NPWG-05: one part of a name between dots; Kubernetes has no longer name than 253 (NPWG-06: more than 63 is no mistake). */
export const isLabel = (text: string): boolean => text.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text);

/** A namespace's name has one part only. */
export function parseNamespace(value: JsonValue, place: Place): string {
  if (typeof value === 'string' && isLabel(value)) return value;
  throw invalidAt(place, value, 'the name of a namespace (lower-case letters, digits and "-")');
}

/** NPWG-05 in JSON form: what Kubernetes accepts as the name of an object. */
export function parseObjectName(value: JsonValue, place: Place): string {
  if (typeof value === 'string' && value.length <= 253 && value.split('.').every(isLabel)) return value;
  throw invalidAt(place, value, 'the name of an object (lower-case letters, digits, "-" and ".")');
}

/** NPWG-40. */
export function parseInterface(value: JsonValue, place: Place): string {
  const problem = typeof value === 'string' ? interfaceNameProblem(value) : 'it is no text';
  if (typeof value === 'string' && problem === undefined) return value;
  throw invalidAt(place, value, `an interface name: ${problem}`);
}

/** NPWG-32: addresses, each with or without prefix length, as they were written. */
export const parseIps = (value: JsonValue, place: Place): readonly string[] =>
  parseList(value, place, 'a list of at least one IP address').map((each, index) => {
    if (typeof each === 'string' && (parseCidr(each) ?? parseIp(each)) !== undefined) return each;
    throw invalidAt({ ...place, field: `${place.field}[${index}]` }, each, 'an IPv4 or IPv6 address, with or without /prefix');
  });

const macForms = [/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i, /^[0-9a-f]{2}(-[0-9a-f]{2}){5}$/i, /^[0-9a-f]{4}(\.[0-9a-f]{4}){2}$/i];
const guidForms = [/^[0-9a-f]{2}(:[0-9a-f]{2}){7}$/i, /^[0-9a-f]{2}(-[0-9a-f]{2}){7}$/i, /^[0-9a-f]{4}(\.[0-9a-f]{4}){3}$/i];

/** NPWG-36: six bytes, in the forms that Go's net.ParseMAC takes, returned as the kernel writes them: plugins compare them as texts at CHECK. */
export const parseMac = (value: JsonValue, place: Place): string =>
  canonicalMac(parseForm(value, macForms, place, 'a MAC address of six bytes, such as 02:00:00:00:00:01'));

/** NPWG-59: eight bytes. */
export const parseGuid = (value: JsonValue, place: Place): string =>
  parseForm(value, guidForms, place, 'a GUID of eight bytes, such as 24:8a:07:03:00:8d:ae:2f');

function parseForm(value: JsonValue, forms: readonly RegExp[], place: Place, allowed: string): string {
  if (typeof value === 'string' && forms.some((form) => form.test(value))) return value;
  throw invalidAt(place, value, allowed);
}

/** NPWG-53: gateways; the list may be empty. */
export function parseGateways(value: JsonValue, place: Place): readonly string[] {
  if (!Array.isArray(value)) throw invalidAt(place, value, 'a list of IP addresses (it may be empty)');
  return (value as readonly JsonValue[]).map((each, index) => {
    const ip = typeof each === 'string' ? parseIp(each) : undefined;
    if (ip !== undefined) return ip.text;
    throw invalidAt({ ...place, field: `${place.field}[${index}]` }, each, 'an IPv4 or IPv6 address');
  });
}

/** NPWG-45: `protocol` in lower case, tcp when absent. */
export const parsePortMappings = (value: JsonValue, place: Place): readonly PortMapping[] =>
  parseList(value, place, 'a list of at least one port mapping').map((each, index) => parsePortMapping(each, { ...place, field: `${place.field}[${index}]` }));

function parsePortMapping(value: JsonValue, place: Place): PortMapping {
  if (!isJsonObject(value)) throw invalidAt(place, value, 'an object with hostPort and containerPort');
  const get = keysOf(value);
  const hostIP = get('hostIP');
  return {
    hostPort: parsePort(get('hostPort'), fieldOf(place, 'hostPort')),
    containerPort: parsePort(get('containerPort'), fieldOf(place, 'containerPort')),
    protocol: parseProtocol(get('protocol') ?? 'tcp', fieldOf(place, 'protocol')),
    ...(hostIP !== undefined && hostIP !== null && hostIP !== '' && { hostIP: parseHostIp(hostIP, fieldOf(place, 'hostIP')) }),
  };
}

function parsePort(value: JsonValue | undefined, place: Place): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65535) return value;
  throw invalidAt(place, value, 'a port, a number from 1 to 65535');
}

function parseProtocol(value: JsonValue, place: Place): PortMapping['protocol'] {
  const protocol = typeof value === 'string' ? value.toLowerCase() : '';
  if (protocol === 'tcp' || protocol === 'udp' || protocol === 'sctp') return protocol;
  throw invalidAt(place, value, 'TCP, UDP or SCTP');
}

function parseHostIp(value: JsonValue, place: Place): string {
  if (typeof value === 'string' && parseIp(value) !== undefined) return value;
  throw invalidAt(place, value, 'an IPv4 or IPv6 address');
}

const rateKeys = ['ingressRate', 'ingressBurst', 'egressRate', 'egressBurst'] as const;

/** NPWG-49: at least one rate; a burst only together with its rate. */
export function parseBandwidth(value: JsonValue, place: Place): Bandwidth {
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

function parseRate(value: JsonValue | undefined, place: Place): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  throw invalidAt(place, value, 'a number of bits, an integer above 0');
}

/** NPWG-42. */
export function parseCniArgsObject(value: JsonValue, place: Place): JsonObject {
  const problem = nestingProblem(value);
  if (isJsonObject(value) && problem === undefined) return value;
  throw invalidAt(place, value, problem === undefined ? 'an object' : `allowed here: ${problem}`);
}

function parseList(value: JsonValue, place: Place, allowed: string): readonly JsonValue[] {
  if (Array.isArray(value) && value.length > 0) return value as readonly JsonValue[];
  throw invalidAt(place, value, allowed);
}

/** Reads keys as Go does: in any case, the last one wins (NPWG-30). */
export function keysOf(object: JsonObject): (key: string) => JsonValue | undefined {
  const byLowerCase = new Map(Object.entries(object).map(([key, value]) => [key.toLowerCase(), value]));
  return (key) => byLowerCase.get(key.toLowerCase());
}
