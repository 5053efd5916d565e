import {
  type ApiServer,
  type ApiServerOptions,
  type ClusterAccess,
  type Faults,
  startApiServer,
} from './api-server/index.ts';
import { startKubeApiServer } from './kube-apiserver.ts';

/** An API server that a suite runs against, without knowing which of the two it is. */
export interface ClusterUnderTest extends ClusterAccess {
  readonly kind: 'embedded' | 'real';
  /** The switches of the embedded server; undefined with a real one. */
  readonly faults: Faults | undefined;
  /** Everything else that only the embedded server can do: request log, store, compaction. */
  readonly embedded: ApiServer | undefined;
}

/**
 * Whether suites run against a real kube-apiserver: what needs the embedded one (faults, request log) is skipped then.
 */
export const isRealCluster = (process.env['KUBEBUILDER_ASSETS'] ?? '') !== '';

/** The embedded server of a cluster, for tests that only make sense with it. */
export function embeddedOf({ embedded }: ClusterUnderTest): ApiServer {
  if (embedded === undefined) throw new Error('this test needs the embedded API server');
  return embedded;
}

/**
 * A real kube-apiserver with etcd, if KUBEBUILDER_ASSETS names a folder that holds both (the convention of envtest),
 * else the embedded server. NetworkAttachmentDefinitions are served in both; options are for the embedded one.
 *
 * A suite that is to run against both keeps to the real one's rules: pods only in namespaces that exist and with
 * containers; no namespace is deleted (nobody would finish it); pods with a nodeName are deleted with
 * gracePeriodSeconds 0 (no kubelet would confirm it).
 */
export async function startCluster(options: ApiServerOptions = {}): Promise<ClusterUnderTest> {
  const assets = process.env['KUBEBUILDER_ASSETS'] ?? '';
  if (assets !== '') {
    return { ...(await startKubeApiServer(assets)), kind: 'real', faults: undefined, embedded: undefined };
  }
  const server = await startApiServer(options);
  const { url, caCert, kubeconfig, writeKubeconfig, close, faults } = server;
  return {
    kind: 'embedded',
    url,
    caCert,
    kubeconfig,
    writeKubeconfig,
    close,
    faults,
    embedded: server,
    get token() {
      return server.token;
    },
  };
}

/** What `work` asked of the API server, as "VERB /path"; undefined with a real one, which keeps no such record. */
export async function requestsDuring(
  cluster: ClusterUnderTest,
  work: () => Promise<unknown>,
): Promise<readonly string[] | undefined> {
  const before = cluster.embedded?.requests.length ?? 0;
  await work();
  return cluster.embedded?.requests.slice(before).map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`);
}
