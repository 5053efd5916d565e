import type { Client, ServiceDefinition } from '@grpc/grpc-js';
import type { PodRef } from '../npwg/index.ts';
import { podResourcesDescriptor } from './pod-resources-descriptor.ts';

/** What kubelet answers about one pod. Absent texts are empty. */
export interface PodResources extends PodRef {
  readonly containers: readonly ContainerResources[];
}
interface ContainerResources {
  readonly devices: readonly { readonly resourceName: string; readonly deviceIds: readonly string[] }[];
  readonly dynamicResources: readonly DynamicResource[];
}
interface DynamicResource {
  readonly claimName: string;
  readonly claimNamespace: string;
  readonly claimResources: readonly { readonly driverName: string; readonly poolName: string; readonly deviceName: string; readonly shareId: string }[];
}

export type Method = 'Get' | 'List';
/** One call of kubelet; List asks for no pod. Rejects with gRPC's own error. The call is cancelled with the signal. */
export type AskKubelet = (method: Method, pod: PodRef | undefined, signal: AbortSignal) => Promise<readonly PodResources[]>;

type Answer = { readonly podResources?: PodResources | readonly PodResources[] | null };

/**
 * Kubelet's pod-resources API at a unix socket. gRPC is loaded with the first call. Each call has a connection of its own,
 * so that a kubelet which was replaced is met at once, and nothing stays open that would keep a process from ending.
 */
export function podResourcesClient(socket: string, mostBytes: number): AskKubelet {
  let loaded: ReturnType<typeof load> | undefined;
  return async (method, pod, signal) => {
    loaded ??= load().catch((thrown: unknown) => {
      loaded = undefined; // the next call tries again
      throw thrown;
    });
    const { grpc, service } = await loaded;
    signal.throwIfAborted();
    const client = new grpc.Client(`unix:${socket}`, grpc.credentials.createInsecure(), {
      'grpc.max_receive_message_length': mostBytes,
    });
    try {
      const request = pod === undefined ? {} : { podName: pod.name, podNamespace: pod.namespace };
      const { podResources } = await unary({ client, definition: service[method], request }, signal);
      return podResources === undefined || podResources === null ? [] : [podResources].flat();
    } finally {
      client.close();
    }
  };
}

async function load() {
  // CommonJS: inside a bundle only the default is there
  const [{ default: grpc }, { default: loader }] = await Promise.all([import('@grpc/grpc-js'), import('@grpc/proto-loader')]);
  const descriptor = podResourcesDescriptor as unknown as Parameters<typeof loader.fromJSON>[0];
  const service = loader.fromJSON(descriptor, { defaults: true })['v1.PodResourcesLister'] as ServiceDefinition;
  return { grpc, service };
}

interface Unary {
  readonly client: Client;
  readonly definition: ServiceDefinition[string] | undefined;
  readonly request: object;
}

async function unary({ client, definition, request }: Unary, signal: AbortSignal): Promise<Answer> {
  if (definition === undefined) throw new Error('the descriptor lacks this method');
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const { path, requestSerialize, responseDeserialize } = definition;
  const call = client.makeUnaryRequest<object, Answer>(path, requestSerialize, responseDeserialize, request, (error, answer) =>
    error === null ? resolve(answer ?? {}) : reject(error),
  );
  const cancel = (): void => call.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  return promise.finally(() => signal.removeEventListener('abort', cancel));
}
