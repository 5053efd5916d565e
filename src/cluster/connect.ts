import type { PodMetadata } from '../npwg/index.ts';
import { type Report, quiet } from '../report/index.ts';
import type { ClaimsApi } from './claims-api.ts';
import type { Cluster, WatchedCluster } from './cluster.ts';
import {
  type ApiConnection,
  type CredentialSource,
  type WatchTiming,
  loadCredentials,
  sendIfThere,
  sendRequest,
  usualWatchTiming,
} from '../kube/index.ts';
import type { NadWatch } from './nad-watch.ts';
import type { ClusterViews } from './overview.ts';
import type { Permissions } from './permissions.ts';

/** Selects the cluster to connect to. */
export type ConnectOptions = CredentialSource | { readonly kind: 'manifests'; readonly dir: string };

/**
 * Chooses the cluster from the settings and the environment: a folder of manifests, a kubeconfig, the pod's own
 * credentials, or none.
 */
export function connectOptionsFor(
  settings: { readonly kubeconfig?: string; readonly manifestsDir?: string },
  env: Readonly<Record<string, string | undefined>>,
): ConnectOptions | undefined {
  if (settings.manifestsDir !== undefined) return { kind: 'manifests', dir: settings.manifestsDir };
  if (settings.kubeconfig !== undefined) return { kind: 'kubeconfig', file: settings.kubeconfig };
  return env['KUBERNETES_SERVICE_HOST'] && env['KUBERNETES_SERVICE_PORT'] ? { kind: 'in-cluster' } : undefined;
}

/**
 * Creates a Cluster. The first request loads its implementation, because loading the Kubernetes client alone takes
 * longer than a whole DEL. `forPeople`: reports an API server that does not answer at once, without retries.
 */
export function connect(options: ConnectOptions, { forPeople = false } = {}): Cluster {
  let loaded: Promise<Cluster> | undefined;
  const cluster = (): Promise<Cluster> => (loaded ??= load(options, forPeople));
  return {
    getPod: async (ref, signal) => (await cluster()).getPod(ref, signal),
    getPodState: async (ref, signal) => (await cluster()).getPodState(ref, signal),
    listPodsOf: async (node, keep, signal) => (await cluster()).listPodsOf(node, keep, signal),
    listPodStatesOf: async (node, keep, signal) => (await cluster()).listPodStatesOf(node, keep, signal),
    getNad: async (ref, signal) => (await cluster()).getNad(ref, signal),
    patchNetworkStatus: async (pod, status, signal) => (await cluster()).patchNetworkStatus(pod, status, signal),
    recordEvent: async (subject, event, signal) => (await cluster()).recordEvent(subject, event, signal),
    ...(options.kind !== 'manifests' && { claims: claimsOf(cluster), permissions: permissionsOf(cluster) }),
  };
}

function claimsOf(cluster: () => Promise<Cluster>): ClaimsApi {
  // Every Kubernetes API provides it.
  const claims = async (): Promise<ClaimsApi> => (await cluster()).claims as ClaimsApi;
  return {
    getPodClaims: async (ref, signal) => (await claims()).getPodClaims(ref, signal),
    getResourceClaim: async (ref, signal) => (await claims()).getResourceClaim(ref, signal),
    listResourceSlices: async (query, signal) => (await claims()).listResourceSlices(query, signal),
    applyDeviceStatus: async (patch, signal) => (await claims()).applyDeviceStatus(patch, signal),
  };
}

function permissionsOf(cluster: () => Promise<Cluster>): Permissions {
  // Every Kubernetes API provides it.
  const permissions = async (): Promise<Permissions> => (await cluster()).permissions as Permissions;
  return {
    podAccount: async (ref, signal) => (await permissions()).podAccount(ref, signal),
    mayUse: async (user, nad, signal) => (await permissions()).mayUse(user, nad, signal),
  };
}

async function load(options: ConnectOptions, forPeople = false): Promise<Cluster> {
  if (options.kind === 'manifests') return (await import('./manifests.ts')).manifestsCluster(options.dir);
  const [{ kubernetesCluster }, credentials] = await Promise.all([import('./kubernetes.ts'), loadCredentials(options)]);
  return kubernetesCluster({ credentials, report: quiet }, forPeople ? sendIfThere : sendRequest);
}

/** Reads the first pod in a YAML file. Rejects with manifestInvalid, fileUnusable. Loads the parser of YAML. */
export const readPodFile = async (file: string): Promise<PodMetadata> =>
  (await import('./manifests.ts')).readFirstPod(file);

/** What a long-running process needs of a cluster besides NetworkAttachmentDefinitions. */
export interface LongConnection {
  /** Socket of kubelet's Pods API. */
  readonly kubeletSocket?: string | undefined;
  /** The node whose pods are watched; absent: none. */
  readonly podsOf?: string | undefined;
  readonly timing?: WatchTiming | undefined;
}

/**
 * Creates a Cluster that watches NetworkAttachmentDefinitions, and the pods of a node if requested. Rejects with
 * kubeconfigUnusable.
 */
export async function connectForLong(
  options: ConnectOptions,
  report: Report,
  connection: LongConnection = {},
): Promise<WatchedCluster> {
  if (options.kind === 'manifests')
    return {
      cluster: await load(options),
      run: async () => {},
      state: () => ({ synced: true, complete: true, objects: 0, leftOut: 0 }),
    };
  const [{ watchedCluster }, credentials] = await Promise.all([
    import('./watched-cluster.ts'),
    loadCredentials(options),
  ]);
  await credentials.current(); // Report unusable credentials at start.
  return watchedCluster({ credentials, report }, connection);
}

/** Connects for the read-only views. Rejects with kubeconfigUnusable. */
export async function connectForViews(source: CredentialSource): Promise<ClusterViews> {
  const [{ clusterViews }, credentials] = await Promise.all([import('./overview.ts'), loadCredentials(source)]);
  return clusterViews({ credentials, report: quiet }, await credentials.current());
}

/** Watches NetworkAttachmentDefinitions with these annotations. */
export async function connectNads(
  api: ApiConnection,
  annotationKeys: readonly string[],
  timing: WatchTiming = usualWatchTiming,
): Promise<NadWatch> {
  const { watchNads } = await import('./nad-watch.ts');
  return watchNads(api, timing, annotationKeys);
}
