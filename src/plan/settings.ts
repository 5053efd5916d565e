import type { JsonObject } from '../cni/index.ts';
import { type Path, type Warning, logLevelUnknown, settingsInvalid } from '../errors/index.ts';
import { defaultDeviceInfoDir } from '../npwg/index.ts';
import { didYouMean } from './did-you-mean.ts';
import { unknownKeys, withKnownSpelling } from './settings-keys.ts';
import { type ValidationError, type WrittenSettings, validate } from './settings.schema.gen.js';

/** All in seconds. */
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
/** When the log file is rotated, and how long old files are kept; 0: no limit. */
export interface LogRotation {
  readonly maxSizeMegabytes: number;
  readonly maxBackups: number;
  readonly maxAgeDays: number;
}
/** The node's configuration (`type: plexus-cni` or `type: multus`) with defaults applied (docs/configuration.md). */
export interface Settings {
  readonly delegates: readonly JsonObject[];
  readonly clusterNetwork?: string;
  readonly defaultNetworks: readonly string[];
  readonly auxiliaryCNIChainName?: string;
  readonly kubeconfig?: string;
  /** Folder with pod and NAD manifests that replaces a cluster. */
  readonly manifestsDir?: string;
  readonly confDir: string;
  readonly cniDir: string;
  /** The state directory of Multus. */
  readonly multusStateDir: string;
  /** Searched before CNI_PATH. */
  readonly binDir: readonly string[];
  readonly readinessIndicatorFile?: string;
  readonly namespaceIsolation: boolean;
  readonly globalNamespaces: readonly string[];
  readonly systemNamespaces: readonly string[];
  readonly multusNamespace: string;
  /** Networks (namespace/name) that STATUS checks in addition to the default network. */
  readonly statusNetworks: readonly string[];
  /** An attachment is abandoned after this many failures of DEL, or this many seconds after the first. */
  readonly detachAttempts: number;
  readonly detachSeconds: number;
  readonly invalidAnnotation: 'fail' | 'ignore';
  /** What happens to a request that no plugin of its network reads. */
  readonly unservedRequests: 'refuse' | 'warn' | 'ignore';
  /** The maximum number of networks in a pod's annotation. */
  readonly maxNetworksPerPod: number;
  /** Keys of cni-args that pods may use if the NAD does not specify them; undefined: all. */
  readonly allowedCniArgs?: readonly string[];
  /** Whether a pod may replace its default network: all pods, none, or those in these namespaces. */
  readonly allowDefaultNetworkAnnotation: boolean | readonly string[];
  /** Whether every network that a pod's annotations name requires the permission to use it. */
  readonly requireUse: boolean;
  /** Whether static pods may use networks that require the permission. */
  readonly staticPodUse: 'allow' | 'refuse';
  readonly statusAddresses: 'bare' | 'cidr';
  /** How many additional networks of one pod are attached concurrently. */
  readonly attachmentConcurrency: number;
  readonly durability: 'beside' | 'strict';
  /** Whether an ADD waits until network-status is written. */
  readonly statusBeforeAnswer: boolean;
  readonly kubeletDir: string;
  readonly deviceInfoDir: string;
  readonly missingDevice: 'fail' | 'ignore';
  /** Whether attachments are reported in the status of the ResourceClaims of their devices. */
  readonly claimStatus: boolean;
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug';
  readonly logToStderr: boolean;
  readonly logFile?: string;
  readonly logRotation: LogRotation;
  /** Keys whose values are masked, in addition to those whose names suggest a secret. */
  readonly maskedKeys: readonly string[];
  readonly deadlines: Deadlines;
}

/**
 * Parses the settings in the runtime's configuration. Keys match case-insensitively, as in Go. An unknown key causes a
 * warning with a suggestion; a wrong type throws settingsInvalid with its path.
 */
export function parseSettings(config: JsonObject): {
  readonly settings: Settings;
  readonly warnings: readonly Warning[];
} {
  const spelled = withKnownSpelling(config);
  const written = withKnownLevel(spelled);
  if (!validate(written)) throw settingsInvalid(firstProblem(written, validate.errors ?? []));
  return {
    settings: filledIn(written as WrittenSettings),
    warnings: [...unknownKeys(config), ...levelWarnings(spelled)],
  };
}

function firstProblem(written: JsonObject, errors: readonly ValidationError[]): { path: Path; problem: string } {
  const pointer = deepest(errors);
  const here = errors.filter((error) => error.instancePath === pointer);
  const path = pathOf(pointer);
  const extra = here.map(({ params }) => params['additionalProperty']).find((each) => typeof each === 'string');
  if (extra !== undefined) return { path: [...path, extra], problem: `unknown key${suggestion(extra)}` };
  return { path, problem: `${shown(valueAt(written, path))} is not allowed: it ${allowedText(here)}` };
}

// for a list, one alternative of anyOf fails as a whole and the other at one element, which is more specific
function deepest([first, ...more]: readonly ValidationError[]): string {
  const top = first?.instancePath ?? '';
  return more.find(({ instancePath }) => instancePath.startsWith(`${top}/`))?.instancePath ?? top;
}

function suggestion(key: string): string {
  const meant = didYouMean(key, Object.keys(defaultDeadlines));
  return meant === undefined ? '' : `; did you mean ${JSON.stringify(meant)}?`;
}

