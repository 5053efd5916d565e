import { type JsonObject, type JsonValue, formatJson, isJsonObject } from '../cni/index.ts';
import { type Warning, hostFileInvalid, pathIgnored, pathNotAllowed } from '../errors/index.ts';
import { withKnownSpelling } from './settings-keys.ts';

// Direct mode runs as root with a configuration from its standard input. That may be the runtime's, or one that the
// author of a network wrote to attack the node. So the settings below, each of which names a file or folder to read,
// write or execute, are taken from a file of the host that only root can write; standard input may only repeat them.
// Files named by clusterNetwork and defaultNetworks are read, and only below the folders of networkFolders.

/** The settings that name a file or folder of the host, with the value that holds when the host's file has none. */
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
/** The keys of the host's file that are settings. */
export const hostPathKeys: readonly string[] = Object.keys(defaults);

/** The name of the host's file. It is beside the program: whoever can write there could replace the program as well. */
export const hostFileName = 'plexus-host.json';

const foldersKey = 'cniConfDir';
const usualFolders = ['/etc/cni/net.d'];

/** What the host's file must hold for some settings: those that are paths, and other ones than the usual. */
export function hostPathsOf(settings: JsonObject, confDirs: readonly string[]): JsonObject {
  const paths = hostPathKeys.flatMap((key): [string, JsonValue][] => {
    const value = settings[key];
    return value === undefined || isAsOnHost(value, defaults[key]) ? [] : [[key, value]];
  });
  return {
    ...Object.fromEntries(paths),
    ...(formatJson([...confDirs]) !== formatJson(usualFolders) &&
      confDirs.length > 0 && { [foldersKey]: [...confDirs] }),
  };
}

/** What direct mode takes from the host's file. */
export interface HostPaths {
  /** Where it is, for messages. */
  readonly file: string;
  /** The settings that it has. */
  readonly settings: JsonObject;
  /** Folders of the runtime's network configurations. */
  readonly confDirs: readonly string[];
}

/** The content of the host's file; undefined: there is none. hostFileInvalid. */
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
  return { file, settings, confDirs: folders === undefined ? usualFolders : (listOf(folders) as readonly string[]) };
}

const listOf = (value: JsonValue): readonly JsonValue[] =>
  Array.isArray(value) ? value : typeof value === 'string' ? value.split(':') : [value];

/**
 * A configuration from standard input with the host's paths instead of its own. One of its own that is another than the
 * host's is pathNotAllowed; with `tolerant` (the configuration is the daemon's, and pods wait) only cniDir is, and the
 * others are ignored with a warning.
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

// an empty one counts as absent, as everywhere in the settings
const isAsOnHost = (value: JsonValue | undefined, onHost: JsonValue | undefined): boolean =>
  value === undefined ||
  partsOf(value).length === 0 ||
  formatJson(partsOf(value)) === formatJson(onHost === undefined ? [] : partsOf(onHost));

const partsOf = (value: JsonValue): readonly JsonValue[] =>
  listOf(value)
    .filter((each) => each !== '')
    .map((each) => (typeof each === 'string' ? each.trim().replace(/(?<=.)\/+$/, '') : each));
