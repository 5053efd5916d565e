import * as grpc from '@grpc/grpc-js';
import * as loader from '@grpc/proto-loader';

/** A kubelet that serves GetPod of its Pods API at a unix socket. */
export interface TestKubelet {
  /** The requested UIDs. */
  readonly requestedUids: string[];
  readonly close: () => void;
}
export interface KubeletOptions {
  readonly socket: string;
  readonly version: 'v1' | 'v1beta1' | 'v1alpha1';
  readonly pods: readonly {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly annotations: Record<string, string>;
  }[];
  /** Answers every request with this gRPC status. */
  readonly status?: grpc.status;
}

// As in k8s.io/kubelet: the pod field contains the bytes of a core/v1 Pod.
const messages = {
  nested: {
    core: {
      nested: {
        Pod: { fields: { metadata: { type: 'ObjectMeta', id: 1 } } },
        ObjectMeta: {
          fields: {
            name: { type: 'string', id: 1 },
            namespace: { type: 'string', id: 3 },
            uid: { type: 'string', id: 5 },
            annotations: { keyType: 'string', type: 'string', id: 12 },
          },
        },
        Encoder: { methods: { Encode: { requestType: 'Pod', responseType: 'Pod' } } },
      },
    },
  },
};
const api = (version: string) => ({
  nested: {
    [version]: {
      nested: {
        GetPodRequest: { fields: { podUID: { type: 'string', id: 1 } } },
        GetPodResponse: { fields: { pod: { type: 'bytes', id: 1 } } },
        Pods: { methods: { GetPod: { requestType: 'GetPodRequest', responseType: 'GetPodResponse' } } },
      },
    },
  },
});

const load = (descriptor: object): loader.PackageDefinition =>
  loader.fromJSON(descriptor as Parameters<typeof loader.fromJSON>[0]);

export async function startTestKubelet({ socket, version, pods, status }: KubeletOptions): Promise<TestKubelet> {
  const requestedUids: string[] = [];
  const encoder = load(messages)['core.Encoder'] as grpc.ServiceDefinition;
  const encode = (metadata: object): Buffer => encoder['Encode']?.requestSerialize({ metadata }) ?? Buffer.alloc(0);
  const server = new grpc.Server();
  server.addService(load(api(version))[`${version}.Pods`] as grpc.ServiceDefinition, {
    GetPod: (call: { request: { podUID: string } }, done: (error: object | null, answer?: object) => void) => {
      const { podUID } = call.request;
      requestedUids.push(podUID);
      const pod = pods.find(({ uid }) => uid === podUID);
      if (status !== undefined) return done({ code: status, details: 'as told' });
      return pod === undefined
        ? done({ code: grpc.status.NOT_FOUND, details: 'no such pod' })
        : done(null, { pod: encode(pod) });
    },
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.bindAsync(`unix:${socket}`, grpc.ServerCredentials.createInsecure(), (error) =>
    error === null ? resolve() : reject(error),
  );
  await promise;
  return { requestedUids, close: () => server.forceShutdown() };
}
