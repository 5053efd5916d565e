import { type ApiConnection, listAll } from '../kube/index.ts';

/** A DaemonSet of Plexus, and how many of its daemons are ready. */
export interface InstalledDaemons {
  readonly namespace: string;
  readonly name: string;
  readonly desired: number;
  readonly ready: number;
  /** How many run the newest version. */
  readonly updated: number;
  /** Image of the daemon. */
  readonly image: string;
}

interface ApiDaemonSet {
  readonly metadata?: { readonly namespace?: string; readonly name?: string };
  readonly spec?: { readonly template?: { readonly spec?: { readonly containers?: readonly ApiContainer[] } } };
  readonly status?: {
    readonly desiredNumberScheduled?: number;
    readonly numberReady?: number;
    readonly updatedNumberScheduled?: number;
  };
}
interface ApiContainer {
  readonly name?: string;
  readonly image?: string;
}

// As in deploy/base and the chart.
const labels = 'app.kubernetes.io/name=plexus,app.kubernetes.io/component=node';
const path = `/apis/apps/v1/daemonsets?labelSelector=${encodeURIComponent(labels)}`;

/**
 * Reads the DaemonSets of Plexus in all namespaces; undefined without the permission. Rejects with apiUnavailable,
 * apiRefused.
 */
export async function readDaemonSets(
  api: ApiConnection,
  signal: AbortSignal,
): Promise<readonly InstalledDaemons[] | undefined> {
  const listed = await listAll({ path, resource: 'daemonsets', api, page: 50 }, installedDaemons, [403], signal);
  return 'items' in listed ? listed.items : undefined;
}

function installedDaemons(object: unknown): InstalledDaemons {
  const { metadata, spec, status } = (object ?? {}) as ApiDaemonSet;
  const containers = spec?.template?.spec?.containers ?? [];
  return {
    ...named(metadata),
    ...counted(status),
    image: containers.find(({ name }) => name === 'daemon')?.image ?? '',
  };
}

const named = ({ namespace = '', name = '' }: ApiDaemonSet['metadata'] = {}) => ({ namespace, name });

const counted = (status: ApiDaemonSet['status'] = {}) => ({
  desired: status.desiredNumberScheduled ?? 0,
  ready: status.numberReady ?? 0,
  updated: status.updatedNumberScheduled ?? 0,
});
