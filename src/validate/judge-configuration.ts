import { type JsonObject, isJsonObject, isMetaPlugin } from '../cni/index.ts';
import {
  type Path,
  type Warning,
  asPlexusError,
  is,
  isWarning,
  logLevelUnknown,
  settingsInvalid,
  settingsKeyUnknown,
} from '../errors/index.ts';
import { checkSettings, parseSettings } from '../plan/index.ts';
import { checkConfiguration } from './check-configuration.ts';
import { firstOfEachRule } from './first-few.ts';
import { type Finding, finding, findingOf, inside, keyAt, keyMissing, keyUnknown, valueInvalid } from './finding.ts';
import { valueInAnyCase } from './values.ts';

/** Checks a daemon's own configuration file. Returns warnings; throws settingsInvalid. */
export type CheckDaemon = (config: JsonObject) => readonly Warning[];

/**
 * Checks a CNI configuration: of a node that runs Plexus or Multus, or of one network. `file` names its source in
 * messages. Never throws.
 */
export function judgeConfiguration(value: unknown, file?: string): readonly Finding[] {
  const source = file === undefined ? 'the configuration' : `the configuration in ${file}`;
  const { findings } = checkConfiguration(value, { source, mayNest: true });
  return firstOfEachRule([
    ...findings,
    ...listFindings(value, file),
    ...metaPaths(value).flatMap((path) => inside(path, nodeFindings(valueInAnyCase(value, path) as JsonObject))),
  ]);
}

/** Reports a list that Plexus could read but that the runtime, which reads the file first, rejects with libcni. */
function listFindings(value: unknown, file = ''): readonly Finding[] {
  const isList = !isJsonObject(value) || typeof value['type'] !== 'string' || value['plugins'] !== undefined;
  if (isList || !/\.conflist$/i.test(file)) return [];
  const text = 'a file whose name ends in .conflist is a list: runtimes pass over it without "plugins"';
  const fix = 'Put the plugin into "plugins": [ … ], or name the file .conf.';
  return [finding(keyMissing, ['type'], { key: 'plugins' }, text, fix)];
}

/** Returns the paths in a configuration where Plexus or Multus is configured. */
function metaPaths(value: unknown): readonly Path[] {
  if (!isJsonObject(value)) return [];
  const { type, plugins } = value;
  if (isMetaPlugin(type)) return [[]];
  return (Array.isArray(plugins) ? (plugins as readonly unknown[]) : []).flatMap((plugin, index) =>
    isJsonObject(plugin) && isMetaPlugin(plugin['type']) ? [['plugins', index]] : [],
  );
}

const nodeFindings = (config: JsonObject): readonly Finding[] => [
  ...settingsFindings(config, (each) => parseSettings(each).warnings),
  ...delegateFindings(config),
];

/** Checks the options of a daemon, of Plexus or Multus. Never throws. */
export function judgeSettings(value: unknown, check: CheckDaemon = checkSettings, file?: string): readonly Finding[] {
  if (!isJsonObject(value)) {
    const data = { value, allowed: 'an object' };
    return [finding(valueInvalid, [], data, 'the configuration of a daemon must be an object')];
  }
  return metaPaths(value).length > 0
    ? judgeConfiguration(value, file)
    : [...settingsFindings(value, check), ...delegateFindings(value)];
}

/** Reports all mistakes: the parser reports only the first, so parses again without the key that it named. */
function settingsFindings(config: JsonObject, check: CheckDaemon): readonly Finding[] {
  try {
    return check(config).map((each) => {
      const path = pathOf(each);
      return finding(keyUnknown, keyAt(path), { key: String(path[0] ?? '') }, each.text);
    });
  } catch (thrown) {
    const error = asPlexusError(thrown);
    const path = is(error, settingsInvalid) ? error.context.path : [];
    const here = findingOf(error, path);
    const rest = Object.fromEntries(
      Object.entries(config).filter(([key]) => key.toLowerCase() !== String(path[0]).toLowerCase()),
    );
    return Object.keys(rest).length === Object.keys(config).length ? [here] : [here, ...settingsFindings(rest, check)];
  }
}

/** Returns the path of the key that a warning is about. */
function pathOf(warning: Warning): Path {
  if (isWarning(warning, settingsKeyUnknown)) return [warning.context.key];
  return isWarning(warning, logLevelUnknown) ? ['logLevel'] : [];
}

function delegateFindings(node: JsonObject): readonly Finding[] {
  const delegates = valueInAnyCase(node, ['delegates']);
  if (!Array.isArray(delegates)) return [];
  return (delegates as readonly unknown[]).flatMap((each, index) =>
    inside(['delegates', index], checkConfiguration(each, { source: `delegates[${index}]` }).findings),
  );
}
