import type { JsonObject, JsonValue } from '../cni/index.ts';
import { settingsInvalid } from '../errors/index.ts';
import { didYouMean } from './did-you-mean.ts';
import { type ValidationError, type WrittenSettings, validate } from './settings.schema.gen.js';

/** Seconds. */
export interface Deadlines {
  readonly addSeconds: number;
  readonly delSeconds: number;
  readonly checkSeconds: number;
  readonly statusSeconds: number;
  readonly gcSeconds: number;
  readonly pluginSeconds: number;
  /** How long ADD waits for readinessindicatorfile. */
  readonly readinessSeconds: number;
}
/** Node configuration, ours or `type: multus`, with every default filled in (docs/configuration.md). */
export interface Settings {
  readonly delegates: readonly JsonObject[];
  readonly clusterNetwork?: string;
  readonly defaultNetworks: readonly string[];
  readonly auxiliaryCNIChainName?: string;
  readonly kubeconfig?: string;
  /** Folder of YAML pods and NADs that stands for a cluster. */
  readonly manifestsDir?: string;
  readonly confDir: string;
  readonly cniDir: string;
  /** Searched before CNI_PATH. */
  readonly binDir: readonly string[];
  readonly readinessIndicatorFile?: string;
  readonly namespaceIsolation: boolean;
  readonly globalNamespaces: readonly string[];
  readonly systemNamespaces: readonly string[];
  readonly multusNamespace: string;
  readonly invalidAnnotation: 'fail' | 'ignore';
  readonly statusAddresses: 'bare' | 'cidr';
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug';
  readonly logToStderr: boolean;
  readonly logFile?: string;
  readonly deadlines: Deadlines;
}

const knownKeys = [
  'delegates',
  'clusterNetwork',
  'defaultNetworks',
  'auxiliaryCNIChainName',
  'kubeconfig',
  'manifestsDir',
  'confDir',
  'cniDir',
  'binDir',
  'readinessindicatorfile',
  'namespaceIsolation',
  'globalNamespaces',
  'systemNamespaces',
  'multusNamespace',
  'invalidAnnotation',
  'statusAddresses',
  'logLevel',
  'logToStderr',
  'logFile',
  'logOptions',
  'retryDeleteOnError',
  'deadlines',
];
// What CNI itself and the daemon of Multus write into the same object.
const othersKeys = [
  'cniVersion',
  'cniVersions',
  'name',
  'type',
  'capabilities',
  'runtimeConfig',
  'prevResult',
  'args',
  'ipMasq',
  'ipam',
  'dns',
  'disableCheck',
  'disableGC',
  'loadOnlyInlinedPlugins',
  'plugins',
  'cniConf',
  'daemonSocketDir',
  'socketDir',
  'chrootDir',
  'cniConfigDir',
  'multusAutoconfigDir',
  'multusConfigFile',
  'multusMasterCNI',
  'forceCNIVersion',
  'overrideNetworkName',
  'perNodeCertificate',
  'metricsPort',
  'connectionLimit',
  'defaultnetworkfile',
  'defaultnetworkwaitseconds',
];

/**
 * The settings in the configuration that the runtime hands over. Keys are matched in any case, as Go does. An unknown
 * key is a warning with a suggestion, a wrong type is settingsInvalid with its path.
 */
export function parseSettings(config: JsonObject): { readonly settings: Settings; readonly warnings: readonly string[] } {
  const written = withKnownSpelling(config);
  if (!validate(written)) throw settingsInvalid(placeAndProblem(validate.errors?.[0]));
  return { settings: filledIn(written as WrittenSettings), warnings: unknownKeys(config) };
}

const sameWord = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

// null counts as absent, as for Go
function withKnownSpelling(config: JsonObject): JsonObject {
  const pairs = Object.entries(config).flatMap(([key, value]): [string, JsonValue][] => {
    const known = knownKeys.find((each) => sameWord(each, key));
    return known === undefined || value === null ? [] : [[known, value]];
  });
  return Object.fromEntries(pairs);
}

