import { type Path, configurationInvalid, versionIncompatible } from '../errors/index.ts';
import { type JsonObject, type JsonValue, isJsonObject, nameOfType } from './json.ts';
import { nestedPath, nestedPathProblem } from './meta-plugins.ts';
import { isNetworkName, isPluginType } from './names.ts';
import { type CniVersion, cniVersions, compareVersions, isCniVersion } from './version.ts';

/** One plugin of a network configuration. */
export interface PluginConfiguration {
  readonly type: string;
  /** Names of the capabilities that are `true`. */
  readonly capabilities: readonly string[];
  /** The plugin's object as written, unknown keys included. */
  readonly json: JsonObject;
}
/**
 * A network configuration list; a single-plugin configuration is a list of one (CNI specification, section 1). Plain
 * data that can be written to the journal unchanged.
 */
export interface NetworkConfiguration {
  readonly name: string;
  /** The effective version, the same for every command (NPWG-16, CNI-44). */
  readonly cniVersion: CniVersion;
  readonly disableCheck: boolean;
  readonly disableGC: boolean;
  readonly plugins: readonly PluginConfiguration[];
}
export interface ConfigurationOptions {
  /** Names the configuration in errors. */
  readonly source: string;
  /** Used when the configuration has no name. */
  readonly defaultName?: string;
  /**
   * Used when the configuration has no version. The default is 0.4.0, the oldest version that supports CHECK and
   * results with several interfaces.
   */
  readonly defaultVersion?: CniVersion;
  /** Plugins of the folder beside the file, appended unless the list excludes them (CNI-45). */
  readonly siblingPlugins?: readonly JsonObject[];
}

/**
 * Parses a network configuration from JSON: a single configuration (`type`) or a list (`plugins`) (CNI-41 to CNI-46).
 * Throws configurationInvalid, versionIncompatible.
 */
export function parseConfiguration(value: JsonValue, options: ConfigurationOptions): NetworkConfiguration {
  const invalid = (problem: string) => configurationInvalid({ source: options.source, problem });
  if (!isJsonObject(value)) throw invalid(`it is ${nameOfType(value)}, not an object`);
  const plugins = pluginObjects(value, options).map((plugin, index) =>
    parsePlugin(plugin, { source: options.source, index }),
  );
  return {
    name: nameIn(value, options),
    cniVersion: effectiveVersion(value, options),
    disableCheck: flag(value, 'disableCheck', options),
    disableGC: flag(value, 'disableGC', options),
    plugins,
  };
}

/** Whether the plugins of the folder beside the file belong to this list (CNI-45). */
export const wantsSiblingPlugins = (value: JsonObject): boolean =>
  !isConf(value) && !flag(value, 'loadOnlyInlinedPlugins', { source: 'configuration' });

const isConf = (value: JsonObject): boolean => typeof value['type'] === 'string' && value['type'] !== '';

function pluginObjects(value: JsonObject, options: ConfigurationOptions): readonly JsonValue[] {
  if (isConf(value)) return [value];
  const invalid = (problem: string, path: Path = []) => configurationInvalid({ source: options.source, path, problem });
  const inlinedOnly = flag(value, 'loadOnlyInlinedPlugins', options);
  const inlined = value['plugins'];
  if (inlined === undefined && inlinedOnly) throw invalid('loadOnlyInlinedPlugins is true, but "plugins" is missing');
  if (inlined !== undefined && !Array.isArray(inlined))
    throw invalid(`"plugins" is ${nameOfType(inlined)}, not a list`, ['plugins']);
  if (Array.isArray(inlined) && inlined.length === 0)
    throw invalid('no plugins in list: "plugins" is empty', ['plugins']);
  const all = [...((inlined ?? []) as readonly JsonValue[]), ...(inlinedOnly ? [] : (options.siblingPlugins ?? []))];
  if (all.length === 0) throw invalid('it has neither "type" (one plugin) nor "plugins" (a list)', ['plugins']);
  return all;
}

