import { nodeWithoutDaemon, podNotFound, podWithoutNode } from '../errors/index.ts';
import {
  type ApiReader,
  type CredentialSource,
  type ExecOutput,
  apiReader,
  execInPod,
  pathSegment,
} from '../kube/index.ts';
import { type PodRef, podKey } from '../npwg/index.ts';

/** A pod of the DaemonSet of Plexus. */
export interface DaemonPod extends PodRef {
  readonly node: string;
  readonly isRunning: boolean;
  readonly isReady: boolean;
  /** "Running, not ready", "Pending"; for messages. */
  readonly state: string;
  readonly image: string;
  readonly restarts: number;
}
type RunInDaemon = (
  daemon: DaemonPod,
  words: readonly string[],
  output: ExecOutput,
  signal: AbortSignal,
) => Promise<number>;
/** The daemons of a cluster, with the permissions of the user. All functions reject with apiRefused, apiUnavailable. */
export interface NodeAccess {
  readonly daemons: (signal: AbortSignal) => Promise<readonly DaemonPod[]>;
  /** The running daemon of a node. Rejects with nodeWithoutDaemon. */
  readonly daemonOn: (node: string, signal: AbortSignal) => Promise<DaemonPod>;
  /** The node of a pod. Rejects with podNotFound, podWithoutNode. */
  readonly nodeOf: (pod: PodRef, signal: AbortSignal) => Promise<string>;
  /** Runs plexus in the container of a daemon; returns its exit status. */
  readonly run: RunInDaemon;
  /** The same for a command that runs until its input ends; the signal ends the input. */
  readonly runUntil: RunInDaemon;
}

interface ApiPod {
  readonly metadata?: { readonly namespace?: string; readonly name?: string; readonly deletionTimestamp?: string };
  readonly spec?: {
    readonly nodeName?: string;
    readonly containers?: readonly { readonly name?: string; readonly image?: string }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly containerStatuses?: readonly {
      readonly name?: string;
      readonly ready?: boolean;
      readonly restartCount?: number;
      readonly state?: { readonly waiting?: { readonly reason?: string } };
    }[];
  };
}

/** The label of all objects of Plexus. */
export const daemonLabel = 'app.kubernetes.io/name=plexus';
const container = 'daemon';

/** Connects to the daemons of a cluster. */
export function nodeAccess(source: CredentialSource): NodeAccess {
  const api = apiReader(source);
  const runner =
    (more: { readonly endsWithInput?: true }): RunInDaemon =>
    ({ namespace, name }, words, output, signal) =>
      execInPod(source, { namespace, pod: name, container, command: ['plexus', ...words], ...more }, output, signal);
  const daemons = (signal: AbortSignal): Promise<readonly DaemonPod[]> => listDaemons(api, signal);
  return {
    daemons,
    daemonOn: async (node, signal) => {
      const here = (await daemons(signal)).filter((each) => each.node === node);
      const running = here.find(({ isRunning }) => isRunning);
      if (running !== undefined) return running;
      const states = here.map(({ namespace, name, state }) => `pod ${namespace}/${name} is ${state}`);
      throw nodeWithoutDaemon({ node, state: states.join(', ') || 'no pod of the DaemonSet is on it' });
    },
    nodeOf: async (pod, signal) => {
      const path = `/api/v1/namespaces/${pathSegment(pod.namespace)}/pods/${pathSegment(pod.name)}`;
      const object = (await api.get(`get pod ${podKey(pod)}`, path, signal)) as ApiPod | undefined;
      if (object === undefined) throw podNotFound({ pod: podKey(pod) });
      const { nodeName = '' } = object.spec ?? {};
      if (nodeName === '') throw podWithoutNode({ pod: podKey(pod) });
      return nodeName;
    },
    run: runner({}),
    runUntil: runner({ endsWithInput: true }),
  };
}

/** Lists the pods of the DaemonSet of Plexus. */
export async function listDaemons(api: ApiReader, signal: AbortSignal): Promise<readonly DaemonPod[]> {
  const path = `/api/v1/pods?labelSelector=${encodeURIComponent(daemonLabel)}`;
  const pods = ((await api.list('list the daemons of Plexus', path, signal)) ?? []) as readonly ApiPod[];
  // Other programs of Plexus, such as the host agent, may have the same label.
  return pods.filter(({ spec }) => spec?.containers?.some(({ name }) => name === container)).map(daemonPod);
}

function daemonPod({ metadata = {}, spec = {}, status = {} }: ApiPod): DaemonPod {
  const { namespace = '', name = '' } = metadata;
  const own = spec.containers?.find((each) => each.name === container);
  return {
    namespace,
    name,
    node: spec.nodeName ?? '',
    image: own?.image ?? '',
    ...stateOf(metadata.deletionTimestamp !== undefined, status),
  };
}

const ownStatus = ({ containerStatuses = [] }: NonNullable<ApiPod['status']>) =>
  containerStatuses.find((each) => each.name === container) ?? {};

function stateOf(
  isDeleting: boolean,
  status: NonNullable<ApiPod['status']>,
): Pick<DaemonPod, 'isRunning' | 'isReady' | 'state' | 'restarts'> {
  const { phase = 'unknown' } = status;
  const own = ownStatus(status);
  const waiting = own.state?.waiting?.reason;
  const isRunning = phase === 'Running' && !isDeleting && waiting === undefined;
  const isReady = isRunning && own.ready === true;
  const words = [
    waiting ?? phase,
    ...(isRunning && !isReady ? ['not ready'] : []),
    ...(isDeleting ? ['being deleted'] : []),
  ];
  return { isRunning, isReady, state: words.join(', '), restarts: own.restartCount ?? 0 };
}
