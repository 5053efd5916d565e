/** error: something does not work, or cannot; warning: somebody should know. */
export type Severity = 'error' | 'warning';

export type ProblemKind =
  | 'annotation-invalid'
  | 'status-unreadable'
  | 'attachment-missing'
  | 'attachment-unasked'
  | 'network-missing'
  | 'network-invalid'
  | 'ip-duplicate'
  | 'ip-overlap'
  | 'ip-per-node'
  | 'mac-duplicate'
  | 'pod-pending'
  | 'host-network';

export interface TopologyProblem {
  readonly severity: Severity;
  readonly kind: ProblemKind;
  /** A sentence that names everything. */
  readonly text: string;
  /** namespace/name of the pods it concerns. */
  readonly pods: readonly string[];
  readonly network?: string;
  readonly interface?: string;
}

/**
 * attached: as the pod's status says; missing: asked for, and not in the status; waiting: the same of a pod that has
 * not started; unasked: in the status, and neither asked for nor from the node's configuration; released: of a pod that
 * has ended.
 */
export type AttachmentState = 'attached' | 'missing' | 'waiting' | 'unasked' | 'released';

/** One interface of a pod in one network, or the lack of it. */
export interface TopologyAttachment {
  readonly network: string;
  /** Empty where nobody has said. */
  readonly interface: string;
  readonly ips: readonly string[];
  readonly mac?: string;
  /** Whether it is the pod's default network. */
  readonly default: boolean;
  readonly state: AttachmentState;
  /** What is wrong with it, as far as other pods are concerned. */
  readonly problems: readonly ProblemKind[];
}
export interface TopologyPod {
  readonly namespace: string;
  readonly name: string;
  readonly node?: string;
  readonly phase?: string;
  readonly owner?: string;
  readonly attachments: readonly TopologyAttachment[];
  /** All that concern it, as indexes of the topology's problems. */
  readonly problems: readonly number[];
}
export interface TopologyNetwork {
  /** namespace/name of a NetworkAttachmentDefinition, or the name of a network of the nodes. */
  readonly name: string;
  /**
   * definition: a NetworkAttachmentDefinition; node: from the nodes' configuration; missing: asked for, and there is no
   * such object; unknown: its namespace could not be read.
   */
  readonly kind: 'definition' | 'node' | 'missing' | 'unknown';
  /** Plugin types, in their order. */
  readonly types: readonly string[];
  /** As far as the plugins' own configuration says. */
  readonly subnets: readonly string[];
  /** How many pods are in it, or ask for it. */
  readonly pods: number;
  readonly problems: readonly number[];
}
/** Who is attached to what. */
export interface Topology {
  readonly networks: readonly TopologyNetwork[];
  /** Those that have, or ask for, any network. */
  readonly pods: readonly TopologyPod[];
  readonly problems: readonly TopologyProblem[];
}
