import type { JsonObject } from '../cni/index.ts';
import type { Warning } from '../errors/index.ts';
import { withKnownSpelling } from './settings-keys.ts';
import { type Settings, parseSettings } from './settings.ts';

/**
 * Checks settings that are only a part, such as a daemon's file; the default network may come from elsewhere. Returns
 * warnings. Throws settingsInvalid.
 */
export function checkSettings(config: JsonObject): readonly Warning[] {
  const {
    clusterNetwork,
    defaultNetworks: _further,
    auxiliaryCNIChainName: _chain,
    ...rest
  } = withKnownSpelling(config);
  return parseSettings({ ...withoutKeysOf(config), ...rest, clusterNetwork: clusterNetwork ?? 'set-elsewhere' })
    .warnings;
}

/**
 * Returns the settings of one call. The daemon's settings override the call's configuration. The call cannot set where
 * the node keeps its files or how it reaches its cluster.
 */
export function mergedConfig(call: JsonObject, daemon: JsonObject): JsonObject {
  const own = withKnownSpelling(daemon);
  const replacesDefault = own['clusterNetwork'] !== undefined || own['delegates'] !== undefined;
  const daemonKeys = [
    ...Object.keys(own),
    ...nodeKeys,
    ...(replacesDefault ? ['clusterNetwork', 'delegates'] : []),
  ].map((key) => key.toLowerCase());
  return {
    ...Object.fromEntries(Object.entries(call).filter(([key]) => !daemonKeys.includes(key.toLowerCase()))),
    ...own,
  };
}

/**
 * Returns the settings in the runtime's configuration that later changes of the sandbox depend on, such as policies.
 * The default network and the node's own files are not among them.
 */
export function lastingSettings(call: JsonObject): JsonObject {
  const omitted = [...nodeKeys, 'delegates', 'clusterNetwork', 'defaultNetworks', 'auxiliaryCNIChainName'];
  return Object.fromEntries(Object.entries(withKnownSpelling(call)).filter(([key]) => !omitted.includes(key)));
}

/** Returns the settings of a later change of a sandbox: those of its ADD, overridden by the daemon's. */
export const settingsLater = (record: { readonly callSettings?: JsonObject }, daemon: JsonObject): Settings =>
  parseSettings({ ...mergedConfig(record.callSettings ?? {}, daemon), clusterNetwork: 'set-elsewhere' }).settings;

const nodeKeys = [
  'kubeconfig',
  'manifestsDir',
  'cniDir',
  'multusStateDir',
  'binDir',
  'logFile',
  'logLevel',
  'logToStderr',
  'logOptions',
  'maskedKeys',
];

const withoutKeysOf = (config: JsonObject): JsonObject => {
  const known = Object.keys(withKnownSpelling(config)).map((key) => key.toLowerCase());
  return Object.fromEntries(Object.entries(config).filter(([key]) => !known.includes(key.toLowerCase())));
};
