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
  'statusAddresses',
  'unservedRequests',
  'attachmentConcurrency',
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
  'socket', // read by the program on the host (docs/host-link.md)
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
 * The keys of ours in a configuration, as the schema spells them: they are matched in any case, as Go does. Null counts
 * as absent.
 */
export function withKnownSpelling(config: JsonObject): JsonObject {
  const pairs = Object.entries(config).flatMap(([key, value]): [string, JsonValue][] => {
    const known = knownKeys.find((each) => sameWord(each, key));
    return known === undefined || value === null ? [] : [[known, value]];
  });
  return Object.fromEntries(pairs);
}

/** One warning for each key that nobody knows, with what may have been meant. Keys with a dot belong to others. */
export function unknownKeys(config: JsonObject): readonly Warning[] {
  const known = [...knownKeys, ...othersKeys];
  return Object.keys(config)
    .filter((key) => !key.includes('.') && !known.some((each) => sameWord(each, key)))
    .map((key) => settingsKeyUnknown({ key, meant: didYouMean(key, knownKeys) }));
}

const sameWord = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
