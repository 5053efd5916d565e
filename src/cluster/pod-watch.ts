import type { PlexusError } from '../errors/index.ts';
import { type ApiConnection, type Shape, type WatchSink, type WatchTiming, reflect } from '../kube/index.ts';
import { type PodRef, networksKey } from '../npwg/index.ts';
import { networksDigest } from './networks-digest.ts';

/** A pod of this node as a watch shows it. */
export interface WatchedPod extends PodRef {
  readonly uid: string;
  /** Identifies the text of its networks annotation (networksDigest). */
  readonly digest: string;
}
/** Called with each pod whose annotation is new or has changed, and with the digest that it had before. */
export type OnPodChange = (pod: WatchedPod, before: string | undefined) => void;

/** The pods of this node, kept up to date. */
export interface PodWatch {
  /** Runs until the signal is aborted. */
  readonly run: (onChange: OnPodChange, signal: AbortSignal) => Promise<void>;
  /** By UID. Undefined until the first list is complete. */
  readonly get: (uid: string) => WatchedPod | undefined;
}

interface PodObject {
  readonly metadata?: {
    readonly namespace?: string;
    readonly name?: string;
    readonly uid?: string;
    readonly annotations?: Readonly<Record<string, unknown>>;
  };
}

// The API server limits annotations to 256 KiB. A character takes up to six bytes of JSON.
const mostAnnotationBytes = 6 * 256 * 1024;
const podShape: Shape = {
  keys: {
    metadata: {
      keys: {
        namespace: 1024,
        name: 1024,
        uid: 256,
        resourceVersion: 256,
        annotations: { keys: { [networksKey]: mostAnnotationBytes } },
      },
    },
  },
};
const metadataOf = (kind: string): string => `application/json;as=${kind};g=meta.k8s.io;v=v1,application/json`;

/**
 * Watches the metadata of the pods of one node at the API server. Keeps a digest of each annotation, not its text:
 * the caller that acts on a change reads the pod again.
 */
export function podWatch(api: ApiConnection, node: string, timing: WatchTiming): PodWatch {
  const store = podStore();
  return {
    get: store.get,
    run: (onChange, signal) => {
      const { onSynced, onLost } = watchReports(api, 'pods');
      return reflect(
        {
          path: '/api/v1/pods',
          selector: `fieldSelector=${encodeURIComponent(`spec.nodeName=${node}`)}`,
          accept: { list: metadataOf('PartialObjectMetadataList'), watch: metadataOf('PartialObjectMetadata') },
          resource: 'pods',
          api,
          sink: store.sink(onChange),
          shape: podShape,
          timing,
          onSynced,
          onLost,
        },
        signal,
      );
    },
  };
}

function watchReports(api: ApiConnection, resource: string) {
  let isSynced = false;
  let hasProblem = false;
  return {
    onSynced: (): void => {
      if (!isSynced) api.report({ kind: 'watch-state', resource, state: 'synced' });
      [isSynced, hasProblem] = [true, false];
    },
    onLost: (error: PlexusError): void => {
      if (isSynced || !hasProblem) api.report({ kind: 'watch-state', resource, state: 'lost', error });
      [isSynced, hasProblem] = [false, true];
    },
  };
}

/** Keeps pods by UID. */
function podStore(): {
  readonly get: PodWatch['get'];
  readonly sink: (onChange: OnPodChange) => WatchSink;
} {
  let pods = new Map<string, WatchedPod>();
  const notify = (pod: WatchedPod, before: string | undefined, onChange: OnPodChange): void => {
    if (before !== pod.digest) onChange(pod, before);
  };
  return {
    get: (uid) => pods.get(uid),
    sink: (onChange) => ({
      set: (object) => {
        const pod = podOf(object as PodObject);
        const before = pods.get(pod.uid)?.digest;
        pods.set(pod.uid, pod);
        notify(pod, before, onChange);
      },
      remove: (object) => void pods.delete(podOf(object as PodObject).uid),
      listing: () => {
        const next = new Map<string, WatchedPod>();
        return {
          add: (object) => {
            const pod = podOf(object as PodObject);
            next.set(pod.uid, pod);
          },
          done: () => {
            const before = pods;
            pods = next;
            for (const pod of next.values()) notify(pod, before.get(pod.uid)?.digest, onChange);
          },
        };
      },
    }),
  };
}

function podOf({ metadata = {} }: PodObject): WatchedPod {
  const text = metadata.annotations?.[networksKey];
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    digest: networksDigest(typeof text === 'string' ? { [networksKey]: text } : {}),
  };
}
