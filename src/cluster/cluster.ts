import { type Nad, type NadRef, type PodMetadata, type PodRef, podKey } from '../npwg/index.ts';
import type { ClaimsApi } from './claims-api.ts';
import type { Permissions } from './permissions.ts';
import type { PodWatch } from './pod-watch.ts';

/** An Event for people who watch a pod or a node. */
export interface PodEvent {
  readonly type: 'Normal' | 'Warning';
  /** One CamelCase word, for example AddedInterface. */
  readonly reason: string;
  readonly message: string;
  /** How often it happened since the last report; absent for the first report. */
  readonly repeats?: number;
}
/** The subject of an Event: a pod, or the node itself. */
export type EventSubject = (PodRef & { readonly uid?: string }) | { readonly node: string };

/** The subject in readable form. */
export const subjectKey = (subject: EventSubject): string =>
  'node' in subject ? `node ${subject.node}` : podKey(subject);

/**
 * Two Warnings with the same key are the same: equal subject, reason and message, except container IDs and namespace
 * names, which differ with each attempt.
 */
export const warningKey = (subject: EventSubject, { reason, message }: PodEvent): string =>
  [
    subjectKey(subject),
    'uid' in subject ? (subject.uid ?? '') : '',
    reason,
    message.replaceAll(/[0-9a-f]{12,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '…'),
  ].join('\n');

/** A condition of a pod's status. */
export interface PodCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  /** One CamelCase word. */
  readonly reason: string;
  readonly message: string;
}

/** A pod and its lifecycle. */
export interface PodState {
  readonly metadata: PodMetadata;
  /** Absent if they were not requested. */
  readonly conditions?: readonly Partial<PodCondition>[];
  /** Pending, Running, Succeeded or Failed; absent if unknown. */
  readonly phase?: string;
  readonly hostNetwork: boolean;
  /** Whether the pod is being deleted. */
  readonly deleting: boolean;
  /** ISO 8601. */
  readonly startTime?: string;
}

/** Kubernetes or a folder of manifests. Rejects with apiUnavailable, apiRefused; never runs beyond the signal. */
export interface Cluster {
  getPod(ref: PodRef, signal: AbortSignal): Promise<PodMetadata | undefined>;
  /** Like getPod, with the pod's lifecycle and conditions. */
  getPodState(ref: PodRef, signal: AbortSignal): Promise<PodState | undefined>;
  /** Maps the pods of a node with `keep` and omits those for which it returns undefined. Requests only metadata. */
  listPodsOf<T>(node: string, keep: (pod: PodMetadata) => T | undefined, signal: AbortSignal): Promise<readonly T[]>;
  /** Like listPodsOf, with the lifecycle of each pod, which makes the answer longer. */
  listPodStatesOf<T>(node: string, keep: (pod: PodState) => T | undefined, signal: AbortSignal): Promise<readonly T[]>;
  /** The pod from this node's kubelet; undefined if kubelet cannot answer. Absent without a kubelet. */
  getPodOfKubelet?(uid: string, signal: AbortSignal): Promise<PodMetadata | undefined>;
  /**
   * Waits until the annotations of a pod may be parsed, where the memory of a process is shared by calls. Absent: they
   * may be parsed at once.
   */
  readonly holdPod?: (pod: PodMetadata, signal: AbortSignal) => Promise<void>;
  /** Rejects with nadInvalid if the object is not a NAD. */
  getNad(ref: NadRef, signal: AbortSignal): Promise<Nad | undefined>;
  /** Writes the annotation network-status of exactly that pod: with a UID, never of a successor of the same name. */
  patchNetworkStatus(
    pod: PodRef & { readonly uid?: string },
    status: string,
    signal: AbortSignal,
  ): Promise<'written' | 'pod-is-gone'>;
  /**
   * Writes the annotation network-status, a condition, or both, of exactly that pod, with one request. Absent without a
   * Kubernetes API.
   */
  publishNetworks?(
    pod: PodRef & { readonly uid?: string },
    networks: { readonly status?: string; readonly condition?: PodCondition & { readonly isTransition: boolean } },
    signal: AbortSignal,
  ): Promise<'written' | 'pod-is-gone'>;
  /** The same Warning about the same subject is one Event with a growing count. */
  recordEvent(subject: EventSubject, event: PodEvent, signal: AbortSignal): Promise<void>;
  /** Devices from ResourceClaims. Absent without a Kubernetes API. */
  readonly claims?: ClaimsApi;
  /** Permissions of pods to use networks. Absent without a Kubernetes API. */
  readonly permissions?: Permissions;
}

/** A Cluster for a long-running process, with the watch that keeps it up to date. */
export interface WatchedCluster {
  readonly cluster: Cluster;
  /** Runs until the signal is aborted. Never rejects. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly state: () => WatchState;
  /** The pods of this node; absent if they are not watched. */
  readonly pods?: PodWatch;
  /** The cached NetworkAttachmentDefinitions; absent if they are not watched. */
  readonly nads?: { readonly all: () => readonly unknown[]; readonly revision: () => number };
}
/** The state of a watch. */
export interface WatchState {
  /** Whether the watch is up to date. */
  readonly synced: boolean;
  /** Whether one list has completed. The objects may be stale, but they are complete. */
  readonly complete: boolean;
  readonly objects: number;
  /** Objects that did not fit into the cache; they are read on demand. */
  readonly leftOut: number;
  /** Why the watch is not synced. */
  readonly problem?: string;
}
