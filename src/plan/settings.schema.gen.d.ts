// Made from the schema beside it by `npm run make`: do not edit.

/**
 * Configuration of Plexus: what stands in the CNI configuration file next to cniVersion, name and type.
 */
export interface WrittenSettings {
  /**
   * Network configurations (single or list) that every pod gets. The first is the default network; further ones become net1, net2 and so on. Ignored when clusterNetwork is set.
   */
  delegates?: {
    [k: string]: unknown;
  }[];
  /**
   * The default network by name or path: a NetworkAttachmentDefinition in multusNamespace, else a configuration in confDir with that name; with a "/", a configuration file or a folder whose first configuration is taken.
   */
  clusterNetwork?: string;
  /**
   * Further networks that every pod gets (except pods of systemNamespaces), named as clusterNetwork is. Only together with clusterNetwork.
   */
  defaultNetworks?: string[];
  /**
   * Name of a folder beside the file of clusterNetwork. Its *.conf plugins run as one more chain, after all other networks of the pod.
   */
  auxiliaryCNIChainName?: string;
  /**
   * Path of a kubeconfig. Without it the credentials of the pod that Plexus runs in are used, if it runs in one; else only delegates run.
   */
  kubeconfig?: string;
  /**
   * Folder of YAML files with pods and NetworkAttachmentDefinitions that stands for a cluster. Status is written beside them, in the sub-folder status.
   */
  manifestsDir?: string;
  /**
   * Folder with network configurations that are found by their name.
   */
  confDir?: string;
  /**
   * Folder for the journal and locks.
   */
  cniDir?: string;
  /**
   * Folder where Multus left its state: pods that it attached are detached by what it wrote there.
   */
  multusStateDir?: string;
  /**
   * Folder with CNI plugins, searched before those of CNI_PATH. Several as a list, or separated by ":".
   */
  binDir?: string | string[];
  /**
   * File that exists as soon as the default network is ready. ADD waits for it for deadlines.readinessSeconds, STATUS answers with code 50 until then.
   */
  readinessindicatorfile?: string;
  /**
   * Whether pods may use only networks of their own namespace and of globalNamespaces. For the annotation v1.multus-cni.io/default-network, multusNamespace is allowed as well.
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
   * Networks (namespace/name) that STATUS asks beside the default one: the node is not ready while their plugins are not. Their code, 50 or 51, is the answer's.
   */
  statusNetworks?: string[];
  /**
   * How often DEL of an attachment may fail before the pod is let go: DEL then succeeds, the attachment stays in the journal as abandoned, and the daemon goes on trying.
   */
  detachAttempts?: number;
  /**
   * The same after this time since the first failure.
   */
  detachSeconds?: number;
  /**
   * Namespace of the networks in clusterNetwork, defaultNetworks and the default-network annotation.
   */
  multusNamespace?: string;
  /**
   * What an invalid annotation of a pod does: fail the ADD with a message, or ignore it, so that the pod gets the default network only (the literal reading of the NPWG standard).
   */
  invalidAnnotation?: "fail" | "ignore";
  /**
   * What a pod's request (ips, mac, portMappings, bandwidth, infiniband-guid) does that no plugin of its network reads: fail the ADD, attach the pod without it and warn, or attach it silently. Only for networks whose plugins are all known (docs/requests.md); a plugin that is not known gets the request, and the log notes it.
   */
  unservedRequests?: "refuse" | "warn" | "ignore";
  /**
   * How many networks the annotation of a pod may name. One that names more is refused before anything of it is read.
   */
  maxNetworksPerPod?: number;
  /**
   * Keys that pods may use in cni-args; all without this setting, none with an empty list. The annotation plexus-cni.io/allowed-cni-args of a NetworkAttachmentDefinition replaces it for that network.
   */
  allowedCniArgs?: string[];
  /**
   * Whether a pod may replace its default network, and with it the policies of that network, by the annotation v1.multus-cni.io/default-network: true, false, or a list of the namespaces whose pods may.
   */
  allowDefaultNetworkAnnotation?: boolean | string[];
  /**
   * How addresses appear in network-status: bare as every consumer has seen so far, or with prefix length.
   */
  statusAddresses?: "bare" | "cidr";
  /**
   * How many further networks of one pod are attached at the same time, after the default network. 1: one after the other, as the NPWG standard asks; more only where all plugins allow it. Neighbours whose NADs all have the annotation plexus-cni.io/concurrent: "true" go together in any case.
   */
  attachmentConcurrency?: number;
  /**
   * Kubelet's folder (its --root-dir): pod-resources/kubelet.sock in it says which devices a pod was given, device-plugins/kubelet_internal_checkpoint where that socket is missing.
   */
  kubeletDir?: string;
  /**
   * Folder of device information: dp/ is written by device plugins, cni/ holds a file for each attachment that has one.
   */
  deviceInfoDir?: string;
  /**
   * What happens when a network names a resource of which the pod has no (further) device: fail the ADD with a message, or attach without a device, as Multus does, and warn.
   */
  missingDevice?: "fail" | "ignore";
  /**
   * Writes interface name, hardware address and addresses of an attachment made of a ResourceClaim's device into the claim (status.devices[].networkData). Needs the permissions of deploy/components/resource-claim-status.
   */
  claimStatus?: boolean;
  /**
   * How much is logged. Multus's names mean: panic = silent, verbose = info.
   */
  logLevel?: "silent" | "error" | "warn" | "info" | "debug" | "panic" | "verbose";
  /**
   * Whether log lines go to stderr, from where the container runtime takes them.
   */
  logToStderr?: boolean;
  /**
   * File that log lines are appended to.
   */
  logFile?: string;
  /**
   * Rotation of logFile: when it is larger than maxSize (megabytes; 100) it is renamed, with the time in its name; maxBackups (5) such files are kept, for maxAge (5) days; 0: without limit. compress is accepted and not used.
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
   * Further keys of network configurations whose values are secrets: shown neither in logs nor by plexus trace. Those whose name says so (password, token, secret, key, credential and their like) are masked anyway.
   */
  maskedKeys?: string[];
  /**
   * Accepted from Multus configurations; DEL always keeps what it could not undo.
   */
  retryDeleteOnError?: boolean;
  /**
   * Seconds after which an operation gives up.
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
     * One run of one plugin; then its process group is killed. At DEL and GC at most half of the time that is left, if others come after it.
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
