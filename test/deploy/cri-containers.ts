import * as grpc from '@grpc/grpc-js';
import * as loader from '@grpc/proto-loader';

// Creates containers through the CRI as kubelet does, including sandboxes in the node's network.
const text = (id: number) => ({ type: 'string', id });
const list = (type: string, id: number) => ({ rule: 'repeated', type, id });
const flag = (id: number) => ({ type: 'bool', id });
const one = (type: string, id: number) => ({ type, id });
const texts = (id: number) => ({ keyType: 'string', type: 'string', id });
const method = (name: string) => ({ requestType: `${name}Request`, responseType: `${name}Response` });

// The part of the CRI (runtime.v1) that is used here, by field number.
const messages = {
  NamespaceMode: { values: { POD: 0, CONTAINER: 1, NODE: 2 } },
  MountPropagation: { values: { PROPAGATION_PRIVATE: 0, PROPAGATION_HOST_TO_CONTAINER: 1 } },
  ProfileType: { values: { RuntimeDefault: 0, Unconfined: 1 } },
  ContainerState: { values: { CONTAINER_CREATED: 0, CONTAINER_RUNNING: 1, CONTAINER_EXITED: 2, CONTAINER_UNKNOWN: 3 } },
  Int64Value: { fields: { value: one('int64', 1) } },
  Capability: { fields: { add_capabilities: list('string', 1), drop_capabilities: list('string', 2) } },
  NamespaceOption: { fields: { network: one('NamespaceMode', 1), pid: one('NamespaceMode', 2) } },
  SecurityProfile: { fields: { profile_type: one('ProfileType', 1) } },
  LinuxSandboxSecurityContext: { fields: { namespace_options: one('NamespaceOption', 1), privileged: flag(6) } },
  LinuxPodSandboxConfig: {
    fields: { cgroup_parent: text(1), security_context: one('LinuxSandboxSecurityContext', 2) },
  },
  PodSandboxMetadata: { fields: { name: text(1), uid: text(2), namespace: text(3), attempt: one('uint32', 4) } },
  PodSandboxConfig: {
    fields: {
      metadata: one('PodSandboxMetadata', 1),
      hostname: text(2),
      log_directory: text(3),
      labels: texts(6),
      annotations: texts(7),
      linux: one('LinuxPodSandboxConfig', 8),
    },
  },
  RunPodSandboxRequest: { fields: { config: one('PodSandboxConfig', 1) } },
  RunPodSandboxResponse: { fields: { pod_sandbox_id: text(1) } },
  ContainerMetadata: { fields: { name: text(1), attempt: one('uint32', 2) } },
  ImageSpec: { fields: { image: text(1) } },
  KeyValue: { fields: { key: text(1), value: text(2) } },
  Mount: {
    fields: { container_path: text(1), host_path: text(2), readonly: flag(3), propagation: one('MountPropagation', 5) },
  },
  LinuxContainerResources: { fields: { cpu_shares: one('int64', 3), memory_limit_in_bytes: one('int64', 4) } },
  LinuxContainerSecurityContext: {
    fields: {
      capabilities: one('Capability', 1),
      privileged: flag(2),
      namespace_options: one('NamespaceOption', 3),
      run_as_user: one('Int64Value', 5),
      readonly_rootfs: flag(7),
      no_new_privs: flag(11),
      run_as_group: one('Int64Value', 12),
      masked_paths: list('string', 13),
      readonly_paths: list('string', 14),
      seccomp: one('SecurityProfile', 15),
    },
  },
  LinuxContainerConfig: {
    fields: { resources: one('LinuxContainerResources', 1), security_context: one('LinuxContainerSecurityContext', 2) },
  },
  ContainerConfig: {
    fields: {
      metadata: one('ContainerMetadata', 1),
      image: one('ImageSpec', 2),
      command: list('string', 3),
      args: list('string', 4),
      envs: list('KeyValue', 6),
      mounts: list('Mount', 7),
      log_path: text(11),
      linux: one('LinuxContainerConfig', 15),
    },
  },
  CreateContainerRequest: {
    fields: { pod_sandbox_id: text(1), config: one('ContainerConfig', 2), sandbox_config: one('PodSandboxConfig', 3) },
  },
  CreateContainerResponse: { fields: { container_id: text(1) } },
  StartContainerRequest: { fields: { container_id: text(1) } },
  StartContainerResponse: { fields: {} },
  StopContainerRequest: { fields: { container_id: text(1), timeout: one('int64', 2) } },
  StopContainerResponse: { fields: {} },
  ContainerStatusRequest: { fields: { container_id: text(1) } },
  ContainerStatus: {
    fields: {
      id: text(1),
      state: one('ContainerState', 3),
      exit_code: one('int32', 7),
      reason: text(10),
      message: text(11),
    },
  },
  ContainerStatusResponse: { fields: { status: one('ContainerStatus', 1) } },
  ExecSyncRequest: { fields: { container_id: text(1), cmd: list('string', 2), timeout: one('int64', 3) } },
  ExecSyncResponse: { fields: { stdout: one('bytes', 1), stderr: one('bytes', 2), exit_code: one('int32', 3) } },
} as const;
const methods = ['RunPodSandbox', 'CreateContainer', 'StartContainer', 'StopContainer', 'ContainerStatus', 'ExecSync'];
const service = { RuntimeService: { methods: Object.fromEntries(methods.map((name) => [name, method(name)])) } };
const descriptor = { nested: { runtime: { nested: { v1: { nested: { ...messages, ...service } } } } } };

