import {
  type JsonObject,
  type JsonValue,
  isJsonObject,
  parseConfiguration,
  isMetaPlugin,
  nestedMetaPlugin,
} from '../cni/index.ts';
import {
  type Path,
  asPlexusError,
  configurationInvalid,
  is,
  nestedCall,
  versionIncompatible,
  type PlexusError,
} from '../errors/index.ts';
import { type Ipam, type PlacedRange, checkIpam } from './check-ipam.ts';
import { checkOptions, isKnownPlugin } from './check-plugin.ts';
import { type Finding, finding, findingOf, inside, keyAt, keyMissing, pluginsMany, versionAbsent } from './finding.ts';
import { listFindings } from './misplaced-keys.ts';
import { checkRules } from './plugin-rules.ts';
import { valueInAnyCase } from './values.ts';

export interface ConfigurationCheckOptions {
  /** Names the configuration in messages. */
  readonly source: string;
  /** The name of a configuration that has none. */
  readonly defaultName?: string;
  /** Whether pods get devices for this network. */
  readonly getsDevice?: boolean;
  /** Whether Plexus may be among its plugins, as in the configuration of a node. */
  readonly mayNest?: boolean;
}
/** The findings about a network configuration, and what could be read of it. */
export interface CheckedConfiguration {
  readonly findings: readonly Finding[];
  readonly networks: readonly LinkRanges[];
  readonly ipams: readonly Ipam[];
}
/** The addresses that a network assigns on one link. */
export interface LinkRanges {
  /** Identifies the link of the host: equal text means the same link. */
  readonly link: string;
  readonly ipam: string;
  /** The configuration's name, under which host-local stores its leases. */
  readonly name: string;
  /** Ranges with their paths in the object. */
  readonly ranges: readonly PlacedRange[];
}

/**
 * Checks one network configuration: first with the parser that Plexus uses, then against the documentation of its
 * plugins.
 */
export function checkConfiguration(value: unknown, options: ConfigurationCheckOptions): CheckedConfiguration {
  if (!isJsonObject(value)) return { findings: parseFindings(value as JsonValue, options), networks: [], ipams: [] };
  const paths = pluginPaths(value);
  const checked = paths.slice(0, mostPlugins).map((path, index) => {
    const plugin = valueInAnyCase(value, path);
    return within(path, checkPlugin(plugin, index, { value, isFirst: index === 0, options }));
  });
  return {
    findings: [
      ...parseFindings(withStandIns(value), options),
      ...versionNote(value),
      ...listFindings(value),
      ...checked.flatMap(({ findings }) => findings),
      ...lengthFindings(paths.length),
    ],
    networks: checked.flatMap(({ networks }) => networks),
    ipams: checked.flatMap(({ ipams }) => ipams),
  };
}

/** More plugins than any real chain has. Each takes time, and an author may list tens of thousands. */
const mostPlugins = 100;

function lengthFindings(count: number): readonly Finding[] {
  if (count <= mostPlugins) return [];
  const text = `the list has ${count} plugins: only the first ${mostPlugins} are checked`;
  return [finding(pluginsMany, ['plugins'], { plugins: count, checked: mostPlugins }, text)];
}

/** Converts the result for a part of an object to paths from the object. */
export const within = (path: Path, { findings, networks, ipams }: CheckedConfiguration): CheckedConfiguration => ({
  findings: inside(path, findings),
  networks: networks.map((network) => ({
    ...network,
    ranges: network.ranges.map((range) => ({ ...range, path: [...path, ...range.path] })),
  })),
  ipams,
});

const isConf = (value: JsonObject): boolean => typeof value['type'] === 'string' && value['type'] !== '';

function pluginPaths(value: JsonObject): readonly Path[] {
  if (isConf(value)) return [[]];
  const { plugins } = value;
  return Array.isArray(plugins) ? plugins.map((_, index) => ['plugins', index]) : [];
}

/** Replaces the plugins by valid ones, because the mistakes in each plugin are reported separately. */
function withStandIns(value: JsonObject): JsonObject {
  const { plugins } = value;
  if (isConf(value)) return { ...value, type: 'stand-in' };
  return Array.isArray(plugins) ? { ...value, plugins: plugins.map(() => ({ type: 'stand-in' })) } : value;
}

function versionNote(value: JsonObject): readonly Finding[] {
  if ((value['cniVersion'] ?? '') !== '' || value['cniVersions'] !== undefined) return [];
  return [finding(versionAbsent, keyAt([]), {}, 'no cniVersion: Plexus uses 0.4.0, other programs 0.1.0')];
}

