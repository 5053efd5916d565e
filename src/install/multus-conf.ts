import { type JsonObject, type JsonValue, isJsonObject, parseJson } from '../cni/index.ts';

/** What the configuration of a Multus that is on the node already says. */
export interface MultusConf {
  /** Its default network by name or path. */
  readonly clusterNetwork?: string;
  /** Its default network in full; only without clusterNetwork. */
  readonly delegate?: JsonObject;
  /** Settings that Plexus knows and that say nothing of files. */
  readonly settings: JsonObject;
  readonly capabilities: readonly string[];
}

// what decides about pods; where Multus keeps its files, and how it logs, is not ours
const keptKeys = [
  'defaultNetworks',
  'systemNamespaces',
  'multusNamespace',
  'namespaceIsolation',
  'globalNamespaces',
  'readinessindicatorfile',
  'confDir',
  'auxiliaryCNIChainName',
];

/** Reads the text of 00-multus.conf or of a list that begins with Multus; undefined when it is none (multus-behaviour 1.1). */
export function multusConf(text: string): MultusConf | undefined {
  const json = objectIn(text);
  const own = json === undefined ? undefined : [json, ...listOf(json['plugins'])].find(({ type }) => type === 'multus' || type === 'multus-shim');
  if (own === undefined) return undefined;
  const { clusterNetwork, delegates, capabilities } = own;
  const [delegate] = listOf(delegates);
  const hasName = typeof clusterNetwork === 'string' && clusterNetwork !== '';
  return {
    ...(hasName && { clusterNetwork }),
    ...(!hasName && delegate !== undefined && { delegate }),
    settings: Object.fromEntries(keptKeys.flatMap((key) => (own[key] === undefined ? [] : [[key, own[key]]]))),
    capabilities: isJsonObject(capabilities) ? Object.keys(capabilities).filter((key) => capabilities[key] === true) : [],
  };
}

const listOf = (value: JsonValue | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isJsonObject) : []);

function objectIn(text: string): JsonObject | undefined {
  try {
    const json = parseJson(text, 'configuration');
    return isJsonObject(json) ? json : undefined;
  } catch {
    return undefined; // whose it is cannot be said
  }
}

/** Where a path of Multus may be for us: it often sees the node's files under /host. */
export const placesOf = (path: string): readonly string[] => (path.startsWith('/host/') ? [path.slice('/host'.length), path] : [path]);
