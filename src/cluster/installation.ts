import { type ApiReader, type CredentialSource, apiReader } from '../kube/index.ts';
import { nadGroup, nadPlural } from '../npwg/index.ts';
import { type DaemonPod, daemonLabel, listDaemons } from './daemon-pods.ts';

/** The installation of Plexus in a cluster, as the API describes it. */
export interface Installation {
  /** Undefined if there is no DaemonSet of Plexus. */
  readonly daemonSet: DaemonSetFacts | undefined;
  readonly daemons: readonly DaemonPod[];
  readonly hasCrd: boolean;
  /** Names of the admission webhooks of Plexus; undefined without the permission to list them. */
  readonly webhooks: readonly string[] | undefined;
}
export interface DaemonSetFacts {
  readonly namespace: string;
  readonly name: string;
  readonly desired: number;
  readonly ready: number;
  readonly updated: number;
  /** Whether its controller has processed the newest change. */
  readonly isObserved: boolean;
}

interface ApiDaemonSet {
  readonly metadata?: { readonly namespace?: string; readonly name?: string; readonly generation?: number };
  readonly spec?: {
    readonly template?: { readonly spec?: { readonly containers?: readonly { readonly name?: string }[] } };
  };
  readonly status?: {
    readonly desiredNumberScheduled?: number;
    readonly numberReady?: number;
    readonly updatedNumberScheduled?: number;
    readonly observedGeneration?: number;
  };
}

/** Reads the installation. Rejects with apiUnavailable, apiRefused, kubeconfigUnusable. */
export async function readInstallation(source: CredentialSource, signal: AbortSignal): Promise<Installation> {
  const api = apiReader(source);
  const labelled = `labelSelector=${encodeURIComponent(daemonLabel)}`;
  const [sets, daemons, crd, webhooks] = await Promise.all([
    api.list('list DaemonSets', `/apis/apps/v1/daemonsets?${labelled}`, signal),
    listDaemons(api, signal),
    api.get(
      'get the CustomResourceDefinition',
      `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${nadPlural}.${nadGroup}`,
      signal,
    ),
    readWebhooks(api, labelled, signal),
  ]);
  const set = ((sets ?? []) as readonly ApiDaemonSet[]).find(({ spec }) =>
    spec?.template?.spec?.containers?.some(({ name }) => name === 'daemon'),
  );
  return { daemonSet: set && daemonSetFacts(set), daemons, hasCrd: crd !== undefined, webhooks };
}

function daemonSetFacts({ metadata = {}, status = {} }: ApiDaemonSet): DaemonSetFacts {
  const { namespace = '', name = '', generation = 0 } = metadata;
  const { desiredNumberScheduled: desired = 0, numberReady: ready = 0, updatedNumberScheduled: updated = 0 } = status;
  return { namespace, name, desired, ready, updated, isObserved: (status.observedGeneration ?? 0) >= generation };
}

// Webhooks are optional, and so is the permission to list them.
const readWebhooks = (api: ApiReader, query: string, signal: AbortSignal): Promise<readonly string[] | undefined> =>
  api
    .list(
      'list admission webhooks',
      `/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations?${query}`,
      signal,
    )
    .then(
      (objects) =>
        ((objects ?? []) as readonly { readonly metadata?: { readonly name?: string } }[]).flatMap(
          ({ metadata }) => metadata?.name ?? [],
        ),
      () => undefined,
    );
