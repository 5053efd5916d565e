import { podNotFound } from '../errors/index.ts';
import { type ApiRequest, type CredentialSource, loadCredentials, pathSegment, sendIfThere } from '../kube/index.ts';
import { type PodRef, networksKey, podKey } from '../npwg/index.ts';
import { quiet } from '../report/index.ts';

/** A pod whose annotation a person changes. */
export interface AnnotatedPod {
  readonly annotations: Readonly<Record<string, string>>;
  readonly conditions: readonly { readonly type?: string; readonly status?: string; readonly message?: string }[];
}
/** Reads and changes the networks annotation of one pod, with the permissions of a person. */
export interface NetworksEditor {
  /** Rejects with podNotFound. */
  readonly read: (signal: AbortSignal) => Promise<AnnotatedPod>;
  /**
   * Replaces the annotation by what `edit` returns for the pod. If another program changes the pod at the same time,
   * `edit` is called again with the new state. Rejects with podNotFound and the errors of `edit`.
   */
  readonly change: (edit: (pod: AnnotatedPod) => string, signal: AbortSignal) => Promise<string>;
}

const mostConflicts = 5;

/** Connects to the cluster of a person. Rejects with kubeconfigUnusable. */
export async function networksEditor(source: CredentialSource, pod: PodRef): Promise<NetworksEditor> {
  const api = { credentials: await loadCredentials(source), report: quiet };
  const path = `/api/v1/namespaces/${pathSegment(pod.namespace)}/pods/${pathSegment(pod.name)}`;
  const get = async (signal: AbortSignal) => {
    const request: ApiRequest = { verb: 'get', resource: 'pods', path, what: `get pod ${podKey(pod)}` };
    const { status, body } = await sendIfThere(request, [404], api, signal);
    if (status === 404) throw podNotFound({ pod: podKey(pod) });
    const { metadata = {}, status: of = {} } = (body ?? {}) as PodObject;
    return {
      resourceVersion: metadata.resourceVersion,
      annotations: metadata.annotations ?? {},
      conditions: of.conditions ?? [],
    };
  };
  const patch = async (resourceVersion: string | undefined, text: string, signal: AbortSignal): Promise<number> => {
    const request: ApiRequest = {
      verb: 'patch',
      resource: 'pods',
      path,
      contentType: 'application/merge-patch+json',
      body: { metadata: { resourceVersion, annotations: { [networksKey]: text } } },
      what: `annotate pod ${podKey(pod)}`,
    };
    return (await sendIfThere(request, [404, 409], api, signal)).status;
  };
  return {
    read: get,
    change: async (edit, signal) => {
      for (let conflicts = 0; ; conflicts++) {
        const now = await get(signal);
        const text = edit(now);
        // The last attempt does not require the version that was read.
        const status = await patch(conflicts < mostConflicts ? now.resourceVersion : undefined, text, signal);
        if (status === 404) throw podNotFound({ pod: podKey(pod) });
        if (status < 300) return text;
      }
    },
  };
}

interface PodObject {
  readonly metadata?: { readonly resourceVersion?: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly status?: { readonly conditions?: AnnotatedPod['conditions'] };
}
