import * as grpc from '@grpc/grpc-js';
import * as loader from '@grpc/proto-loader';

/** The pod data that kubelet passes when it requests a sandbox. */
export interface SandboxConfig {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly namespace: string;
    readonly attempt: number;
  };
  readonly hostname: string;
  readonly log_directory: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly linux: { readonly cgroup_parent: string };
}
export interface SandboxStatus {
  readonly id: string;
  readonly state: 'SANDBOX_READY' | 'SANDBOX_NOTREADY';
  readonly network: { readonly ip: string; readonly additional_ips: readonly { readonly ip: string }[] } | null;
}
/** A client of a container runtime's CRI, like kubelet. Every method rejects with the runtime's own message. */
export interface CriClient {
  readonly version: () => Promise<string>;
  readonly isNetworkReady: () => Promise<boolean>;
  /** The CNI configurations that the runtime has loaded, as JSON: a change of the folder takes effect with a delay. */
  readonly loadedNetworks: () => Promise<string>;
  readonly runPodSandbox: (config: SandboxConfig) => Promise<string>;
  /** The status, and the runtime's additional information. */
  readonly podSandboxStatus: (
    id: string,
  ) => Promise<{ readonly status: SandboxStatus; readonly info: Readonly<Record<string, string>> }>;
  readonly listPodSandbox: () => Promise<readonly { readonly id: string; readonly state: string }[]>;
  readonly stopPodSandbox: (id: string) => Promise<void>;
  readonly removePodSandbox: (id: string) => Promise<void>;
  readonly close: () => void;
}

const text = (id: number) => ({ type: 'string', id });
const texts = (id: number) => ({ keyType: 'string', type: 'string', id });
const method = (name: string) => ({ requestType: `${name}Request`, responseType: `${name}Response` });

// The part of the CRI (runtime.v1) that is used here, by field number.
const descriptor = {
  nested: {
    runtime: {
      nested: {
        v1: {
          nested: {
            PodSandboxState: { values: { SANDBOX_READY: 0, SANDBOX_NOTREADY: 1 } },
            VersionRequest: { fields: { version: text(1) } },
            VersionResponse: { fields: { version: text(1), runtime_name: text(2), runtime_version: text(3) } },
            StatusRequest: { fields: { verbose: { type: 'bool', id: 1 } } },
            RuntimeCondition: {
              fields: { type: text(1), status: { type: 'bool', id: 2 }, reason: text(3), message: text(4) },
            },
            RuntimeStatus: { fields: { conditions: { rule: 'repeated', type: 'RuntimeCondition', id: 1 } } },
            StatusResponse: { fields: { status: { type: 'RuntimeStatus', id: 1 }, info: texts(2) } },
            PodSandboxMetadata: {
              fields: { name: text(1), uid: text(2), namespace: text(3), attempt: { type: 'uint32', id: 4 } },
            },
            LinuxPodSandboxConfig: { fields: { cgroup_parent: text(1) } },
            PodSandboxConfig: {
              fields: {
                metadata: { type: 'PodSandboxMetadata', id: 1 },
                hostname: text(2),
                log_directory: text(3),
                labels: texts(6),
                annotations: texts(7),
                linux: { type: 'LinuxPodSandboxConfig', id: 8 },
              },
            },
            RunPodSandboxRequest: { fields: { config: { type: 'PodSandboxConfig', id: 1 }, runtime_handler: text(2) } },
            RunPodSandboxResponse: { fields: { pod_sandbox_id: text(1) } },
            StopPodSandboxRequest: { fields: { pod_sandbox_id: text(1) } },
            StopPodSandboxResponse: { fields: {} },
            RemovePodSandboxRequest: { fields: { pod_sandbox_id: text(1) } },
            RemovePodSandboxResponse: { fields: {} },
            PodSandboxStatusRequest: { fields: { pod_sandbox_id: text(1), verbose: { type: 'bool', id: 2 } } },
            PodIP: { fields: { ip: text(1) } },
            PodSandboxNetworkStatus: {
              fields: { ip: text(1), additional_ips: { rule: 'repeated', type: 'PodIP', id: 2 } },
            },
            PodSandboxStatus: {
              fields: {
                id: text(1),
                state: { type: 'PodSandboxState', id: 3 },
                network: { type: 'PodSandboxNetworkStatus', id: 5 },
              },
            },
            PodSandboxStatusResponse: { fields: { status: { type: 'PodSandboxStatus', id: 1 }, info: texts(2) } },
            ListPodSandboxRequest: { fields: {} },
            PodSandbox: { fields: { id: text(1), state: { type: 'PodSandboxState', id: 3 } } },
            ListPodSandboxResponse: { fields: { items: { rule: 'repeated', type: 'PodSandbox', id: 1 } } },
            RuntimeService: {
              methods: {
                Version: method('Version'),
                Status: method('Status'),
                RunPodSandbox: method('RunPodSandbox'),
                StopPodSandbox: method('StopPodSandbox'),
                RemovePodSandbox: method('RemovePodSandbox'),
                PodSandboxStatus: method('PodSandboxStatus'),
                ListPodSandbox: method('ListPodSandbox'),
              },
            },
          },
        },
      },
    },
  },
};

const callMs = 240_000; // kubelet waits 4 minutes for a sandbox

export function criClient(socket: string): CriClient {
  const options = { keepCase: true, defaults: true, enums: String };
  const definition = loader.fromJSON(descriptor as unknown as Parameters<typeof loader.fromJSON>[0], options);
  const service = definition['runtime.v1.RuntimeService'] as grpc.ServiceDefinition;
  const client = new (grpc.makeGenericClientConstructor(service, 'RuntimeService'))(
    `unix:${socket}`,
    grpc.credentials.createInsecure(),
  );
  const ask = <T>(name: string, request: object): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const call = client[name] as (
      request: object,
      options: object,
      done: (error: grpc.ServiceError | null, answer: T) => void,
    ) => void;
    const settings = { deadline: Date.now() + callMs };
    call.call(client, request, settings, (error, answer) =>
      error === null ? resolve(answer) : reject(new Error(error.details, { cause: error })),
    );
    return promise;
  };
  return {
    version: async () => (await ask<{ runtime_version: string }>('Version', {})).runtime_version,
    isNetworkReady: async () => {
      const { status } = await ask<{ status: { conditions: { type: string; status: boolean }[] } }>('Status', {});
      return status.conditions.some(({ type, status: holds }) => type === 'NetworkReady' && holds);
    },
    loadedNetworks: async () =>
      (await ask<{ info: Record<string, string> }>('Status', { verbose: true })).info['cniconfig'] ?? '',
    runPodSandbox: async (config) =>
      (await ask<{ pod_sandbox_id: string }>('RunPodSandbox', { config })).pod_sandbox_id,
    podSandboxStatus: (id) => ask('PodSandboxStatus', { pod_sandbox_id: id, verbose: true }),
    listPodSandbox: async () => (await ask<{ items: { id: string; state: string }[] }>('ListPodSandbox', {})).items,
    stopPodSandbox: async (id) => void (await ask('StopPodSandbox', { pod_sandbox_id: id })),
    removePodSandbox: async (id) => void (await ask('RemovePodSandbox', { pod_sandbox_id: id })),
    close: () => client.close(),
  };
}
