// Made from the schema beside it by `npm run make`: do not edit.

/**
 * Keys of the daemon's own, beside all keys of the table above.
 */
export interface WrittenDaemonOptions {
  /**
   * The host link: the unix socket on which the shim calls. Only root may use it.
   */
  socket?: string;
  /**
   * Folder where the container runtime looks for its CNI configuration. The daemon writes 00-plexus.conflist there.
   */
  cniConfDir?: string;
  /**
   * What happens with 00-plexus.conflist: keep writes it and puts it right when another program replaces or displaces it; report writes it once and only tells afterwards; off leaves the folder alone.
   */
  manageConfiguration?: "keep" | "report" | "off";
  /**
   * File in cniConfDir with the default network. Without it: the first configuration there that is not of Plexus or Multus.
   */
  defaultNetwork?: string;
  /**
   * Writes 00-plexus.conflist with cniVersion 1.1.0, so that the container runtime asks for STATUS and the node is NotReady while the default network is.
   */
  statusChecks?: boolean;
  /**
   * How long the shim waits for the daemon before it answers code 11. Written into 00-plexus.conflist.
   */
  daemonWaitSeconds?: number;
  /**
   * What the shim does with a DEL while no daemon answers. defer: it keeps the DEL for the daemon's return and answers success, so that the pod can go; only where the host agent runs, because it carries such a DEL out. fail: it answers code 11, and the runtime tries again.
   */
  whenDaemonIsAway?: "defer" | "fail";
  /**
   * Address and port of /metrics (also /healthz and /readyz; the probes of the pod use observe.sock); off disables them.
   */
  http?: string;
  /**
   * Name of this node's Node object, for Events about it.
   */
  nodeName?: string;
  /**
   * How long calls that run may go on after SIGTERM; then they are stopped and undone.
   */
  graceSeconds?: number;
  /**
   * How often the daemon compares its journal with the namespaces and pods of this node, to undo sandboxes that are gone without a DEL (needs the host agent) and to tell of running pods that were never attached. 0: never.
   */
  reclaimSeconds?: number;
  /**
   * Socket of kubelet's Pods API (Kubernetes 1.36 or later), asked for a pod's annotations when the runtime did not hand them over. Used when it is there.
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
