import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type ClusterViews, type OverviewScope, connectForViews } from '../cluster/index.ts';
import type { CredentialSource } from '../kube/index.ts';

/** Selects the cluster, as in kubectl. */
export interface ClusterArguments {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly as?: string | undefined;
  readonly 'request-timeout'?: number | undefined;
}
/** Selects the part of the cluster. */
export interface ScopeArguments extends ClusterArguments {
  readonly namespace?: string | undefined;
  readonly 'all-namespaces': boolean;
  readonly selector?: string | undefined;
}

export const clusterOptions = {
  kubeconfig: {
    type: 'string',
    requiresArg: true,
    describe: 'kubeconfig file; default: KUBECONFIG, ~/.kube/config, or the credentials of this pod',
  },
  context: { type: 'string', requiresArg: true, describe: 'Context of the kubeconfig; default: its current context' },
  as: { type: 'string', requiresArg: true, describe: 'User to impersonate' },
  'request-timeout': {
    type: 'string',
    requiresArg: true,
    coerce: durationMs,
    describe: 'How long to wait for the API server: 10s, 2m; without a unit, seconds',
  },
} as const;

const unitMs: Readonly<Record<string, number>> = { '': 1000, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** The milliseconds of a duration in the form of kubectl; 0 and absent: the default of the command. */
function durationMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, number = '', unit = ''] = /^(\d+)(ms|s|m|h)?$/.exec(text) ?? [];
  if (number === '') throw new Error(`--request-timeout ${text} is no duration such as 10s or 2m`);
  return Number(number) * (unitMs[unit] ?? 1000) || undefined;
}

/** A signal that ends requests after the requested time. */
export const requestSignal = ({ 'request-timeout': ms }: ClusterArguments, usualMs: number): AbortSignal =>
  AbortSignal.timeout(ms ?? usualMs);

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

/** The option --selector of commands that select pods. */
export const selectorOption = {
  alias: 'l',
  type: 'string',
  requiresArg: true,
  describe: 'Only pods with these labels, such as app=db,tier!=web',
} as const;

/** Connects to the selected cluster, which is found as kubectl finds it. Rejects with kubeconfigUnusable. */
export const clusterFor = (given: ClusterArguments): Promise<ClusterViews> =>
  connectForViews(sourceFor(given, process.env));

export function sourceFor(
  { kubeconfig, context, as }: ClusterArguments,
  env: Readonly<Record<string, string | undefined>>,
): CredentialSource {
  const chosen = { ...(context !== undefined && { context }), ...(as !== undefined && { as }) };
  if (kubeconfig !== undefined) return { kind: 'kubeconfig', file: kubeconfig, ...chosen };
  const named = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  const [file, ...more] = named.filter((each) => existsSync(each)); // As kubectl does, skip files that do not exist.
  const [first = join(homedir(), '.kube/config')] = [file, ...named].filter((each) => each !== undefined);
  if (file === undefined && !existsSync(first) && env['KUBERNETES_SERVICE_HOST'] && named.length === 0)
    return { kind: 'in-cluster', ...(as !== undefined && { as }) };
  return { kind: 'kubeconfig', file: first, ...(more.length > 0 && { more }), ...chosen };
}

/** The selected namespaces. */
export const scopeFor = (
  { namespace, 'all-namespaces': all, selector }: Omit<ScopeArguments, keyof ClusterArguments>,
  cluster: ClusterViews,
): OverviewScope => ({
  ...(!all && { namespace: namespace ?? cluster.namespace }),
  ...(selector !== undefined && { selector }),
});