export interface ContainerStatus {
  readonly state: string;
  readonly exit_code: number;
  readonly reason: string;
  readonly message: string;
}
/** A client of the runtime's CRI for containers. Every method rejects with the runtime's own message. */
export interface CriContainers {
  readonly runPodSandbox: (config: object) => Promise<string>;
  readonly create: (sandbox: string, config: object, sandboxConfig: object) => Promise<string>;
  readonly start: (id: string) => Promise<void>;
  /** Sends SIGTERM, and SIGKILL after this many seconds. */
  readonly stop: (id: string, seconds: number) => Promise<void>;
  readonly status: (id: string) => Promise<ContainerStatus>;
  /** Runs a command in a container and returns its stdout. Rejects if it fails. */
  readonly exec: (id: string, command: readonly string[]) => Promise<string>;
  readonly close: () => void;
}

const callMs = 240_000;

export function criContainers(socket: string): CriContainers {
  const definition = loader.fromJSON(descriptor as unknown as Parameters<typeof loader.fromJSON>[0], {
    keepCase: true,
    defaults: true,
    enums: String,
  });
  const constructor = grpc.makeGenericClientConstructor(
    definition['runtime.v1.RuntimeService'] as grpc.ServiceDefinition,
    'RuntimeService',
  );
  const client = new constructor(`unix:${socket}`, grpc.credentials.createInsecure());
  const ask = <T>(name: string, request: object): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const call = client[name] as (
      request: object,
      options: object,
      done: (error: grpc.ServiceError | null, answer: T) => void,
    ) => void;
    const done = (error: grpc.ServiceError | null, answer: T): void =>
      error === null ? resolve(answer) : reject(new Error(error.details, { cause: error }));
    call.call(client, request, { deadline: Date.now() + callMs }, done);
    return promise;
  };
  return {
    runPodSandbox: async (config) =>
      (await ask<{ pod_sandbox_id: string }>('RunPodSandbox', { config })).pod_sandbox_id,
    create: async (sandbox, config, sandboxConfig) => {
      const request = { pod_sandbox_id: sandbox, config, sandbox_config: sandboxConfig };
      return (await ask<{ container_id: string }>('CreateContainer', request)).container_id;
    },
    start: async (id) => void (await ask('StartContainer', { container_id: id })),
    stop: async (id, seconds) => void (await ask('StopContainer', { container_id: id, timeout: seconds })),
    status: async (id) => (await ask<{ status: ContainerStatus }>('ContainerStatus', { container_id: id })).status,
    exec: async (id, command) => {
      const { stdout, stderr, exit_code } = await ask<{ stdout: Buffer; stderr: Buffer; exit_code: number }>(
        'ExecSync',
        {
          container_id: id,
          cmd: command,
          timeout: 20,
        },
      );
      if (exit_code !== 0) throw new Error(`${command.join(' ')} ended with ${exit_code}: ${stderr.toString()}`);
      return stdout.toString();
    },
    close: () => client.close(),
  };
}
