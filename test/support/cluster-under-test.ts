import {
  type ApiServer,
  type ApiServerOptions,
  type ClusterAccess,
  type Faults,
  startApiServer,
} from './api-server/index.ts';
import { startKubeApiServer } from './kube-apiserver.ts';

/** An API server for a suite that does not depend on the kind of server. */
export interface ClusterUnderTest extends ClusterAccess {
  readonly kind: 'embedded' | 'real';
  /** Fault injection of the embedded server; undefined for a real one. */
  readonly faults: Faults | undefined;
  /** Other features of the embedded server: request log, store, compaction. */
  readonly embedded: ApiServer | undefined;
}

/**
 * Whether suites run against a real kube-apiserver; tests that need the embedded one (faults, request log) are then
 * skipped.
 */
export const isRealCluster = (process.env['KUBEBUILDER_ASSETS'] ?? '') !== '';

/** The embedded server of a cluster, for tests that require it. */
export function embeddedOf({ embedded }: ClusterUnderTest): ApiServer {
  if (embedded === undefined) throw new Error('this test needs the embedded API server');
  return embedded;
}

/**
 * Starts a real kube-apiserver with etcd if KUBEBUILDER_ASSETS names a folder that contains both (the convention of
 * envtest), otherwise the embedded server. Both serve NetworkAttachmentDefinitions; the options apply to the embedded
 * one.
 *
 * A suite for both must follow the rules of the real one: pods have containers and are in existing namespaces;
 * namespaces are not deleted, because no controller would finish that; pods with a nodeName are deleted with
 * gracePeriodSeconds 0, because no kubelet would confirm it.
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

/** The API requests during `work`, as "VERB /path"; undefined for a real server, which keeps no log. */
export async function requestsDuring(
  cluster: ClusterUnderTest,
  work: () => Promise<unknown>,
): Promise<readonly string[] | undefined> {
  const before = cluster.embedded?.requests.length ?? 0;
  await work();
  return cluster.embedded?.requests.slice(before).map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`);
}
