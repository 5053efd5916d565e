import { type JsonObject, isJsonObject, isMetaPlugin } from '../cni/index.ts';
import {
  type Warning,
  asPlexusError,
  isWarning,
  logLevelUnknown,
  settingsInvalid,
  settingsKeyUnknown,
  is,
} from '../errors/index.ts';
import { checkSettings, parseSettings } from '../plan/index.ts';
import { checkConfiguration } from './check-configuration.ts';
import { type Finding, finding, findingOf, keyMissing, keyUnknown, placeOf, valueInvalid } from './finding.ts';
import type { Path, PlacedValue } from './yaml-position.ts';

/** Checks a daemon's own file; returns warnings, throws settingsInvalid. */
export type CheckDaemon = (config: JsonObject) => readonly Warning[];

/** A CNI configuration file: of a node that runs Plexus or Multus, or of one network. */
export function checkConfigurationFile(configuration: PlacedValue): readonly Finding[] {
  const source = `the configuration in ${configuration.file}`;
  const { findings } = checkConfiguration(configuration, { source, mayNest: true });
  const places = metaPlaces(configuration.value);
  return [...findings, ...listFindings(configuration), ...places.flatMap((path) => checkNode(configuration, path))];
}

/** Plexus would read it, but it is the runtime that finds the file first, and libcni refuses such a list. */
function listFindings(configuration: PlacedValue): readonly Finding[] {
  const { file, value } = configuration;
  if (
    !/\.conflist$/i.test(file) ||
    !isJsonObject(value) ||
    typeof value['type'] !== 'string' ||
    value['plugins'] !== undefined
  )
    return [];
  const text = 'a file whose name ends in .conflist is a list: runtimes pass over it without "plugins"';
  return [
    finding(
      keyMissing,
      placeOf(configuration, ['type']),
      text,
      'Put the plugin into "plugins": [ … ], or name the file .conf.',
    ),
  ];
}

/** Where in a configuration Plexus or Multus is configured. */
function metaPlaces(value: unknown): readonly Path[] {
  if (!isJsonObject(value)) return [];
  const { type, plugins } = value;
  if (isMetaPlugin(type)) return [[]];
  const all = Array.isArray(plugins)
    ? plugins.map((plugin, index) => ({ plugin, path: ['plugins', index] as Path }))
    : [];
  return all.filter(({ plugin }) => isJsonObject(plugin) && isMetaPlugin(plugin['type'])).map(({ path }) => path);
}

function checkNode(configuration: PlacedValue, path: Path): readonly Finding[] {
  const node = configuration.at(path);
  const config = node.value as JsonObject;
  return [...settingsFindings(node, config, (each) => parseSettings(each).warnings), ...delegateFindings(node)];
}

/** A file of the daemon's options, ours or Multus's. */
export const checkDaemonFile = (value: PlacedValue, checkDaemon: CheckDaemon = checkSettings): readonly Finding[] => {
  if (!isJsonObject(value.value))
    return [finding(valueInvalid, placeOf(value, []), 'the configuration of a daemon must be an object')];
  const isWhole = metaPlaces(value.value).length > 0;
  return isWhole
    ? checkConfigurationFile(value)
    : [...settingsFindings(value, value.value, checkDaemon), ...delegateFindings(value)];
};

/** One mistake after the other: without the key at fault, the parser says the next. */
function settingsFindings(value: PlacedValue, config: JsonObject, check: CheckDaemon): readonly Finding[] {
  try {
    return check(config).map((each) => finding(keyUnknown, placeOf(value, pathOf(each), 'key'), each.text));
  } catch (thrown) {
    const error = asPlexusError(thrown);
    const path = is(error, settingsInvalid) ? error.context.path : [];
    const here = findingOf(error, placeOf(value, path));
    const rest = Object.fromEntries(
      Object.entries(config).filter(([key]) => key.toLowerCase() !== String(path[0]).toLowerCase()),
    );
    return Object.keys(rest).length === Object.keys(config).length
      ? [here]
      : [here, ...settingsFindings(value, rest, check)];
  }
}

/** The key that a warning is about. */
function pathOf(warning: Warning): Path {
  if (isWarning(warning, settingsKeyUnknown)) return [warning.context.key];
  return isWarning(warning, logLevelUnknown) ? ['logLevel'] : [];
}

function delegateFindings(node: PlacedValue): readonly Finding[] {
  const delegates = node.at(['delegates']);
  if (!Array.isArray(delegates.value)) return [];
  return delegates.value.flatMap(
    (_, index) => checkConfiguration(delegates.at([index]), { source: `delegates[${index}]` }).findings,
  );
}
