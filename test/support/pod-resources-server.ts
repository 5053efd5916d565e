import * as grpc from '@grpc/grpc-js';
import * as loader from '@grpc/proto-loader';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { podResourcesApi } from './pod-resources-descriptor.ts';

/** A pod as kubelet's pod-resources API reports it. */
export interface PodWithDevices {
  readonly namespace: string;
  readonly name: string;
  readonly containers: readonly ContainerWithDevices[];
}
export interface ContainerWithDevices {
  readonly devices?: readonly { readonly resource: string; readonly ids: readonly string[] }[];
  readonly claims?: readonly ClaimWithDevices[];
}
interface ClaimWithDevices {
  readonly namespace: string;
  readonly name: string;
  /** Without a driver, as kubelets before 1.31 report it. */
  readonly devices: readonly {
    readonly driver?: string;
    readonly pool?: string;
    readonly device?: string;
    readonly shareId?: string;
  }[];
}

/** The server's behaviour; each part can be changed while it runs. */
export interface PodResourcesBehaviour {
  readonly pods: readonly PodWithDevices[];
  /**
   * What GetAllocatableResources lists in addition to the devices of these pods; undefined: the method does not exist.
   */
  readonly allocatable: readonly { readonly resource: string; readonly ids: readonly string[] }[] | undefined;
  /** missing: the method does not exist (before 1.27); disabled: its feature gate is off. */
  readonly get: 'served' | 'missing' | 'disabled';
  /** Number of next calls that the rate limit rejects. */
  readonly exhausted: number;
  /** Number of next Get calls for which every pod is unknown. */
  readonly unknown: number;
  /** The status for an unknown pod: kubelet returns a plain error, which gRPC reports as UNKNOWN. */
  readonly unknownStatus: grpc.status;
  /** Calls are recorded and never answered. */
  readonly isSilent: boolean;
  /** Answers every call with this gRPC status. */
  readonly status?: grpc.status | undefined;
}

/** Kubelet's pod-resources API at a unix socket. */
export interface PodResourcesServer {
  /** `Get namespace/name` or `List`, in order of arrival. */
  readonly calls: string[];
  /** Number of calls that their caller cancelled. */
  readonly cancelled: () => number;
  readonly behave: (more: Partial<PodResourcesBehaviour>) => void;
  /** Ends all connections and replaces the socket, as a restarted kubelet does. */
  readonly restart: (more?: Partial<PodResourcesBehaviour>) => Promise<void>;
  /** Ends all connections and removes the socket. */
  readonly close: () => void;
}

/** Starts the server at `socket` and creates its folder. */
export async function startPodResources(
  socket: string,
  first: Partial<PodResourcesBehaviour> = {},
): Promise<PodResourcesServer> {
  const usual = {
    pods: [],
    allocatable: [],
    get: 'served',
    exhausted: 0,
    unknown: 0,
    unknownStatus: grpc.status.UNKNOWN,
    isSilent: false,
  } as const;
  const state: State = { calls: [], cancelled: 0, behaviour: { ...usual, ...first } };
  const behave = (more: Partial<PodResourcesBehaviour>): void => {
    state.behaviour = { ...state.behaviour, ...more };
  };
  await mkdir(dirname(socket), { recursive: true });
  let server = await listen(socket, state);
  return {
    calls: state.calls,
    cancelled: () => state.cancelled,
    behave,
    restart: async (more = {}) => {
      server.forceShutdown();
      behave(more);
      server = await listen(socket, state);
    },
    close: () => server.forceShutdown(),
  };
}

interface State {
  readonly calls: string[];
  cancelled: number;
  behaviour: PodResourcesBehaviour;
}
interface Call {
  readonly request: { readonly pod_name?: string; readonly pod_namespace?: string };
  readonly on: (event: 'cancelled', listener: () => void) => void;
}
type Done = (error: object | null, answer?: object) => void;