function parsePlugin(
  value: JsonValue,
  { source, index }: { readonly source: string; readonly index: number },
): PluginConfiguration {
  const invalid = (problem: string, path: Path = []) =>
    configurationInvalid({ source, pluginIndex: index, path: ['plugins', index, ...path], problem });
  if (!isJsonObject(value)) throw invalid(`it is ${nameOfType(value)}, not an object`);
  const { type, capabilities } = value;
  if (typeof type !== 'string' || type === '') throw invalid(`missing "type"${describeMisspelling(value)}`);
  if (!isPluginType(type)) throw invalid(`"type" ${JSON.stringify(type)} is not a plugin's bare file name`, ['type']);
  const nested = nestedPath(value);
  if (nested !== undefined) throw invalid(nestedPathProblem(nested), nested.path);
  return { type, capabilities: trueKeys(capabilities), json: value };
}

/** Finds a key that resembles "type" but is misspelled: with a colon or blank, or in another case. */
function describeMisspelling(value: JsonObject): string {
  const key = Object.keys(value).find((each) => each.toLowerCase().replaceAll(/[^a-z]/g, '') === 'type');
  return key === undefined || key === 'type' ? '' : `; its key ${JSON.stringify(key)} is not "type"`;
}

const trueKeys = (capabilities: unknown): string[] =>
  isJsonObject(capabilities) ? Object.keys(capabilities).filter((key) => capabilities[key] === true) : [];

function nameIn(value: JsonObject, options: ConfigurationOptions): string {
  const written = value['name'] ?? '';
  const name = written === '' ? options.defaultName : written;
  const invalid = (problem: string, path: Path = []) => configurationInvalid({ source: options.source, path, problem });
  if (name === undefined) throw invalid('no "name"');
  if (typeof name === 'string' && isNetworkName(name)) return name;
  throw invalid(
    `"name" ${JSON.stringify(name)} is not a network name (letters, digits, "_", "." and "-", beginning with a letter or digit)`,
    ['name'],
  );
}

/** Go's libcni also accepts the texts "true" and "false", in any case. */
function flag(value: JsonObject, key: string, { source }: { readonly source: string }): boolean {
  const written = value[key] ?? false;
  if (typeof written === 'boolean') return written;
  const text = typeof written === 'string' ? written.toLowerCase() : '';
  if (text === 'true' || text === 'false') return text === 'true';
  throw configurationInvalid({
    source,
    path: [key],
    problem: `invalid value ${JSON.stringify(written)} for ${key}: true or false is allowed`,
  });
}

/** The highest version of cniVersion and cniVersions that Plexus supports (CNI-44). */
function effectiveVersion(value: JsonObject, options: ConfigurationOptions): CniVersion {
  const written = [value['cniVersion'] ?? '', ...versionList(value, options)].filter((each) => each !== '');
  const [highest] = written.filter(isCniVersion).toSorted((a, b) => compareVersions(b, a));
  if (highest !== undefined) return highest;
  if (written.length === 0) return options.defaultVersion ?? '0.4.0';
  throw versionIncompatible({
    source: options.source,
    version: written.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))).join(', '),
    supported: cniVersions,
  });
}

function versionList(value: JsonObject, { source }: ConfigurationOptions): readonly JsonValue[] {
  const list = value['cniVersions'] ?? [];
  if (!Array.isArray(list))
    throw configurationInvalid({
      source,
      path: ['cniVersions'],
      problem: `"cniVersions" is ${nameOfType(list)}, not a list`,
    });
  for (const [index, each] of list.entries()) {
    if (typeof each !== 'string' || !/^\d+\.\d+(\.\d+)?$/.test(each)) {
      throw configurationInvalid({
        source,
        path: ['cniVersions', index],
        problem: `invalid cniVersions entry ${JSON.stringify(each)} at index ${index}: a version such as "1.0.0" is allowed`,
      });
    }
  }
  return list as readonly JsonValue[];
}
