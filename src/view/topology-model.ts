/** error: something does not or cannot work; warning: something needs attention. */
export type ProblemSeverity = 'error' | 'warning';

export type ProblemKind =
  | 'annotation-invalid'
  | 'status-unreadable'
  | 'attachment-missing'
  | 'attach-failing'
  | 'address-in-use'
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
  readonly severity: ProblemSeverity;
  readonly kind: ProblemKind;
  /** A sentence that names every object. */
  readonly text: string;
  /** namespace/name of the affected pods. */
  readonly pods: readonly string[];
  readonly network?: string;
  readonly interface?: string;
  /** What to do. */
  readonly fix: string;
  /** Identifier of the error, if the problem is an error of Plexus. */
  readonly id?: string;
  /** Time of the first known failure, ISO 8601. */
  readonly since?: string;
  /** Number of known failures. */
  readonly times?: number;
}

/**
 * The state of a pod as a whole. failing: the runtime cannot start its sandbox; waiting: it has not started and no
 * failure is known; deleting: it is being deleted and has no network (any more); ended: Succeeded or Failed;
 * no networks: it runs, requests nothing and has no network-status.
 */
export type PodSituation =
  | 'attached'
  | 'waiting'
  | 'failing'
  | 'invalid annotation'
  | 'missing network'
  | 'address in use'
  | 'not attached'
  | 'host network'
  | 'status unreadable'
  | 'deleting'
  | 'ended'
  | 'no networks';
/** The state of a pod, with the reason if it is not as requested. */
export interface PodStatus {
  readonly state: PodSituation;
  /** A sentence. */
  readonly why?: string;
  readonly fix?: string;
  /** Identifier of the error: PLX-…. */
  readonly id?: string;
  /** Time of the first known failure, ISO 8601. */
  readonly since?: string;
  /** Number of known failures. */
  readonly times?: number;
}

/**
 * attached: listed in the pod's status; missing: requested, but not in the status; waiting: missing in a pod that has
 * not started; unasked: in the status, but neither requested nor in the node's configuration; released: of a pod that
 * has ended.
 */
export type AttachmentState = 'attached' | 'missing' | 'waiting' | 'unasked' | 'released';

/** One interface of a pod in one network, or a missing one. */
export interface TopologyAttachment {
  readonly network: string;
  /** Empty if unknown. */
  readonly interface: string;
  readonly ips: readonly string[];
  readonly mac?: string;
  /** Whether it is the pod's default network. */
  readonly default: boolean;
  readonly state: AttachmentState;
  /** The addresses that the pod requests for it, while it is not attached. */
  readonly requestedIps?: readonly string[];
  /** Its problems that involve other pods. */
  readonly problems: readonly ProblemKind[];
}
export interface TopologyPod {
  readonly namespace: string;
  readonly name: string;
  readonly node?: string;
  readonly phase?: string;
  readonly owner?: string;
  /** ISO 8601. */
  readonly createdAt?: string;
  readonly status: PodStatus;
  readonly attachments: readonly TopologyAttachment[];
  /** All problems of the pod, as indexes into the topology's problems. */
  readonly problems: readonly number[];
}
export interface TopologyNetwork {
  /** namespace/name of a NetworkAttachmentDefinition, or the name of a network from the nodes' configuration. */
  readonly name: string;
  /**
   * definition: a NetworkAttachmentDefinition; node: from the nodes' configuration; missing: requested, but the object
   * does not exist; unknown: its namespace could not be read.
   */
  readonly kind: 'definition' | 'node' | 'missing' | 'unknown';
  /** Plugin types, in order. */
  readonly types: readonly string[];
  /** The subnets that the plugins' configuration states. */
  readonly subnets: readonly string[];
  /** When its NetworkAttachmentDefinition was created, ISO 8601. */
  readonly createdAt?: string;
  /** Number of pods that are attached to it or request it. */
  readonly pods: number;
  readonly problems: readonly number[];
}
/** The attachments of pods to networks. */
export interface Topology {
  readonly networks: readonly TopologyNetwork[];
  /** Pods that have or request any network. */
  readonly pods: readonly TopologyPod[];
  readonly problems: readonly TopologyProblem[];
}
