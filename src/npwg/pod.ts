import { nameInvalid } from '../errors/index.ts';
import { configSourceKey, debugKey, podAnnotationKeys } from './keys.ts';
import { isLabel } from './selection-values.ts';

/** The labels of an object. */
export type Labels = Readonly<Record<string, string>>;

/** The key of a pod. */
export interface PodRef {
  readonly namespace: string;
  readonly name: string;
}
/** The fields of a pod that Plexus reads. */
export interface PodMetadata extends PodRef {
  /** UID of the API object; absent if only the runtime's call is known and contains none. */
  readonly uid?: string;
  /** Those that Plexus reads. The others are often longer, and running calls hold the pod in memory. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** A pod as overviews show it, with its node and phase. Contains only the annotations about networks. */
export interface PodSummary extends PodMetadata {
  readonly node?: string;
  /** Pending, Running, Succeeded, Failed. */
  readonly phase?: string;
  readonly hostNetwork: boolean;
  /** Whether the pod is being deleted. */
  readonly deleting: boolean;
  /** ISO 8601. */
  readonly createdAt?: string;
  /** False: kubelet reports that the pod has no sandbox (any more). Absent before Kubernetes 1.29. */
  readonly hasSandbox?: boolean;
  /** Why its networks do not follow its annotation, according to the condition of Plexus. */
  readonly networksProblem?: string;
  /** The workload that users know: the Deployment, not its ReplicaSet. */
  readonly owner?: string;
}

/** A Warning Event that may explain why a pod has no network. */
export interface PodWarning extends PodRef {
  readonly uid?: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  /** ISO 8601. */
  readonly firstAt?: string;
  readonly lastAt?: string;
}

/**
 * Throws nameInvalid for names that no pod can have. Call before any request, because the names become part of a URL.
 */
export function assertPodRef({ namespace, name }: PodRef): void {
  if (!isLabel(namespace)) throw nameInvalid({ what: 'K8S_POD_NAMESPACE', name: namespace });
  if (name.length > 253 || !name.split('.').every(isLabel)) throw nameInvalid({ what: 'K8S_POD_NAME', name });
}

/** Returns the annotations that Plexus reads, without values that are not texts. */
export const readAnnotations = (annotations: Readonly<Record<string, unknown>>): PodMetadata['annotations'] =>
  Object.fromEntries(
    podAnnotationKeys.flatMap((key) => {
      const value = Object.hasOwn(annotations, key) ? annotations[key] : undefined;
      return typeof value === 'string' ? [[key, value]] : [];
    }),
  );

export const podKey = (pod: PodRef): string => `${pod.namespace}/${pod.name}`;

/**
 * Returns whether kubelet runs the pod from a file of the node. Its mirror pod in the API has a different UID (K8S-13).
 */
export function isStaticPod(annotations: PodMetadata['annotations']): boolean {
  const source = annotations[configSourceKey];
  return source !== undefined && source !== 'api';
}

/** Returns whether a pod's annotations enable debug log lines for it. */
export const wantsDebug = (annotations: PodMetadata['annotations']): boolean => annotations[debugKey] === 'true';
