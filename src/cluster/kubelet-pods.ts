import { stat } from 'node:fs/promises';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { createTurns } from '../files/index.ts';
import { type PodMetadata, readAnnotations } from '../npwg/index.ts';
import { podsApiDescriptor } from './kubelet-pods-descriptor.ts';

/** The pods of this node, from kubelet. */
export interface KubeletPods {
  /**
   * Undefined if kubelet does not serve this API, does not know the pod, or is not ready; the caller then uses another
   * source (K8S-10, K8S-12).
   */
  readonly byUid: (uid: string, signal: AbortSignal) => Promise<PodMetadata | undefined>;
}

interface PodOfKubelet {
  readonly pod?: {
    readonly metadata?: {
      readonly name: string;
      readonly namespace: string;
      readonly uid: string;
      readonly annotations: Record<string, string>;
    };
  };
}
/** Rejects with an answer's gRPC status. */
type Ask = (uid: string) => Promise<PodOfKubelet>;

const answerMs = 1000;
const unimplemented = 12;

/**
 * Creates a client of kubelet's Pods API at a unix socket (KEP-4188). The first call to a socket loads gRPC. Answers
 * are read one at a time, because they contain whole pods.
 */
export function kubeletPods(socket: string): KubeletPods {
  let services: Promise<readonly Ask[]> | undefined;
  let served: Ask | undefined;
  const turns = createTurns();
  const ask = async (uid: string): Promise<PodOfKubelet | undefined> => {
    for (const each of served === undefined ? await (services ??= connect(socket)) : [served]) {
      try {
        const answer = await each(uid);
        served = each;
        return answer;
      } catch (error) {
        if ((error as { readonly code?: unknown }).code !== unimplemented) return undefined;
      }
    }
    served = undefined; // Kubelet may have been replaced by another version.
    return undefined;
  };
  return {
    byUid: async (uid, signal) => {
      if (signal.aborted || !(await isThere(socket))) return undefined;
      const end = await turns.take(AbortSignal.any([signal, AbortSignal.timeout(answerMs)])).catch(() => undefined);
      if (end === undefined) return undefined;
      const metadata = await ask(uid)
        .then((answer) => answer?.pod?.metadata)
        .finally(end);
      if (metadata === undefined || metadata.uid !== uid) return undefined;
      const { name, namespace, annotations } = metadata;
      return { name, namespace, uid, annotations: readAnnotations(annotations) };
    },
  };
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

// One service per version of the API, newest first.
async function connect(socket: string): Promise<readonly Ask[]> {
  // CommonJS: only the default export exists inside a bundle.
  const [{ default: grpc }, { default: loader }] = await Promise.all([
    import('@grpc/grpc-js'),
    import('@grpc/proto-loader'),
  ]);
  const definition = loader.fromJSON(podsApiDescriptor as unknown as Parameters<typeof loader.fromJSON>[0], {
    defaults: true,
  });
  return Object.keys(podsApiDescriptor.nested)
    .filter((name) => name !== 'kubelet')
    .map((version) => {
      const service = definition[`${version}.Pods`] as ServiceDefinition;
      const client = new (grpc.makeGenericClientConstructor(service, 'Pods'))(
        `unix:${socket}`,
        grpc.credentials.createInsecure(),
      );
      return (podUID) => {
        const { promise, resolve, reject } = Promise.withResolvers<PodOfKubelet>();
        const call = client['GetPod'] as (
          request: object,
          options: object,
          done: (error: Error | null, answer: PodOfKubelet) => void,
        ) => void;
        call.call(client, { podUID }, { deadline: Date.now() + answerMs }, (error, answer) =>
          error === null ? resolve(answer) : reject(error),
        );
        return promise;
      };
    });
}
