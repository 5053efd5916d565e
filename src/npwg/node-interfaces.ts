import { type JsonValue, interfaceNameProblem, isJsonObject, jsonProblem, parseJson } from '../cni/index.ts';
import { nadInvalid, problemOf } from '../errors/index.ts';
import { canonicalMac, isPciAddress, parseCidr } from './addresses.ts';
import { interfacesKey } from './keys.ts';

/** Selects interfaces of a node. An interface must match all keys that are set; at least one is. */
export interface InterfaceSelector {
  readonly name?: string;
  /** An alternative name (ip link property add … altname …). */
  readonly altName?: string;
  /** As the kernel writes it. */
  readonly mac?: string;
  /** Lower case. */
  readonly pciAddress?: string;
  /** The kernel driver of the device. */
  readonly driver?: string;
  /** A subnet that contains an address of the interface. */
  readonly subnet?: string;
}
/** The selectors of each logical interface, in order of preference. */
export type NodeInterfaces = Readonly<Record<string, readonly InterfaceSelector[]>>;

/** A link of the node. */
export interface NodeLink {
  readonly name: string;
  /** Those of the alternative names that were asked for. */
  readonly altNames: readonly string[];
  readonly mac?: string;
  readonly pciAddress?: string;
  readonly driver?: string;
  /** Addresses without prefix. */
  readonly addresses: readonly string[];
}

const maxInterfaces = 64;
const maxSelectors = 64;
const shownLength = 60;

interface Key {
  readonly allowed: string;
  /** Returns the value in the form that is compared; undefined if it is not allowed. */
  readonly read: (text: string) => string | undefined;
}
const linkName: Key = {
  allowed: 'an interface name of up to 15 bytes',
  read: (text) => (interfaceNameProblem(text) === undefined ? text : undefined),
};
const keys = {
  name: linkName,
  altName: linkName,
  mac: {
    allowed: 'a MAC address of six bytes, such as 02:00:00:00:00:01',
    read: (text) => (/^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i.test(text) ? canonicalMac(text) : undefined),
  },
  pciAddress: {
    allowed: 'a PCI address, such as 0000:3b:00.0',
    read: (text) => (isPciAddress(text) ? text.toLowerCase() : undefined),
  },
  driver: {
    allowed: 'the name of a kernel driver, such as ice',
    read: (text) => (/^[\w.-]{1,64}$/.test(text) ? text : undefined),
  },
  subnet: {
    allowed: 'a subnet, such as 10.20.0.0/16',
    read: (text) => (parseCidr(text) === undefined ? undefined : text),
  },
} satisfies Readonly<Record<keyof InterfaceSelector, Key>>;

const isKey = (key: string): key is keyof InterfaceSelector => Object.hasOwn(keys, key);

/** Parses the annotation interfaces of a NetworkAttachmentDefinition (namespace/name). Throws nadInvalid. */
export function parseNodeInterfaces(text: string, nad: string): NodeInterfaces {
  const invalid = (problem: string) =>
    nadInvalid({ nad, path: ['metadata', 'annotations', interfacesKey], problem: `${interfacesKey}: ${problem}` });
  const value = jsonOf(text, invalid);
  const names = isJsonObject(value) ? Object.keys(value) : [];
  if (!isJsonObject(value) || names.length === 0 || names.length > maxInterfaces)
    throw invalid(`it is not an object with 1 to ${maxInterfaces} names of interfaces`);
  return Object.fromEntries(names.map((name) => [name, selectorsIn(value[name], name, invalid)]));
}

type Invalid = (problem: string) => Error;

function jsonOf(text: string, invalid: Invalid): JsonValue {
  try {
    return parseJson(text, interfacesKey);
  } catch (error) {
    throw invalid(`it is not JSON: ${jsonProblem(text)?.text ?? problemOf(error)}`);
  }
}

function selectorsIn(value: JsonValue | undefined, name: string, invalid: Invalid): readonly InterfaceSelector[] {
  const list: readonly JsonValue[] = Array.isArray(value) ? value : [value ?? null];
  if (list.length === 0 || list.length > maxSelectors)
    throw invalid(`${JSON.stringify(name)} is not a selector or a list of 1 to ${maxSelectors} selectors`);
  return list.map((each) => selectorIn(each, name, invalid));
}

function selectorIn(value: JsonValue, name: string, invalid: Invalid): InterfaceSelector {
  const at = JSON.stringify(name);
  const entries = isJsonObject(value) ? Object.entries(value) : [];
  if (entries.length === 0)
    throw invalid(`a selector of ${at} is not an object with at least one of ${Object.keys(keys).join(', ')}`);
  return Object.fromEntries(
    entries.map(([key, each]) => {
      if (!isKey(key))
        throw invalid(`unknown key ${JSON.stringify(key)} in ${at} (allowed: ${Object.keys(keys).join(', ')})`);
      const read = typeof each === 'string' ? keys[key].read(each) : undefined;
      if (read !== undefined) return [key, read];
      throw invalid(`${at}, ${key}: ${JSON.stringify(each).slice(0, shownLength)} is not ${keys[key].allowed}`);
    }),
  );
}
