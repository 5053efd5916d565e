import { type JsonObject, type JsonValue, formatJson, isJsonObject, jsonObjectIn } from '../cni/index.ts';

/** The content of the configuration of a Multus that is already on the node. */
export interface MultusConf {
  /** Its default network by name or path. */
  readonly clusterNetwork?: string;
  /** Its default network as an object; only without clusterNetwork. */
  readonly delegate?: JsonObject;
  /** Settings that Plexus supports and that do not contain file paths. */
  readonly settings: JsonObject;
  readonly capabilities: readonly string[];
  /** Settings that are not adopted, as text for people; undefined if there are none. */
  readonly notTakenOver?: string;
}

// Settings that affect pods are adopted; where Multus keeps its files and how it logs is not.
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

const readKeys = ['clusterNetwork', 'delegates', 'capabilities'];
const cniKeys = ['cniVersion', 'name', 'type']; // Ours come from the default network.
const folders: Readonly<Record<string, { readonly usual: string; readonly hint: string }>> = {
  cniDir: { usual: '/var/lib/cni/multus', hint: 'for the pods that Multus attached, set multusStateDir to it' },
  binDir: { usual: '/opt/cni/bin', hint: 'Plexus searches plugins in the folders of the runtime' },
};

/** Reads the text of 00-multus.conf or of a list that begins with Multus; undefined for anything else. */
export function multusConf(text: string): MultusConf | undefined {
  const json = jsonObjectIn(text);
  const own =
    json === undefined
      ? undefined
      : [json, ...listOf(json['plugins'])].find(({ type }) => type === 'multus' || type === 'multus-shim');
  return own === undefined ? undefined : confOf(withKnownSpelling(own));
}

// Keys match in any case, as in Go; null counts as absent.
const withKnownSpelling = (own: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(own).flatMap(([key, value]): [string, JsonValue][] => {
      const known = [...keptKeys, ...readKeys, ...cniKeys, ...Object.keys(folders)].find(
        (each) => each.toLowerCase() === key.toLowerCase(),
      );
      return value === null ? [] : [[known ?? key, value]];
    }),
  );

function confOf(own: JsonObject): MultusConf {
  const { clusterNetwork, delegates, capabilities } = own;
  const hasName = typeof clusterNetwork === 'string' && clusterNetwork !== '';
  const [delegate, ...further] = hasName ? [] : listOf(delegates);
  // Without clusterNetwork, Multus ignores these settings.
  const settings = Object.entries(own).filter(
    ([key]) => keptKeys.includes(key) && (hasName || key !== 'defaultNetworks'),
  );
  const others = Object.entries(own).filter(([key]) => ![...keptKeys, ...readKeys, ...cniKeys].includes(key));
  const left = [...furtherOnes(further), ...others.flatMap(([key, value]) => otherKey(key, value))];
  return {
    ...(hasName && { clusterNetwork }),
    ...(delegate !== undefined && { delegate }),
    settings: Object.fromEntries(settings),
    capabilities: isJsonObject(capabilities)
      ? Object.keys(capabilities).filter((key) => capabilities[key] === true)
      : [],
    ...(left.length > 0 && { notTakenOver: `not adopted from the configuration of Multus: ${left.join('; ')}` }),
  };
}

const furtherOnes = (delegates: readonly JsonObject[]): readonly string[] =>
  delegates.length === 0
    ? []
    : [
        `delegates after the first (${delegates.map(nameOf).join(', ')}): for networks of every pod, name NetworkAttachmentDefinitions in defaultNetworks`,
      ];

const nameOf = ({ name }: JsonObject): string => (typeof name === 'string' && name !== '' ? name : '(no name)');

function otherKey(key: string, value: JsonValue): readonly string[] {
  const folder = Object.hasOwn(folders, key) ? folders[key] : undefined;
  if (folder === undefined) return [key];
  return value === folder.usual ? [] : [`${key} ${formatJson(value)} (${folder.hint})`];
}

const listOf = (value: JsonValue | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isJsonObject) : [];

// The DaemonSet of Multus mounts the node's folders under /host, and the runtime's configuration folder always here.
const runtimeFolder = '/host/etc/cni/net.d/';

/** Translates a path of Multus's container to the node's. `folder`: the runtime's configuration folder on the node. */
export function nodePathOf(path: string, folder: string): string {
  if (path.startsWith(runtimeFolder)) return `${folder}/${path.slice(runtimeFolder.length)}`;
  return path.startsWith('/host/') ? path.slice('/host'.length) : path;
}

/** Settings of Multus with every path as on the node. A name is not a path. */
export const withNodePaths = (settings: JsonObject, folder: string): JsonObject =>
  Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [key, isPathKey(key) ? onNode(value, folder) : value]),
  );

const pathKeys = ['clusternetwork', 'defaultnetworks', 'readinessindicatorfile', 'confdir'];
const isPathKey = (key: string): boolean => pathKeys.includes(key.toLowerCase());

function onNode(value: JsonValue, folder: string): JsonValue {
  if (Array.isArray(value)) return value.map((each) => onNode(each, folder));
  return typeof value === 'string' ? nodePathOf(value, folder) : value;
}
