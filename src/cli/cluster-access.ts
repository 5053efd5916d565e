import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Cluster, type ConnectOptions, connect } from '../cluster/index.ts';

/** The cluster that a person means: --kubeconfig, KUBECONFIG, the pod that this runs in, or ~/.kube/config; with --context another context of it. */
export function connectTo({ kubeconfig, context }: { readonly kubeconfig?: string | undefined; readonly context?: string | undefined }): Cluster {
  const [fromEnvironment = ''] = (process.env['KUBECONFIG'] ?? '').split(delimiter);
  const named = kubeconfig ?? (fromEnvironment === '' ? undefined : fromEnvironment);
  if (named === undefined && process.env['KUBERNETES_SERVICE_HOST'] && process.env['KUBERNETES_SERVICE_PORT']) return connect({ kind: 'in-cluster' });
  const source: ConnectOptions = { kind: 'kubeconfig', file: named ?? join(homedir(), '.kube/config'), ...(context !== undefined && { context }) };
  return connect(source);
}
