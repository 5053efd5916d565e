import { podNotFound, podReplaced } from '../errors/index.ts';
import { type PodMetadata, type PodRef, configMirrorKey, isStaticPod, podKey, readAnnotations } from '../npwg/index.ts';
import type { Cluster } from './cluster.ts';

/** Capability by which a runtime passes a pod's annotations (K8S-33). */
const podAnnotationsCapability = 'io.kubernetes.cri.pod-annotations';

export interface PodOfCall {
  readonly ref: PodRef;
  /** K8S_POD_UID. */
  readonly uid: string | undefined;
  /** The runtime's runtimeConfig. */
  readonly runtimeConfig: Readonly<Record<string, unknown>>;
}

/** The pod as the call itself describes it; undefined if the runtime did not pass its annotations. */
export function podFromCall({ ref, uid, runtimeConfig }: PodOfCall): PodMetadata | undefined {
  const given = runtimeConfig[podAnnotationsCapability];
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
  const annotations = readAnnotations(given as Readonly<Record<string, unknown>>);
  return { ...ref, annotations, ...(uid !== undefined && { uid }) };
}

/**
 * Reads the pod of a call: from the call, otherwise from this node's kubelet, otherwise with one GET (K8S-12). Rejects
 * with podNotFound, or with podReplaced if a new pod has its name (K8S-13).
 */
export async function readPod(call: PodOfCall, cluster: Cluster, signal: AbortSignal): Promise<PodMetadata> {
  const fromCall = podFromCall(call);
  if (fromCall !== undefined) return fromCall;
  const fromKubelet = call.uid === undefined ? undefined : await cluster.getPodOfKubelet?.(call.uid, signal);
  if (fromKubelet !== undefined && podKey(fromKubelet) === podKey(call.ref)) return fromKubelet;
  const pod = await cluster.getPod(call.ref, signal);
  if (pod === undefined) throw podNotFound({ pod: podKey(call.ref) });
  if (call.uid === undefined || pod.uid === undefined || pod.uid === call.uid || isMirrorOf(pod, call.uid)) return pod;
  throw podReplaced({ pod: podKey(pod), expected: call.uid, actual: pod.uid });
}

// The UID of a static pod is the hash of its file; its mirror pod in the API has another UID and names that hash.
const isMirrorOf = (pod: PodMetadata, uid: string): boolean =>
  isStaticPod(pod.annotations) || pod.annotations[configMirrorKey] === uid;

export interface StatusTarget extends PodRef {
  readonly uid?: string;
}

/**
 * Finds the API object for a pod's status: for a static pod its mirror pod, looked up now. Rejects with podNotFound if
 * there is none.
 */
export async function statusTarget(
  pod: StatusTarget & { readonly isStatic?: boolean },
  cluster: Cluster,
  signal: AbortSignal,
): Promise<StatusTarget> {
  const { namespace, name, uid, isStatic } = pod;
  if (isStatic !== true) return { namespace, name, ...(uid !== undefined && { uid }) };
  const mirror = await cluster.getPod(pod, signal);
  if (mirror === undefined) throw podNotFound({ pod: podKey(pod) });
  return { namespace, name, ...(mirror.uid !== undefined && { uid: mirror.uid }) };
}
