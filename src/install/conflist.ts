import {
  type CniVersion,
  type JsonObject,
  type NetworkConfiguration,
  compareVersions,
  isJsonObject,
  parseJson,
  isMetaPlugin,
} from '../cni/index.ts';

/** What our configuration says beside the default network. */
export interface ConflistOptions {
  /** Whether the runtime shall ask for STATUS (K8S-54). */
  readonly statusChecks?: boolean;
  /** The host link; written only when it is not the shim's default. */
  readonly socket?: string;
  /** Written only when it is not the shim's default. */
  readonly daemonWaitSeconds?: number;
  /** Where the program on the host keeps calls for the daemon; written only when it is not the shim's default. */
  readonly cniDir?: string;
  /** Settings taken over from Multus. */
  readonly settings?: JsonObject;
}
/** The default network as our configuration names it. */
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

/** The default network that a file holds. */
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
 * The text of 00-plexus.conflist. It bears the default network's name (as Multus does with overrideNetworkName): CRI-O
 * finds it when cni_default_network names that network, and the results that the runtime keeps by network name stay
 * valid for pods that are older than Plexus, or that outlive it. K8S-33, K8S-53, K8S-62.
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

// the runtime hands all annotations of the pod over: an ADD then needs no GET (K8S-33)
const podAnnotations = 'io.kubernetes.cri.pod-annotations';

// 1.1.0 makes the runtime ask for STATUS every few seconds and the node NotReady while the answer is bad (K8S-54)
function versionFor(version: CniVersion, statusChecks: boolean): CniVersion {
  if (statusChecks) return '1.1.0';
  return compareVersions(version, '1.0.0') > 0 ? '1.0.0' : version;
}

/**
 * Whose a configuration is: ours, another program's that attaches pods to several networks, a network's, or nobody's
 * (not even JSON).
 */
export type Owner = 'plexus' | 'meta-plugin' | 'network' | 'unreadable';

/** Judges by content, never by file name. */
export function ownerOf(text: string): Owner {
  const types = typesIn(text);
  if (types === undefined) return 'unreadable';
  if (types.includes('plexus')) return 'plexus';
  return types.some(isMetaPlugin) ? 'meta-plugin' : 'network';
}

function typesIn(text: string): readonly unknown[] | undefined {
  try {
    const json = parseJson(text, 'configuration');
    if (!isJsonObject(json)) return undefined;
    const { type, plugins } = json;
    return [type, ...(Array.isArray(plugins) ? plugins.filter(isJsonObject).map((plugin) => plugin['type']) : [])];
  } catch {
    return undefined; // that is the answer
  }
}
