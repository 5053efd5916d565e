import type { JsonObject } from '../cni/index.ts';
import type { Warning } from '../errors/index.ts';
import { withKnownSpelling } from './settings-keys.ts';
import { parseSettings } from './settings.ts';

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
