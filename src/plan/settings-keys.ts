import type { JsonObject, JsonValue } from '../cni/index.ts';
import { type Warning, settingsKeyUnknown } from '../errors/index.ts';
import { didYouMean } from './did-you-mean.ts';

const knownKeys = [
  'delegates',
  'clusterNetwork',
  'defaultNetworks',
  'auxiliaryCNIChainName',
  'kubeconfig',
  'manifestsDir',
  'confDir',
  'cniDir',
  'multusStateDir',
  'binDir',
  'readinessindicatorfile',
  'namespaceIsolation',
  'globalNamespaces',
  'systemNamespaces',
  'multusNamespace',
  'statusNetworks',
  'detachAttempts',
  'detachSeconds',
  'invalidAnnotation',
  'maxNetworksPerPod',
  'allowedCniArgs',
  'allowDefaultNetworkAnnotation',
  'requireUse',
  'staticPodUse',
  'statusAddresses',
  'unservedRequests',
  'attachmentConcurrency',
  'durability',
  'statusBeforeAnswer',
  'kubeletDir',
  'deviceInfoDir',
  'missingDevice',
  'claimStatus',
  'logLevel',
  'logToStderr',
  'logFile',
  'logOptions',
  'maskedKeys',
  'retryDeleteOnError',
  'deadlines',
];
// Keys that CNI itself and the Multus daemon write into the same object.
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
  'socket', // read by the shim (docs/host-link.md)
  'daemonWaitSeconds', // likewise
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
 * Returns the known keys of a configuration in the schema's spelling. Keys match case-insensitively, as in Go. null
 * counts as absent.
 */
export function withKnownSpelling(config: JsonObject): JsonObject {
  const pairs = Object.entries(config).flatMap(([key, value]): [string, JsonValue][] => {
    const known = knownKeys.find((each) => sameWord(each, key));
    return known === undefined || value === null ? [] : [[known, value]];
  });
  return Object.fromEntries(pairs);
}

/** Returns one warning per unknown key, with a suggestion. Keys with a dot belong to other programs. */
export function unknownKeys(config: JsonObject): readonly Warning[] {
  const known = [...knownKeys, ...othersKeys];
  return Object.keys(config)
    .filter((key) => !key.includes('.') && !known.some((each) => sameWord(each, key)))
    .map((key) => settingsKeyUnknown({ key, meant: didYouMean(key, knownKeys) }));
}

const sameWord = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
