import type { Client, ServiceDefinition } from '@grpc/grpc-js';
import type { PodRef } from '../npwg/index.ts';
import { relevantBytes } from './answer-bytes.ts';
import { podResourcesDescriptor } from './pod-resources-descriptor.ts';

/** Kubelet's answer about one pod. Absent strings are empty. */
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
  readonly claimResources: readonly {
    readonly driverName: string;
    readonly poolName: string;
    readonly deviceName: string;
    readonly shareId: string;
  }[];
}

export type Method = 'Get' | 'List';
/** Kubelet's pod-resources API. */
export interface KubeletClient {
  readonly ask: AskKubelet;
  /** Names of the resources that a device plugin of the node serves with at least one healthy device. */
  readonly allocatable: (signal: AbortSignal) => Promise<readonly string[]>;
}
/**
 * Calls one method of kubelet, and returns the pods that have devices: only `pod` if it is given. Rejects with gRPC's
 * own error. The signal cancels the call.
 */
export type AskKubelet = (
  method: Method,
  pod: PodRef | undefined,
  signal: AbortSignal,
) => Promise<readonly PodResources[]>;

interface Answer {
  readonly podResources?: PodResources | readonly PodResources[] | null;
  readonly devices?: readonly { readonly resourceName: string }[];
}

/**
 * A client of kubelet's pod-resources API at a unix socket. The first call loads gRPC. Each call opens its own
 * connection, so that a restarted kubelet is reached at once and no open connection keeps the process alive.
 */
export function podResourcesClient(socket: string, mostBytes: number): KubeletClient {
  let loaded: ReturnType<typeof load> | undefined;
  const call = async (
    method: string,
    { request, relevant = (answer) => answer }: Question,
    signal: AbortSignal,
  ): Promise<Answer> => {
    loaded ??= load().catch((thrown: unknown) => {
      loaded = undefined; // The next call retries.
      throw thrown;
    });
    const { grpc, service } = await loaded;
    signal.throwIfAborted();
    const client = new grpc.Client(`unix:${socket}`, grpc.credentials.createInsecure(), {
      'grpc.max_receive_message_length': mostBytes,
    });
    try {
      return await callUnary({ client, definition: service[method], request, relevant }, signal);
    } finally {
      client.close();
    }
  };
  return {
    ask: async (method, pod, signal) => {
      const request = method === 'List' || pod === undefined ? {} : { podName: pod.name, podNamespace: pod.namespace };
      const isWanted = ({ namespace, name }: PodRef): boolean =>
        pod === undefined || (namespace === pod.namespace && name === pod.name);
      const relevant = (answer: Buffer): Buffer => relevantBytes(answer, isWanted);
      const { podResources } = await call(method, { request, relevant }, signal);
      return podResources === undefined || podResources === null ? [] : [podResources].flat();
    },
    allocatable: async (signal) => {
      const { devices = [] } = await call('GetAllocatableResources', { request: {} }, signal);
      return [...new Set(devices.map(({ resourceName }) => resourceName))].toSorted();
    },
  };
}

async function load() {
  // CommonJS: only the default export exists inside a bundle.
  const [{ default: grpc }, { default: loader }] = await Promise.all([
    import('@grpc/grpc-js'),
    import('@grpc/proto-loader'),
  ]);
  const descriptor = podResourcesDescriptor as unknown as Parameters<typeof loader.fromJSON>[0];
  const service = loader.fromJSON(descriptor, { defaults: true })['v1.PodResourcesLister'] as ServiceDefinition;
  return { grpc, service };
}

interface Question {
  readonly request: object;
  /** The bytes of an answer that are decoded. */
  readonly relevant?: (answer: Buffer) => Buffer;
}
interface Unary extends Required<Question> {
  readonly client: Client;
  readonly definition: ServiceDefinition[string] | undefined;
}

async function callUnary({ client, definition, request, relevant }: Unary, signal: AbortSignal): Promise<Answer> {
  if (definition === undefined) throw new Error('the descriptor lacks this method');
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const { path, requestSerialize, responseDeserialize } = definition;
  const call = client.makeUnaryRequest<object, Answer>(
    path,
    requestSerialize,
    (answer: Buffer) => responseDeserialize(relevant(answer)) as Answer,
    request,
    (error, answer) => (error === null ? resolve(answer ?? {}) : reject(error)),
  );
  const cancel = (): void => call.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  return promise.finally(() => signal.removeEventListener('abort', cancel));
}