function parseFindings(
  value: JsonValue,
  { source, defaultName = 'network' }: ConfigurationCheckOptions,
): readonly Finding[] {
  try {
    parseConfiguration(value, { source, defaultName });
    return [];
  } catch (thrown) {
    const error = asPlexusError(thrown);
    return [findingOf(error, pathIn(error))];
  }
}

/** Returns the path of the key that an error of the parser is about. */
function pathIn(error: PlexusError): Path {
  if (is(error, versionIncompatible)) return ['cniVersion'];
  return is(error, configurationInvalid) ? (error.context.path ?? []) : [];
}

interface Around {
  readonly value: JsonObject;
  readonly isFirst: boolean;
  readonly options: ConfigurationCheckOptions;
}

function checkPlugin(plugin: unknown, index: number, { value, isFirst, options }: Around): CheckedConfiguration {
  const alone = pluginFindings(plugin as JsonValue, index, options);
  if (alone.length > 0 || !isJsonObject(plugin) || typeof plugin['type'] !== 'string')
    return { findings: alone, networks: [], ipams: [] };
  const { type, capabilities } = plugin as JsonObject & { readonly type: string };
  if (isMetaPlugin(type) && options.mayNest === true) return { findings: [], networks: [], ipams: [] };
  const nested = nestedMetaPlugin(plugin);
  if (nested !== undefined) {
    const error = nestedCall({ network: options.source, plugin: nested.type });
    return { findings: [findingOf(error, nested.path)], networks: [], ipams: [] };
  }
  const declared = isJsonObject(capabilities)
    ? Object.keys(capabilities).filter((key) => capabilities[key] === true)
    : [];
  const checked = checkOptions(plugin, type);
  const ipam = checkIpam(plugin, type, declared);
  const getsDevice = options.getsDevice === true || declared.includes('deviceID');
  const rules =
    checked.options === undefined
      ? []
      : checkRules({ type, options: checked.options, capabilities: declared, isFirst, getsDevice, ipam });
  return {
    findings: [...checked.findings, ...ipam.findings.map((each) => ipamFinding(each, type, options)), ...rules],
    networks: linkRanges({ plugin, type, ipam, name: nameOf(value, options) }),
    ipams: ipam.type === '' ? [] : [ipam],
  };
}

/**
 * A mistake in IPAM options is only a warning if another program may still change the options: an unknown plugin, or
 * the program that installs a node's configuration.
 */
function ipamFinding(found: Finding, type: string, { mayNest = false }: ConfigurationCheckOptions): Finding {
  const mayChange = !isKnownPlugin(type) || (mayNest && found.rule === keyMissing.id);
  return mayChange && found.severity === 'error' ? { ...found, severity: 'warning' } : found;
}

const nameOf = (value: JsonObject, { defaultName = '' }: ConfigurationCheckOptions): string =>
  typeof value['name'] === 'string' && value['name'] !== '' ? value['name'] : defaultName;

/** The path of the plugin in the configuration that pluginFindings creates for it alone. */
const alonePath = ['plugins', 0];

function pluginFindings(
  plugin: JsonValue,
  pluginIndex: number,
  { source }: ConfigurationCheckOptions,
): readonly Finding[] {
  try {
    parseConfiguration({ cniVersion: '1.0.0', name: 'network', plugins: [plugin] }, { source });
    return [];
  } catch (thrown) {
    const error = asPlexusError(thrown);
    if (!is(error, configurationInvalid)) return [findingOf(error, [])];
    const path = error.context.path ?? [];
    return [findingOf(configurationInvalid({ ...error.context, pluginIndex }), path.slice(alonePath.length))];
  }
}

const linkKeys: Readonly<Record<string, readonly string[]>> = {
  bridge: ['bridge', 'vlan'],
  ovs: ['bridge', 'vlan'],
  macvlan: ['master'],
  ipvlan: ['master'],
  vlan: ['master', 'vlanId'],
};
// links of the host, identified by name whatever plugin creates interfaces on them
const kinds: Readonly<Record<string, string>> = { macvlan: 'master', ipvlan: 'master', vlan: 'vlan of master' };

interface LinkInput {
  readonly plugin: JsonObject;
  readonly type: string;
  readonly ipam: Ipam;
  readonly name: string;
}

function linkRanges({ plugin, type, ipam, name }: LinkInput): readonly LinkRanges[] {
  const keys = linkKeys[type];
  const names = (keys ?? [])
    .map((key) => plugin[key])
    .filter((each) => each !== undefined && each !== null && each !== '');
  if (keys === undefined || names.length === 0 || plugin['linkInContainer'] === true || ipam.ranges.length === 0)
    return [];
  const ranges = ipam.ranges.map((range) => ({ ...range, path: ['ipam', ...range.path] }));
  return [{ link: `${kinds[type] ?? type} ${names.map(String).join(' vlan ')}`, ipam: ipam.type, name, ranges }];
}