async function listen(socket: string, state: State): Promise<grpc.Server> {
  const { get, allocatable } = state.behaviour;
  const api = podResourcesApi([
    ...(get === 'missing' ? [] : (['Get'] as const)),
    'List',
    ...(allocatable === undefined ? [] : (['GetAllocatable'] as const)),
  ]) as unknown as Parameters<typeof loader.fromJSON>[0];
  const server = new grpc.Server();
  const GetAllocatableResources = (_call: Call, done: Done): void =>
    done(null, { devices: allocatableOf(state.behaviour) });
  const List = (call: Call, done: Done): void => answer('List', { call, done, state });
  const Get = (call: Call, done: Done): void => answer('Get', { call, done, state });
  server.addService(loader.fromJSON(api)['v1.PodResourcesLister'] as grpc.ServiceDefinition, {
    List,
    Get,
    GetAllocatableResources,
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.bindAsync(`unix:${socket}`, grpc.ServerCredentials.createInsecure(), (error) =>
    error === null ? resolve() : reject(error),
  );
  await promise;
  return server;
}

function answer(
  method: 'Get' | 'List',
  { call, done, state }: { readonly call: Call; readonly done: Done; readonly state: State },
): void {
  const { pod_name: name = '', pod_namespace: namespace = '' } = call.request;
  const { behaviour } = state;
  const use = (count: 'exhausted' | 'unknown'): boolean => {
    if (behaviour[count] > 0) state.behaviour = { ...behaviour, [count]: behaviour[count] - 1 };
    return behaviour[count] > 0;
  };
  state.calls.push(method === 'Get' ? `Get ${namespace}/${name}` : 'List');
  call.on('cancelled', () => state.cancelled++);
  if (behaviour.isSilent) return;
  if (behaviour.status !== undefined) return done({ code: behaviour.status, details: 'as told' });
  if (use('exhausted')) return done({ code: grpc.status.RESOURCE_EXHAUSTED, details: 'rejected by rate limit' });
  if (method === 'List') return done(null, { pod_resources: behaviour.pods.map(encoded) });
  if (behaviour.get === 'disabled')
    return done({ code: grpc.status.UNKNOWN, details: 'PodResources API Get method disabled' });
  const pod = use('unknown')
    ? undefined
    : behaviour.pods.find((each) => each.name === name && each.namespace === namespace);
  if (pod === undefined)
    return done({ code: behaviour.unknownStatus, details: `pod ${name} in namespace ${namespace} not found` });
  done(null, { pod_resources: encoded(pod) });
}

const allocatableOf = ({ pods, allocatable = [] }: PodResourcesBehaviour): readonly object[] =>
  [...allocatable, ...pods.flatMap(({ containers }) => containers.flatMap(({ devices = [] }) => devices))].flatMap(
    ({ resource, ids }) =>
      ids.map((id) => ({ resource_name: resource, device_ids: [id], topology: { nodes: [{ ID: 0 }] } })),
  );

const encoded = ({ name, namespace, containers }: PodWithDevices): object => ({
  name,
  namespace,
  containers: containers.map(({ devices = [], claims = [] }, index) => ({
    name: `c${index}`,
    cpu_ids: [0, 1],
    memory: [{ memory_type: 'memory', size: 4096, topology: { nodes: [{ ID: 0 }] } }],
    devices: devices.map(({ resource, ids }) => ({
      resource_name: resource,
      device_ids: ids,
      topology: { nodes: [{ ID: 1 }] },
    })),
    dynamic_resources: claims.map((claim) => ({
      claim_name: claim.name,
      claim_namespace: claim.namespace,
      claim_resources: claim.devices.map(({ driver, pool, device, shareId }) => ({
        cdi_devices: [{ name: `example.com/nic=${device ?? 'any'}` }],
        driver_name: driver,
        pool_name: pool,
        device_name: device,
        share_id: shareId,
      })),
    })),
  })),
});
