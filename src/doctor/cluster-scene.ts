import type { ApiReader } from '../kube/index.ts';
import { apiRefused } from '../errors/index.ts';
import { nadGroup, nadPlural, nadVersion } from '../npwg/index.ts';
import type { ApiObject, DaemonSet, Node, Pod } from './api-objects.ts';
import { type KnownNetworks, readNads } from './networks.ts';
import { type NodeReport, readNodeReports } from './node-reports.ts';
import { type Source, once } from './once.ts';

export interface ClusterMeans {
  readonly api: ApiReader;
  /** The name of the credentials in messages: the kubeconfig or the pod. */
  readonly from: string;
  /** The only node to inspect. Default: all. */
  readonly node?: string;
  /** The daemon's account, as reviews name it. Default: that of its DaemonSet. */
  readonly account?: string;
  /** The node whose files are inspected in the same run; absent if there is none or its name is unknown. */
  readonly nodeLookedAt?: string;
  /** Folder with reports of nodes (node-reports.ts). */
  readonly reportsFolder?: string;
  readonly now: () => number;
  /** Aborts requests whose answers are shared by several checks. */
  readonly signal: AbortSignal;
}
/** A cluster: everything that its checks inspect, each requested once. */
export interface ClusterScene extends ClusterMeans {
  readonly reports: Source<ReadonlyMap<string, NodeReport>>;
  readonly nadObjects: Source<readonly unknown[] | undefined>;
  readonly networks: Source<KnownNetworks>;
  /** The inspected nodes. Rejects if the requested node does not exist. */
  readonly nodes: Source<readonly Node[]>;
  readonly allNodes: Source<readonly Node[]>;
  readonly daemonSets: Source<readonly DaemonSet[]>;
  /** The DaemonSet of Plexus; undefined if there is none. */
  readonly plexus: Source<DaemonSet | undefined>;
  /** Pods of the DaemonSet of Plexus. */
  readonly daemonPods: Source<readonly Pod[]>;
}

/** Creates the scene of a cluster. Sends no request yet. */
export function clusterScene(means: ClusterMeans): ClusterScene {
  const { api, signal, node, reportsFolder } = means;
  const allNodes = once(async () => ((await api.list('list nodes', '/api/v1/nodes', signal)) ?? []) as readonly Node[]);
  const nadObjects = once(() =>
    api.list('list NetworkAttachmentDefinitions', `/apis/${nadGroup}/${nadVersion}/${nadPlural}`, signal),
  );
  const daemonSets = once(
    async () => ((await api.list('list DaemonSets', '/apis/apps/v1/daemonsets', signal)) ?? []) as readonly DaemonSet[],
  );
  const plexus = once(async () => (await daemonSets()).find(isPlexus));
  return {
    ...means,
    reports: once(async () =>
      reportsFolder === undefined ? new Map<string, NodeReport>() : readNodeReports(reportsFolder),
    ),
    nadObjects,
    networks: once(async () => ({ source: 'the cluster', nads: readNads((await nadObjects()) ?? []) })),
    nodes: once(async () => {
      const all = await allNodes();
      if (node === undefined) return all;
      const one = all.filter(({ metadata }) => metadata?.name === node);
      if (one.length === 0)
        throw apiRefused({ request: `get node ${node}`, status: 404, problem: 'this node does not exist' });
      return one;
    }),
    allNodes,
    daemonSets,
    plexus,
    daemonPods: once(async () => podsOf(await plexus(), means)),
  };
}

async function podsOf(set: DaemonSet | undefined, { api, signal, node }: ClusterMeans): Promise<readonly Pod[]> {
  if (set === undefined) return [];
  const labels = Object.entries(set.spec?.selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const path = `/api/v1/namespaces/${encodeURIComponent(set.metadata?.namespace ?? '')}/pods?labelSelector=${encodeURIComponent(labels.join(','))}`;
  const pods = ((await api.list('list the pods of Plexus', path, signal)) ?? []) as readonly Pod[];
  return node === undefined ? pods : pods.filter(({ spec }) => spec?.nodeName === node);
}

/** Why a check of the pods of Plexus cannot be carried out. */
export const noPods = 'there is no pod of Plexus';

const imagesOf = ({ spec }: DaemonSet): readonly string[] =>
  (spec?.template?.spec?.containers ?? []).map(({ image }) => image ?? '');

/** Whether a DaemonSet is Plexus's: by its label, or by its image. */
const isPlexus = (set: DaemonSet): boolean =>
  set.metadata?.labels?.['app.kubernetes.io/name'] === 'plexus' ||
  imagesOf(set).some((image) => /(^|\/)plexus-cni(:|@|$)/.test(image));

/** Whether a DaemonSet is Multus's. */
export const isMultus = (set: DaemonSet): boolean =>
  /multus/.test(set.metadata?.name ?? '') || imagesOf(set).some((image) => /\/multus[^/]*$/.test(image));

/** The account of the daemon, as reviews name it. */
export async function accountOf({ account, plexus }: ClusterScene): Promise<string> {
  if (account !== undefined) return account;
  const set = await plexus().catch(() => undefined); // fall back to the usual account
  const { namespace = 'kube-system' } = set?.metadata ?? ({} as NonNullable<ApiObject['metadata']>);
  return `system:serviceaccount:${namespace}:${set?.spec?.template?.spec?.serviceAccountName ?? 'plexus'}`;
}

/** Whether a pod is ready. */
export const isPodReady = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;

/** The cluster, as the place of a finding. */
export const apiPlace = ({ from }: ClusterScene): string => from;
