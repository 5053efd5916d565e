import { debugKey } from './keys.ts';

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

export const podKey = (pod: PodRef): string => `${pod.namespace}/${pod.name}`;

/** Whether kubelet runs the pod from a file of the node: its mirror in the API has a UID of its own (K8S-13). */
export function isStaticPod(annotations: PodMetadata['annotations']): boolean {
  const source = annotations['kubernetes.io/config.source'];
  return source !== undefined && source !== 'api';
}

/** Whether a pod's annotations ask for debug log lines about it. */
export const wantsDebug = (annotations: PodMetadata['annotations']): boolean => annotations[debugKey] === 'true';
