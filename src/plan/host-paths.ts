import { type JsonObject, type JsonValue, formatJson, isJsonObject } from '../cni/index.ts';
import { type Warning, hostFileInvalid, pathIgnored, pathNotAllowed } from '../errors/index.ts';
import { withKnownSpelling } from './settings-keys.ts';

// Direct mode runs as root with a configuration from its standard input. The runtime may have written it, or the author
// of a network who attacks the node. So the settings below, each of which names a file or folder to read, write or
// execute, come from a file of the host that only root can write; standard input may only repeat them. clusterNetwork
// and defaultNetworks also name files; these are read only below the folders in cniConfDir of that file.

/** The settings that name a file or folder of the host, with their defaults. */
const defaults: Readonly<Record<string, JsonValue | undefined>> = {
  binDir: '/opt/cni/bin',
  cniDir: '/var/lib/cni/plexus',
  confDir: '/etc/cni/multus/net.d',
  multusStateDir: '/var/lib/cni/multus',
  kubeletDir: '/var/lib/kubelet',
  deviceInfoDir: '/var/run/k8s.cni.cncf.io/devinfo',
  kubeconfig: undefined,
  manifestsDir: undefined,
  logFile: undefined,
  readinessindicatorfile: undefined,
};
/** The settings that the host's file may contain. */
export const hostPathKeys: readonly string[] = Object.keys(defaults);

/**
 * The name of the host's file. It is in the program's folder: whoever can write there could also replace the program.
 */
export const hostFileName = 'plexus-host.json';

const foldersKey = 'cniConfDir';
const defaultFolders = ['/etc/cni/net.d'];

/** Returns what the host's file must contain for these settings: the paths that differ from their defaults. */
export function hostPathsOf(settings: JsonObject, confDirs: readonly string[]): JsonObject {
  const paths = hostPathKeys.flatMap((key): [string, JsonValue][] => {
    const value = settings[key];
    return value === undefined || isAsOnHost(value, defaults[key]) ? [] : [[key, value]];
  });
  return {
    ...Object.fromEntries(paths),
    ...(formatJson([...confDirs]) !== formatJson(defaultFolders) &&
      confDirs.length > 0 && { [foldersKey]: [...confDirs] }),
  };
}

/** The content of the host's file. */
export interface HostPaths {
  /** Its path, for messages. */
  readonly file: string;
  /** The settings it contains. */
  readonly settings: JsonObject;
  /** Folders with the runtime's network configurations. */
  readonly confDirs: readonly string[];
}

/** Parses the host's file; undefined means that it does not exist. Throws hostFileInvalid. */
export function hostPathsFrom(json: JsonValue | undefined, file: string): HostPaths {
  if (json !== undefined && !isJsonObject(json)) throw hostFileInvalid({ file, problem: 'it must be a JSON object' });
  const { [foldersKey]: folders, ...settings } = json ?? {};
  const unknown = Object.keys(settings).find((key) => !hostPathKeys.includes(key));
  if (unknown !== undefined)
    throw hostFileInvalid({
      file,
      problem: `unknown key ${JSON.stringify(unknown)}; known: ${[foldersKey, ...hostPathKeys].join(', ')}`,
    });
  const wrong = Object.entries(json ?? {}).find(([, value]) =>
    listOf(value).some((each) => typeof each !== 'string' || !each.startsWith('/')),
  );
  if (wrong !== undefined)
    throw hostFileInvalid({ file, problem: `${wrong[0]} must be an absolute path, not ${formatJson(wrong[1])}` });
  return { file, settings, confDirs: folders === undefined ? defaultFolders : (listOf(folders) as readonly string[]) };
}

const listOf = (value: JsonValue): readonly JsonValue[] =>
  Array.isArray(value) ? value : typeof value === 'string' ? value.split(':') : [value];

/**
 * Replaces the paths of a configuration from standard input with the host's. Throws pathNotAllowed if one of its own
 * differs. With `tolerant` (the daemon's configuration, while pods wait), only cniDir throws; the others are ignored
 * with a warning.
 */
export function withHostPaths(
  config: JsonObject,
  host: HostPaths,
  tolerant = false,
): { readonly config: JsonObject; readonly warnings: readonly Warning[] } {
  const spelled = withKnownSpelling(config);
  const others = Object.fromEntries(
    Object.entries(config).filter(([key]) => !hostPathKeys.some((each) => each.toLowerCase() === key.toLowerCase())),
  );
  const refused = hostPathKeys.filter((key) => !isAsOnHost(spelled[key], host.settings[key] ?? defaults[key]));
  const errors = refused.map((key) => ({
    key,
    error: pathNotAllowed({ key, value: formatJson(spelled[key] ?? null), file: host.file }),
  }));
  const fatal = errors.find(({ key }) => !tolerant || key === 'cniDir');
  if (fatal !== undefined) throw fatal.error;
  return {
    config: { ...others, ...host.settings },
    warnings: errors.map(({ error }) => pathIgnored({ error })),
  };
}

// an empty value counts as absent, as in all settings
const isAsOnHost = (value: JsonValue | undefined, onHost: JsonValue | undefined): boolean =>
  value === undefined ||
  partsOf(value).length === 0 ||
  formatJson(partsOf(value)) === formatJson(onHost === undefined ? [] : partsOf(onHost));

const partsOf = (value: JsonValue): readonly JsonValue[] =>
  listOf(value)
    .filter((each) => each !== '')
    .map((each) => (typeof each === 'string' ? each.trim().replace(/(?<=.)\/+$/, '') : each));