// each alternative of anyOf reports its own error
function allowedText(errors: readonly ValidationError[]): string {
  const types = errors.filter(({ keyword }) => keyword === 'type').map(({ params }) => String(params['type']));
  if (types.length > 0) return `must be ${types.join(' or ')}`;
  const values = errors[0]?.params['allowedValues'];
  return Array.isArray(values) ? `must be ${values.join(', ')}` : (errors[0]?.message ?? 'is invalid');
}

const pathOf = (pointer: string): Path =>
  pointer
    .split('/')
    .slice(1)
    .map((key) => (/^\d+$/.test(key) ? Number(key) : key));

const valueAt = (json: unknown, path: Path): unknown =>
  path.reduce((value, key) => (value as Readonly<Record<string, unknown>>)[key], json);

const maxShown = 60;

// shortened, because a configuration may contain secrets of its delegates
function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > maxShown ? `${text.slice(0, maxShown)}…` : text;
}

// Multus accepts levels in any case
const withKnownLevel = ({ logLevel, ...rest }: JsonObject): JsonObject => {
  const level = typeof logLevel === 'string' ? logLevel.toLowerCase() : logLevel;
  return level === undefined || isUnknownLevel(level) ? rest : { ...rest, logLevel: level };
};

// an unknown level must not block pods; Multus continues as well
const isUnknownLevel = (level: unknown): boolean => typeof level === 'string' && !Object.hasOwn(levels, level);

const levelWarnings = ({ logLevel }: JsonObject): readonly Warning[] =>
  typeof logLevel === 'string' && isUnknownLevel(logLevel.toLowerCase())
    ? [logLevelUnknown({ level: logLevel, known: Object.keys(levels) })]
    : [];

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
    throw settingsInvalid({
      path: ['delegates'],
      problem: 'neither delegates nor clusterNetwork sets the default network',
    });
  }
  if (filled(written.auxiliaryCNIChainName) !== undefined && clusterNetwork?.includes('/') !== true) {
    throw settingsInvalid({
      path: ['auxiliaryCNIChainName'],
      problem: 'its folder is beside the file of clusterNetwork, but clusterNetwork is not a path',
    });
  }
  return {
    delegates: clusterNetwork === undefined ? delegates : [],
    ...(clusterNetwork !== undefined && { clusterNetwork }),
    defaultNetworks: clusterNetwork === undefined ? [] : (written.defaultNetworks ?? []),
    ...pathsOf(written),
    ...policyOf(written),
    ...annotationsOf(written),
    ...devicesOf(written),
    ...logOf(written),
    ...attachingOf(written),
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
    multusStateDir: filled(written.multusStateDir) ?? '/var/lib/cni/multus',
    binDir: binDir.length === 0 ? ['/opt/cni/bin'] : binDir,
  };
}

const filledList = (list: readonly string[] | undefined): readonly string[] =>
  (list ?? []).map((each) => each.trim()).filter((each) => each !== '');

function policyOf(written: WrittenSettings) {
  const globalNamespaces = filledList(written.globalNamespaces?.split(','));
  return {
    namespaceIsolation: written.namespaceIsolation ?? false,
    globalNamespaces: globalNamespaces.length === 0 ? ['default'] : globalNamespaces,
    systemNamespaces: written.systemNamespaces ?? ['kube-system'],
    multusNamespace: filled(written.multusNamespace) ?? 'kube-system',
    statusNetworks: written.statusNetworks ?? [],
    detachAttempts: written.detachAttempts ?? 5,
    detachSeconds: written.detachSeconds ?? 120,
    statusAddresses: written.statusAddresses ?? 'bare',
  } as const;
}

const attachingOf = (written: WrittenSettings) =>
  ({
    attachmentConcurrency: written.attachmentConcurrency ?? 1,
    durability: written.durability ?? 'beside',
    statusBeforeAnswer: written.statusBeforeAnswer ?? true,
  }) as const;

const annotationsOf = (written: WrittenSettings) => ({
  invalidAnnotation: written.invalidAnnotation ?? 'fail',
  unservedRequests: written.unservedRequests ?? 'refuse',
  maxNetworksPerPod: written.maxNetworksPerPod ?? 32,
  ...(written.allowedCniArgs !== undefined && { allowedCniArgs: written.allowedCniArgs }),
  allowDefaultNetworkAnnotation: written.allowDefaultNetworkAnnotation ?? true,
  requireUse: written.requireUse ?? false,
  staticPodUse: written.staticPodUse ?? 'allow',
});

const devicesOf = (written: WrittenSettings) => ({
  kubeletDir: filled(written.kubeletDir) ?? '/var/lib/kubelet',
  deviceInfoDir: filled(written.deviceInfoDir) ?? defaultDeviceInfoDir,
  missingDevice: written.missingDevice ?? 'fail',
  claimStatus: written.claimStatus ?? false,
});

function logOf(written: WrittenSettings) {
  const logFile = filled(written.logFile);
  const { maxSize = 0, maxBackups = 5, maxAge = 5 } = written.logOptions ?? {};
  return {
    logLevel: levels[written.logLevel ?? 'warn'] ?? 'warn',
    logToStderr: written.logToStderr ?? true,
    ...(logFile !== undefined && { logFile }),
    logRotation: { maxSizeMegabytes: maxSize === 0 ? 100 : maxSize, maxBackups, maxAgeDays: maxAge },
    maskedKeys: written.maskedKeys ?? [],
  };
}
