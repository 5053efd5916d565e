import { nameInvalid } from '../errors/index.ts';
import { debugKey } from './keys.ts';
import { isLabel } from './selection-values.ts';

/** Names one pod. */
export interface PodRef {
  readonly namespace: string;
  readonly name: string;
}
/** What Plexus reads of a pod. */
export interface PodMetadata extends PodRef {
  /** UID of the API object; absent when only the runtime's call is known and it gave none. */
  readonly uid?: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * A pod as overviews show it: with where it runs and what has become of it. Of its annotations only those about
 * networks.
 */
export interface PodSummary extends PodMetadata {
  readonly node?: string;
  /** Pending, Running, Succeeded, Failed. */
  readonly phase?: string;
  readonly hostNetwork: boolean;
  /** Whether it is about to go. */
  readonly deleting: boolean;
  /** What it was made from, as people call it: the Deployment, not its ReplicaSet. */
  readonly owner?: string;
}

/** Refuses what can be no pod's name before anything is asked for it: it becomes part of an address. nameInvalid. */
export function assertPodRef({ namespace, name }: PodRef): void {
  if (!isLabel(namespace)) throw nameInvalid({ what: 'K8S_POD_NAMESPACE', name: namespace });
  if (name.length > 253 || !name.split('.').every(isLabel)) throw nameInvalid({ what: 'K8S_POD_NAME', name });
}

export const podKey = (pod: PodRef): string => `${pod.namespace}/${pod.name}`;

/** Whether kubelet runs the pod from a file of the node: its mirror in the API has a UID of its own (K8S-13). */
export function isStaticPod(annotations: PodMetadata['annotations']): boolean {
  const source = annotations['kubernetes.io/config.source'];
  return source !== undefined && source !== 'api';
}

/** Whether a pod's annotations ask for debug log lines about it. */
export const wantsDebug = (annotations: PodMetadata['annotations']): boolean => annotations[debugKey] === 'true';
