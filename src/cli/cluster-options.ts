import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type ClusterViews, type OverviewScope, connectForViews } from '../cluster/index.ts';
import type { CredentialSource } from '../kube/index.ts';

/** Selects the cluster, as in kubectl. */
export interface ClusterArguments {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}
/** Selects the part of the cluster. */
export interface ScopeArguments extends ClusterArguments {
  readonly namespace?: string | undefined;
  readonly 'all-namespaces': boolean;
}

export const clusterOptions = {
  kubeconfig: {
    type: 'string',
    requiresArg: true,
    describe: 'kubeconfig file; default: KUBECONFIG, ~/.kube/config, or the credentials of this pod',
  },
  context: { type: 'string', requiresArg: true, describe: 'Context of the kubeconfig; default: its current context' },
} as const;

/** As in kubectl, an empty value (an unset variable of a script) counts as absent. */
export const namespaceOption = {
  alias: 'n',
  type: 'string',
  requiresArg: true,
  coerce: (name: string | undefined): string | undefined => (name === '' ? undefined : name),
} as const;

export const scopeOptions = {
  ...clusterOptions,
  namespace: { ...namespaceOption, describe: 'Namespace; default: that of the context' },
  'all-namespaces': { alias: 'A', type: 'boolean', default: false, describe: 'All namespaces' },
} as const;

/** Connects to the selected cluster, which is found as kubectl finds it. Rejects with kubeconfigUnusable. */
export const clusterFor = (given: ClusterArguments): Promise<ClusterViews> =>
  connectForViews(sourceFor(given, process.env));

export function sourceFor(
  { kubeconfig, context }: ClusterArguments,
  env: Readonly<Record<string, string | undefined>>,
): CredentialSource {
  const chosen = context === undefined ? {} : { context };
  if (kubeconfig !== undefined) return { kind: 'kubeconfig', file: kubeconfig, ...chosen };
  const named = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  const [file, ...more] = named.filter((each) => existsSync(each)); // As kubectl does, skip files that do not exist.
  const [first = join(homedir(), '.kube/config')] = [file, ...named].filter((each) => each !== undefined);
  if (file === undefined && !existsSync(first) && env['KUBERNETES_SERVICE_HOST'] && named.length === 0)
    return { kind: 'in-cluster' };
  return { kind: 'kubeconfig', file: first, ...(more.length > 0 && { more }), ...chosen };
}

/** The selected namespaces. */
export const scopeFor = (
  { namespace, 'all-namespaces': all }: Omit<ScopeArguments, keyof ClusterArguments>,
  cluster: ClusterViews,
): OverviewScope => (all ? {} : { namespace: namespace ?? cluster.namespace });