function placeAndProblem(error: ValidationError | undefined): { place: string; problem: string } {
  const place = (error?.instancePath ?? '').slice(1).replaceAll('/', '.');
  const extra = error?.params['additionalProperty'];
  if (typeof extra === 'string') return { place: `${place}.${extra}`, problem: 'unknown key' };
  const allowed = error?.params['allowedValues'];
  return { place: place === '' ? 'as a whole' : place, problem: `${error?.message ?? 'is invalid'}${Array.isArray(allowed) ? `: ${allowed.join(', ')}` : ''}` };
}

function unknownKeys(config: JsonObject): string[] {
  const known = [...knownKeys, ...othersKeys];
  return Object.keys(config)
    .filter((key) => !key.includes('.') && !known.some((each) => sameWord(each, key)))
    .map((key) => {
      const meant = didYouMean(key, knownKeys);
      return `configuration of Plexus: unknown key ${JSON.stringify(key)} is ignored${meant === undefined ? '' : `; did you mean ${JSON.stringify(meant)}?`}`;
    });
}

const levels: Readonly<Record<string, Settings['logLevel']>> = {
  panic: 'silent',
  verbose: 'info',
  silent: 'silent',
  error: 'error',
  warn: 'warn',
  info: 'info',
  debug: 'debug',
};

function filledIn(written: WrittenSettings): Settings {
  const delegates = (written.delegates ?? []) as unknown as readonly JsonObject[];
  const clusterNetwork = filled(written.clusterNetwork);
  if (delegates.length === 0 && clusterNetwork === undefined) {
    throw settingsInvalid({ place: 'delegates', problem: 'neither delegates nor clusterNetwork says what the default network is' });
  }
  return {
    delegates: clusterNetwork === undefined ? delegates : [],
    ...(clusterNetwork !== undefined && { clusterNetwork }),
    defaultNetworks: clusterNetwork === undefined ? [] : (written.defaultNetworks ?? []),
    ...pathsOf(written),
    ...policyOf(written),
    ...logOf(written),
    deadlines: { ...defaultDeadlines, ...written.deadlines },
  };
}

const defaultDeadlines: Deadlines = {
  addSeconds: 120,
  delSeconds: 40,
  checkSeconds: 30,
  statusSeconds: 2,
  gcSeconds: 25,
  pluginSeconds: 60,
  readinessSeconds: 5,
};

const filled = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

function pathsOf(written: WrittenSettings) {
  const optional = {
    auxiliaryCNIChainName: filled(written.auxiliaryCNIChainName),
    kubeconfig: filled(written.kubeconfig),
    manifestsDir: filled(written.manifestsDir),
    readinessIndicatorFile: filled(written.readinessindicatorfile),
  };
  const binDir = filledList(typeof written.binDir === 'string' ? written.binDir.split(':') : written.binDir);
  return {
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) as Partial<Settings>),
    confDir: filled(written.confDir) ?? '/etc/cni/multus/net.d',
    cniDir: filled(written.cniDir) ?? '/var/lib/cni/plexus',
    binDir: binDir.length === 0 ? ['/opt/cni/bin'] : binDir,
  };
}

const filledList = (list: readonly string[] | undefined): readonly string[] => (list ?? []).map((each) => each.trim()).filter((each) => each !== '');

function policyOf(written: WrittenSettings) {
  const globalNamespaces = filledList(written.globalNamespaces?.split(','));
  return {
    namespaceIsolation: written.namespaceIsolation ?? false,
    globalNamespaces: globalNamespaces.length === 0 ? ['default'] : globalNamespaces,
    systemNamespaces: written.systemNamespaces ?? ['kube-system'],
    multusNamespace: filled(written.multusNamespace) ?? 'kube-system',
    invalidAnnotation: written.invalidAnnotation ?? 'fail',
    statusAddresses: written.statusAddresses ?? 'bare',
  } as const;
}

function logOf(written: WrittenSettings) {
  const logFile = filled(written.logFile);
  return { logLevel: levels[written.logLevel ?? 'warn'] ?? 'warn', logToStderr: written.logToStderr ?? true, ...(logFile !== undefined && { logFile }) };
}
