import { existsSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { type ApiReader, apiReader } from '../kube/index.ts';
import {
  type BoundCheck,
  type ClusterScene,
  type NodeMeans,
  type NodePlaces,
  type NodeScene,
  blinded,
  boundTo,
  clusterChecks,
  clusterScene,
  isNode,
  nodeChecks,
  nodeScene,
} from '../doctor/index.ts';
import { readNodeLinks } from '../devices/index.ts';
import { defaultSocket, inRoot } from '../install/index.ts';
import { type NodeArguments, givenFolders } from './node-options.ts';
import { versionText } from './version-text.ts';

/** Arguments of `plexus doctor`. */
export interface DoctorArguments extends NodeArguments {
  readonly end: string;
  readonly 'cni-dir'?: string | undefined;
  readonly socket?: string | undefined;
  readonly http: string;
  readonly kubeconfig?: string | undefined;
  readonly node?: string | undefined;
  readonly as?: string | undefined;
  readonly reports?: string | undefined;
  readonly timeout: number;
}

/** Creates the checks of the selected sides. If a side is not reachable, each of its checks reports that. */
export async function checksFor(args: DoctorArguments, env: NodeJS.ProcessEnv): Promise<readonly BoundCheck[]> {
  const source = apiSource(args, env);
  const places = await placesOf(args);
  const looksAtNode = args.end === 'node' || (args.end === 'both' && (await isNode(places)));
  const scene = source && sceneOf(source, args, looksAtNode ? (env['PLEXUS_NODE_NAME'] ?? hostname()) : undefined);
  const ofNode =
    args.end === 'cluster'
      ? []
      : looksAtNode
        ? boundTo(nodeScene(places, meansWith(scene)), nodeChecks)
        : blinded(nodeChecks, 'this machine', noNode);
  const ofCluster = args.end === 'node' ? [] : checksOfCluster(scene);
  return [...ofNode, ...ofCluster];
}

/** The scenes of the selected sides. */
export async function scenesFor(
  args: DoctorArguments,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly node?: NodeScene; readonly cluster?: ClusterScene }> {
  // Without a kubeconfig, the first request reports that the usual one is missing.
  const source = () => apiSource(args, env) ?? kubeconfigSource(usualKubeconfig());
  return {
    ...(args.end !== 'cluster' && { node: nodeScene(await placesOf(args), meansWith(undefined)) }),
    ...(args.end !== 'node' && { cluster: sceneOf(source(), args, undefined) }),
  };
}

const usualStateDir = '/var/lib/cni/plexus';

const noNode =
  'this machine is not a node: it has no folder of CNI configurations, no state and no socket of Plexus (--end node checks it anyway)';

async function placesOf(args: DoctorArguments): Promise<NodePlaces> {
  const { root, http } = args;
  return {
    root,
    ...givenFolders(args),
    stateDir: args['cni-dir'] ?? (await inRoot(root, usualStateDir)),
    socket: args.socket ?? (await inRoot(root, defaultSocket)),
    ...(http !== 'off' && { http }),
  };
}

const meansWith = (cluster: ClusterScene | undefined): NodeMeans => ({
  program: versionText(),
  arch: process.arch,
  uid: process.getuid?.() ?? -1,
  nodeLinks: readNodeLinks,
  now: Date.now,
  ...(cluster && { clusterNads: cluster.nadObjects }),
});

const checksOfCluster = (scene: ClusterScene | undefined): readonly BoundCheck[] =>
  scene === undefined
    ? blinded(clusterChecks, 'the cluster', 'there is no kubeconfig (--kubeconfig, KUBECONFIG or ~/.kube/config)')
    : boundTo(scene, clusterChecks);

interface ApiSource {
  readonly api: ApiReader;
  readonly from: string;
}

function sceneOf({ api, from }: ApiSource, args: DoctorArguments, nodeLookedAt: string | undefined): ClusterScene {
  const { node, as: account, reports } = args;
  return clusterScene({
    api,
    from,
    now: Date.now,
    signal: AbortSignal.timeout(args.timeout * 1000),
    ...(node !== undefined && { node }),
    ...(account !== undefined && { account }),
    ...(reports !== undefined && { reportsFolder: reports }),
    ...(nodeLookedAt !== undefined && { nodeLookedAt }),
  });
}

function apiSource({ kubeconfig }: DoctorArguments, env: NodeJS.ProcessEnv): ApiSource | undefined {
  const given = kubeconfig ?? env['KUBECONFIG']?.split(':').find((each) => each !== '');
  if (given !== undefined) return kubeconfigSource(given);
  if (env['KUBERNETES_SERVICE_HOST'] && env['KUBERNETES_SERVICE_PORT'])
    return { api: apiReader({ kind: 'in-cluster' }), from: 'the cluster of this pod' };
  const usual = usualKubeconfig();
  return existsSync(usual) ? kubeconfigSource(usual) : undefined;
}

const usualKubeconfig = (): string => join(homedir(), '.kube/config');
const kubeconfigSource = (file: string): ApiSource => ({
  api: apiReader({ kind: 'kubeconfig', file }),
  from: `the cluster of ${file}`,
});
