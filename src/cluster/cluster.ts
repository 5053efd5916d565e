import { type Nad, type NadRef, type PodMetadata, type PodRef, podKey } from '../npwg/index.ts';
import type { ClaimsApi } from './claims-api.ts';

/** A message for the people who watch a pod or a node. */
export interface PodEvent {
  readonly type: 'Normal' | 'Warning';
  /** Short and in one word, for example AddedInterface. */
  readonly reason: string;
  readonly message: string;
  /** How often it has happened again since it was told last; absent: it is told for the first time. */
  readonly repeats?: number;
}
/** What an event is about: a pod, or the node itself. */
export type EventSubject = (PodRef & { readonly uid?: string }) | { readonly node: string };

/** The subject as people write it. */
export const subjectKey = (subject: EventSubject): string =>
  'node' in subject ? `node ${subject.node}` : podKey(subject);

/**
 * What makes two Warnings the same: subject, reason and message, but for container IDs and names of namespaces, which
 * differ with each try.
 */
export const warningKey = (subject: EventSubject, { reason, message }: PodEvent): string =>
  [
    subjectKey(subject),
    'uid' in subject ? (subject.uid ?? '') : '',
    reason,
    message.replaceAll(/[0-9a-f]{12,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '…'),
  ].join('\n');

/** What has become of a pod. */
export interface PodState {
  readonly metadata: PodMetadata;
  /** Pending, Running, Succeeded, Failed; absent where nobody says. */
  readonly phase?: string;
  readonly hostNetwork: boolean;
  /** Whether it is about to go. */
  readonly deleting: boolean;
  /** ISO 8601. */
  readonly startTime?: string;
}

/** Kubernetes, or a folder that stands for it. apiUnavailable, apiRefused; never hangs beyond the signal. */
export interface Cluster {
  getPod(ref: PodRef, signal: AbortSignal): Promise<PodMetadata | undefined>;
  /** The same with what has become of it. */
  getPodState(ref: PodRef, signal: AbortSignal): Promise<PodState | undefined>;
  /**
   * What `keep` makes of each pod of a node, asked for its metadata only; those of which it makes nothing are left out.
   */
  listPodsOf<T>(node: string, keep: (pod: PodMetadata) => T | undefined, signal: AbortSignal): Promise<readonly T[]>;
  /** The same with what has become of each: a longer answer. */
  listPodStatesOf<T>(node: string, keep: (pod: PodState) => T | undefined, signal: AbortSignal): Promise<readonly T[]>;
  /** The pod as this node's kubelet knows it; undefined when it cannot say. Absent where there is no kubelet to ask. */
  getPodOfKubelet?(uid: string, signal: AbortSignal): Promise<PodMetadata | undefined>;
  /** nadInvalid when the object is no NAD. */
  getNad(ref: NadRef, signal: AbortSignal): Promise<Nad | undefined>;
  /** Writes the annotation network-status of exactly that pod: with a UID, never of a successor of the same name. */
  patchNetworkStatus(
    pod: PodRef & { readonly uid?: string },
    status: string,
    signal: AbortSignal,
  ): Promise<'written' | 'pod-is-gone'>;
  /** The same Warning of the same subject is one Event, whose count grows. */
  recordEvent(subject: EventSubject, event: PodEvent, signal: AbortSignal): Promise<void>;
  /** Devices from ResourceClaims. Absent where no Kubernetes API is asked. */
  readonly claims?: ClaimsApi;
}

/** A Cluster for a long life, with what keeps it up to date. */
export interface WatchedCluster {
  readonly cluster: Cluster;
  /** Until the signal is aborted. Never rejects. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly state: () => WatchState;
  /** What is known of NetworkAttachmentDefinitions; absent where they are not watched. */
  readonly nads?: { readonly all: () => readonly unknown[]; readonly revision: () => number };
}
/** How up to date what is watched is. */
export interface WatchState {
  /** Whether changes arrive now. */
  readonly synced: boolean;
  /** Whether everything has been read at least once: it may be out of date, but it is there. */
  readonly complete: boolean;
  readonly objects: number;
  /** Objects for which there was no room: they are read when they are needed. */
  readonly leftOut: number;
  /** Why it is not synced. */
  readonly problem?: string;
}
