import type { Cluster } from './cluster.ts';
import type { CredentialSource } from './credentials.ts';

/** What to connect to. */
export type ConnectOptions = CredentialSource | { readonly kind: 'manifests'; readonly dir: string };

/** The cluster that the settings and the environment name: a folder of manifests, a kubeconfig, the pod's own credentials, or none. */
export function connectOptionsFor(
  settings: { readonly kubeconfig?: string; readonly manifestsDir?: string },
  env: Readonly<Record<string, string | undefined>>,
): ConnectOptions | undefined {
  if (settings.manifestsDir !== undefined) return { kind: 'manifests', dir: settings.manifestsDir };
  if (settings.kubeconfig !== undefined) return { kind: 'kubeconfig', file: settings.kubeconfig };
  return env['KUBERNETES_SERVICE_HOST'] && env['KUBERNETES_SERVICE_PORT'] ? { kind: 'in-cluster' } : undefined;
}

/** A Cluster. What it is made of is loaded with the first request: the Kubernetes client alone takes longer than a whole DEL. */
export function connect(options: ConnectOptions): Cluster {
  let loaded: Promise<Cluster> | undefined;
  const cluster = (): Promise<Cluster> => (loaded ??= load(options));
  return {
    getPod: async (ref, signal) => (await cluster()).getPod(ref, signal),
    getNad: async (ref, signal) => (await cluster()).getNad(ref, signal),
    patchNetworkStatus: async (pod, status, signal) => (await cluster()).patchNetworkStatus(pod, status, signal),
    recordEvent: async (pod, event, signal) => (await cluster()).recordEvent(pod, event, signal),
  };
}

async function load(options: ConnectOptions): Promise<Cluster> {
  if (options.kind === 'manifests') return (await import('./manifests.ts')).manifestsCluster(options.dir);
  return (await import('./kubernetes.ts')).kubernetesCluster(options);
}
