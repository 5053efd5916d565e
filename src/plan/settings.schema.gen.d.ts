// Made from the schema beside it by `npm run make`: do not edit.

/**
 * Configuration of Plexus: the keys of the CNI configuration file besides cniVersion, name and type.
 */
export interface WrittenSettings {
  /**
   * Network configurations (single or list) that every pod gets. The first is the default network; the others become net1, net2 and so on. Ignored when clusterNetwork is set.
   */
  delegates?: {
    [k: string]: unknown;
  }[];
  /**
   * The default network by name or path: a NetworkAttachmentDefinition in multusNamespace, else a configuration in confDir with that name; with a "/", a configuration file, or a folder whose first configuration is used.
   */
  clusterNetwork?: string;
  /**
   * Additional networks that every pod gets (except pods of systemNamespaces), named in the same way as clusterNetwork. Allowed only together with clusterNetwork.
   */
  defaultNetworks?: string[];
  /**
   * Name of a folder beside the file of clusterNetwork. Its *.conf plugins run as one more chain, after all other networks of the pod.
   */
  auxiliaryCNIChainName?: string;
  /**
   * Path of a kubeconfig. Default: the credentials of the pod that Plexus runs in. Without either, Plexus runs only delegates.
   */
  kubeconfig?: string;
  /**
   * Folder of YAML files with pods and NetworkAttachmentDefinitions, read instead of a cluster. Plexus writes the status of the pods to its sub-folder status.
   */
  manifestsDir?: string;
  /**
   * Folder with network configurations, which Plexus finds by their name.
   */
  confDir?: string;
  /**
   * Folder for the journal and locks.
   */
  cniDir?: string;
  /**
   * Folder with the state of Multus. Plexus uses it to detach pods that Multus attached.
   */
  multusStateDir?: string;
  /**
   * Folder with CNI plugins, searched before those of CNI_PATH. Several: as a list, or separated by ":".
   */
  binDir?: string | string[];
  /**
   * File that exists when the default network is ready. ADD waits for it for deadlines.readinessSeconds; STATUS fails with code 50 until it exists.
   */
  readinessindicatorfile?: string;
  /**
   * Whether pods may use only networks of their own namespace and of globalNamespaces. The annotation v1.multus-cni.io/default-network may also name networks of multusNamespace.
   */
  namespaceIsolation?: boolean;
  /**
   * Namespaces whose networks every pod may use, separated by commas. Replaces the default.
   */
  globalNamespaces?: string;
  /**
   * Namespaces whose pods do not get defaultNetworks.
   */
  systemNamespaces?: string[];
  /**
   * Networks (namespace/name) whose plugins STATUS calls besides those of the default network: the node is not ready while they are not. STATUS returns their code, 50 or 51.
   */
  statusNetworks?: string[];
  /**
   * How often DEL of an attachment may fail before Plexus abandons the attachment: DEL then succeeds so that pod deletion proceeds, the attachment stays in the journal, and the daemon keeps retrying.
   */
  detachAttempts?: number;
  /**
   * Plexus also abandons an attachment when this time has passed since its first failed DEL.
   */
  detachSeconds?: number;
  /**
   * Namespace of the networks in clusterNetwork, defaultNetworks and the default-network annotation.
   */
  multusNamespace?: string;
  /**
   * What happens when an annotation of a pod is invalid: fail the ADD with a message, or ignore the annotation, so that the pod gets only the default network (the literal reading of the NPWG standard).
   */
  invalidAnnotation?: "fail" | "ignore";
  /**
   * What happens when no plugin of a network reads a pod's request (ips, mac, portMappings, bandwidth, infiniband-guid): fail the ADD, attach the pod without it and warn, or attach it silently. Applies only to networks whose plugins are all known (docs/requests.md); an unknown plugin receives the request, with a warning.
   */
  unservedRequests?: "refuse" | "warn" | "ignore";
  /**
   * How many networks the annotation of a pod may name. An annotation that names more is invalid.
   */
  maxNetworksPerPod?: number;
  /**
   * Keys that pods may use in cni-args. Default: all keys; with an empty list: none. The annotation plexus-cni.io/allowed-cni-args of a NetworkAttachmentDefinition overrides it for that network.
   */
  allowedCniArgs?: string[];
  /**
   * Whether a pod may replace its default network, and with it the policies of that network, with the annotation v1.multus-cni.io/default-network: true, false, or a list of the namespaces whose pods may.
   */
  allowDefaultNetworkAnnotation?: boolean | string[];
  /**
   * Whether pods need the permission to use every network that their annotations name (docs/permissions.md). false: only networks with the annotation plexus-cni.io/require-use: "true" require it. The node's default networks never do.
   */
  requireUse?: boolean;
  /**
   * Whether static pods, which have no ServiceAccount, may use networks that require the permission.
   */
  staticPodUse?: "allow" | "refuse";
  /**
   * How network-status shows addresses: bare, as Multus does, or with their prefix length.
   */
  statusAddresses?: "bare" | "cidr";
  /**
   * How many additional networks of one pod Plexus attaches concurrently, after the default network. 1: one after the other, as the NPWG standard requires; set more only if all plugins support it. Networks next to each other whose NetworkAttachmentDefinitions all have the annotation plexus-cni.io/concurrent: "true" are always attached concurrently.
   */
  attachmentConcurrency?: number;
  /**
   * When the record of an ADD must be on disk. beside: it is written before the first plugin runs, and synced while the plugins run; the answer waits for both. strict: it is synced before the first plugin runs, which costs every ADD two disk syncs. They differ only after a failure of the machine within these milliseconds: with beside, Plexus may then not know of an address that a remote IPAM service has just assigned.
   */
  durability?: "beside" | "strict";
  /**
   * Whether an ADD waits until the annotation network-status is written. false: the daemon writes it after the answer, so a container that reads it through the downward API may find it late, and an ADD does not wait for the API server. Direct mode always waits.
   */
  statusBeforeAnswer?: boolean;
  /**
   * Kubelet's folder (its --root-dir). Plexus reads the devices of a pod from pod-resources/kubelet.sock in it, or from device-plugins/kubelet_internal_checkpoint if that socket is missing.
   */
  kubeletDir?: string;
  /**
   * Folder of device information: device plugins write to dp/; cni/ contains one file for each attachment with a device.
   */
  deviceInfoDir?: string;
  /**
   * What happens when a network names a resource of which the pod has no free device: fail the ADD with a message, or attach the network without a device, as Multus does, and warn.
   */
  missingDevice?: "fail" | "ignore";
  /**
   * Writes the interface name, hardware address and addresses of an attachment that uses a ResourceClaim's device into the claim (status.devices[].networkData). Needs the permissions of deploy/components/resource-claim-status.
   */
  claimStatus?: boolean;
  /**
   * Log level; the default of the daemon is info. The names of Multus are accepted: panic means silent, verbose means info.
   */
  logLevel?: "silent" | "error" | "warn" | "info" | "debug" | "panic" | "verbose";
  /**
   * Whether Plexus writes log lines to stderr, which the container runtime logs.
   */
  logToStderr?: boolean;
  /**
   * File to which Plexus appends log lines.
   */
  logFile?: string;
  /**
   * Rotation of logFile: above maxSize (megabytes; 100) Plexus renames the file, with the time in its name. It keeps maxBackups (5) such files, for maxAge (5) days; 0: no limit. compress is accepted and ignored.
   */
  logOptions?: {
    /**
     * Megabytes.
     */
    maxSize?: number;
    maxBackups?: number;
    /**
     * Days.
     */
    maxAge?: number;
    [k: string]: unknown;
  };
  /**
   * Additional keys of network configurations whose values are secrets, masked in logs and in plexus trace. Keys with a telling name (password, token, secret, key, credential and similar) are always masked.
   */
  maskedKeys?: string[];
  /**
   * Accepted from configurations of Multus and ignored; the journal always keeps what DEL could not undo.
   */
  retryDeleteOnError?: boolean;
  /**
   * Time limits of operations, in seconds.
   */
  deadlines?: {
    /**
     * A whole ADD. Undoing it after a failure may take delSeconds more.
     */
    addSeconds?: number;
    /**
     * A whole DEL; also the undoing of a failed ADD.
     */
    delSeconds?: number;
    /**
     * A whole CHECK.
     */
    checkSeconds?: number;
    /**
     * A whole STATUS.
     */
    statusSeconds?: number;
    /**
     * A whole GC.
     */
    gcSeconds?: number;
    /**
     * One run of one plugin; Plexus then kills its process group. In DEL and GC, at most half of the remaining time if more plugins follow.
     */
    pluginSeconds?: number;
    /**
     * How long ADD waits for readinessindicatorfile.
     */
    readinessSeconds?: number;
  };
  [k: string]: unknown;
}

export interface ValidationError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
}
export declare const validate: { (data: unknown): boolean; errors?: readonly ValidationError[] | null };
