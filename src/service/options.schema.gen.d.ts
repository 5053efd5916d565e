// Made from the schema beside it by `npm run make`: do not edit.

/**
 * Keys of the daemon, in addition to all keys of the table above.
 */
export interface WrittenDaemonOptions {
  /**
   * The host link: the Unix socket on which the shim calls the daemon. Only root may use it.
   */
  socket?: string;
  /**
   * Folder from which the container runtime reads its CNI configuration. The daemon writes 00-plexus.conflist there.
   */
  cniConfDir?: string;
  /**
   * How the daemon manages 00-plexus.conflist. keep: write it, and restore it when another program replaces or displaces it; report: write it once and only report such changes; off: do not change the folder.
   */
  manageConfiguration?: "keep" | "report" | "off";
  /**
   * File in cniConfDir with the default network. Default: the first configuration there that does not belong to Plexus or Multus.
   */
  defaultNetwork?: string;
  /**
   * Writes 00-plexus.conflist with cniVersion 1.1.0, so that the container runtime calls STATUS and the node is NotReady while the default network is not ready.
   */
  statusChecks?: boolean;
  /**
   * How long the shim waits for the daemon before it fails with code 11. The daemon writes this into 00-plexus.conflist.
   */
  daemonWaitSeconds?: number;
  /**
   * What the shim does with a DEL while the daemon is unavailable. defer: store the DEL for the daemon and return success, so that pod deletion proceeds; only if the host agent runs, because it carries out such a DEL. fail: return code 11, so that the runtime retries.
   */
  whenDaemonIsAway?: "defer" | "fail";
  /**
   * Address and port of /metrics (also /healthz and /readyz; the probes of the pod use observe.sock); off disables them.
   */
  http?: string;
  /**
   * Format of the daemon's log. json: one object per line; text: time, level and sentence.
   */
  logFormat?: "json" | "text";
  /**
   * Name of the Node object of this node, for Events about the node.
   */
  nodeName?: string;
  /**
   * How long in-flight calls may continue after SIGTERM; then the daemon stops and undoes them.
   */
  graceSeconds?: number;
  /**
   * How often the daemon compares its journal with the namespaces and pods of this node, to undo sandboxes that disappeared without a DEL (needs the host agent) and to report running pods that were never attached. 0: never.
   */
  reclaimSeconds?: number;
  /**
   * Whether networks follow the annotation of running pods (docs/hot-plug.md). Needs the host agent and nodeName. off: the daemon does not watch pods.
   */
  hotPlug?: "on" | "off";
  /**
   * Whether a daemon that has started runs its own code on made-up calls while it is idle, so that it is compiled before the first pod (docs/performance.md).
   */
  warmUp?: "on" | "off";
  /**
   * Socket of kubelet's Pods API (Kubernetes 1.36 or later). If it exists, Plexus reads a pod's annotations from it when the runtime did not pass them.
   */
  kubeletPodsApi?: string;
  [k: string]: unknown;
}

export interface ValidationError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
}
export declare const validate: { (data: unknown): boolean; errors?: readonly ValidationError[] | null };
