import type { Nad, NadRef, PodMetadata, PodRef } from '../npwg/index.ts';

/** A message about a pod for the people who watch it. */
export interface PodEvent {
  readonly type: 'Normal' | 'Warning';
  /** Short and in one word, for example AddedInterface. */
  readonly reason: string;
  readonly message: string;
}
/** Kubernetes, or a folder that stands for it. apiUnavailable, apiRefused; never hangs beyond the signal. */
export interface Cluster {
  getPod(ref: PodRef, signal: AbortSignal): Promise<PodMetadata | undefined>;
  /** nadInvalid when the object is no NAD. */
  getNad(ref: NadRef, signal: AbortSignal): Promise<Nad | undefined>;
  /** Writes the annotation network-status of exactly that pod: with a UID, never of a successor of the same name. */
  patchNetworkStatus(pod: PodRef & { readonly uid?: string }, status: string, signal: AbortSignal): Promise<'written' | 'pod-is-gone'>;
  recordEvent(pod: PodRef & { readonly uid?: string }, event: PodEvent, signal: AbortSignal): Promise<void>;
}
