import {
  type CniVersion,
  type JsonObject,
  type NetworkConfiguration,
  compareVersions,
  isJsonObject,
  jsonObjectIn,
  isMetaPlugin,
} from '../cni/index.ts';

/** The content of our configuration besides the default network. */
export interface ConflistOptions {
  /** Whether the runtime should call STATUS (K8S-54). */
  readonly statusChecks?: boolean;
  /** Address of the host link; written only if it is not the shim's default. */
  readonly socket?: string;
  /** Written only if it is not the shim's default. */
  readonly daemonWaitSeconds?: number;
  /** Folder in which the shim queues calls for the daemon; written only if it is not the shim's default. */
  readonly cniDir?: string;
  /** Settings adopted from Multus. */
  readonly settings?: JsonObject;
}
/** The default network as our configuration refers to it. */
export interface DefaultNetwork {
  /** Absolute path of its file, or its name. */
  readonly clusterNetwork: string;
  readonly name: string;
  readonly cniVersion: CniVersion;
  /** The union of its plugins' capabilities. */
  readonly capabilities: readonly string[];
}

export const defaultSocket = '/run/plexus/plexus.sock';
const defaultDaemonWaitSeconds = 10;
const defaultCniDir = '/var/lib/cni/plexus';

/** The default network that a file contains. */
export const defaultNetworkOf = (
  path: string,
  { name, cniVersion, plugins }: NetworkConfiguration,
): DefaultNetwork => ({
  clusterNetwork: path,
  name,
  cniVersion,
  capabilities: [...new Set(plugins.flatMap(({ capabilities }) => capabilities))],
});

/**
 * Builds the text of 00-plexus.conflist (K8S-33, K8S-53, K8S-62). It has the default network's name, as Multus does
 * with overrideNetworkName. CRI-O then finds it when cni_default_network names that network, and results that the
 * runtime stores by network name stay valid for pods older than Plexus, or pods that outlive it.
 */
export function conflistText(
  network: DefaultNetwork,
  { statusChecks, socket, daemonWaitSeconds, cniDir, settings = {} }: ConflistOptions = {},
): string {
  const plugin: JsonObject = {
    type: 'plexus',
    capabilities: Object.fromEntries(
      [...new Set([...network.capabilities, podAnnotations])].toSorted().map((each) => [each, true]),
    ),
    ...settings,
    clusterNetwork: network.clusterNetwork,
    ...(socket !== undefined && socket !== defaultSocket && { socket }),
    ...(daemonWaitSeconds !== undefined && daemonWaitSeconds !== defaultDaemonWaitSeconds && { daemonWaitSeconds }),
    ...(cniDir !== undefined && cniDir !== defaultCniDir && { cniDir }),
  };
  const list = {
    cniVersion: versionFor(network.cniVersion, statusChecks ?? false),
    name: network.name,
    loadOnlyInlinedPlugins: true,
    plugins: [plugin],
  };
  return `${JSON.stringify(list, null, 2)}\n`;
}

// The runtime then passes all annotations of the pod, so an ADD needs no GET (K8S-33).
const podAnnotations = 'io.kubernetes.cri.pod-annotations';

// With 1.1.0 the runtime calls STATUS every few seconds and sets the node to NotReady while the answer is an error
// (K8S-54).
function versionFor(version: CniVersion, statusChecks: boolean): CniVersion {
  if (statusChecks) return '1.1.0';
  return compareVersions(version, '1.0.0') > 0 ? '1.0.0' : version;
}

/** Owner of a configuration: Plexus, another meta-plugin, a network, or unknown because the text is not JSON. */
export type Owner = 'plexus' | 'meta-plugin' | 'network' | 'unreadable';

/** Determines the owner from the content, never from the file name. */
export function ownerOf(text: string): Owner {
  const types = typesIn(text);
  if (types === undefined) return 'unreadable';
  if (types.includes('plexus')) return 'plexus';
  return types.some(isMetaPlugin) ? 'meta-plugin' : 'network';
}

function typesIn(text: string): readonly unknown[] | undefined {
  const json = jsonObjectIn(text);
  if (json === undefined) return undefined;
  const { type, plugins } = json;
  return [type, ...(Array.isArray(plugins) ? plugins.filter(isJsonObject).map((plugin) => plugin['type']) : [])];
}
