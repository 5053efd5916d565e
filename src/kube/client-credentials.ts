import { readFile } from 'node:fs/promises';
import https from 'node:https';
import { dirname, resolve } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { type PlexusError, kubeconfigUnusable, problemOf } from '../errors/index.ts';
import type { CredentialSource } from './credential-source.ts';
import { type Credentials, assertUsable, sourceName } from './credentials.ts';

/** Loads the configuration of the Kubernetes client. Rejects with kubeconfigUnusable. */
export async function clientConfig(source: CredentialSource): Promise<KubeConfig> {
  const config = new KubeConfig();
  try {
    if (source.kind === 'kubeconfig') await loadKubeconfigs(config, source);
    else config.loadFromCluster(source.root);
  } catch (error) {
    throw unusable(source, problemOf(error), error);
  }
  const problem = problemIn(config);
  if (problem !== undefined) throw unusable(source, problem);
  impersonate(config, source.as);
  return config;
}

function impersonate(config: KubeConfig, as: string | undefined): void {
  const user = config.getCurrentUser();
  if (as === undefined || user === null) return;
  config.users = config.users.map((each) => (each.name === user.name ? { ...each, impersonateUser: as } : each));
}

const unusable = (source: CredentialSource, problem: string, cause?: unknown): PlexusError =>
  kubeconfigUnusable({ file: sourceName(source), problem }, { cause });

/**
 * Loads credentials with the Kubernetes client, which supports exec plugins, cloud providers and several kubeconfigs.
 * Rejects with kubeconfigUnusable.
 */
export async function clientCredentials(source: CredentialSource): Promise<Credentials> {
  const config = await clientConfig(source);
  const first = await usableOptions(config).catch((error: unknown) => {
    throw unusable(source, problemOf(error), error);
  });
  const { agent } = first; // One agent for all requests, so that connections are reused.
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace;
  return {
    server: new URL(config.getCurrentCluster()?.server ?? ''),
    ...(namespace !== undefined && namespace !== '' && { namespace }),
    options: async () => ({ ...(await connection(config)), agent }),
    files: [...(source.kind === 'kubeconfig' ? [source.file, ...(source.more ?? [])] : []), ...filesNamedIn(config)],
    close: () => (agent instanceof https.Agent ? agent.destroy() : undefined),
  };
}

async function loadKubeconfigs(
  config: KubeConfig,
  { file, more = [], context }: CredentialSource & { readonly kind: 'kubeconfig' },
): Promise<void> {
  loadKubeconfig(config, await readFile(file, 'utf8'), dirname(file));
  for (const each of more) {
    const further = new KubeConfig();
    loadKubeconfig(further, await readFile(each, 'utf8'), dirname(each));
    config.clusters = byFirstName(config.clusters, further.clusters);
    config.users = byFirstName(config.users, further.users);
    config.contexts = byFirstName(config.contexts, further.contexts);
    if (!config.currentContext) config.setCurrentContext(further.currentContext);
  }
  if (context !== undefined) config.setCurrentContext(context);
}

const byFirstName = <T extends { readonly name: string }>(
  first: readonly T[] | null,
  then: readonly T[] | null,
): T[] => [...(first ?? []), ...(then ?? []).filter(({ name }) => !(first ?? []).some((each) => each.name === name))];

// The client library does not support users[].user.tokenFile, and resolves relative paths from the working directory.
function loadKubeconfig(config: KubeConfig, text: string, folder: string): void {
  config.loadFromString(text);
  config.makePathsAbsolute(folder);
  const { users } = (parse(text) ?? {}) as {
    readonly users?: readonly { readonly name?: unknown; readonly user?: { readonly tokenFile?: unknown } }[];
  };
  for (const { name, user } of users ?? []) {
    if (typeof user?.tokenFile !== 'string') continue;
    const authProvider = { name: 'tokenFile', config: { tokenFile: resolve(folder, user.tokenFile) } };
    config.users = config.users.map((each) => (each.name === name ? { ...each, authProvider } : each));
  }
}

function problemIn(config: KubeConfig): string | undefined {
  const contexts = config.getContexts() ?? [];
  const current = config.getCurrentContext();
  if (!current) return 'it has no current-context';
  if (!contexts.some(({ name }) => name === current))
    return `its current-context ${JSON.stringify(current)} is not among its contexts`;
  const server = config.getCurrentCluster()?.server;
  if (server === undefined || !URL.canParse(server))
    return `context ${JSON.stringify(current)} names no cluster with a server address`;
  return config.getCurrentUser() === null ? `context ${JSON.stringify(current)} names no user of this file` : undefined;
}

function filesNamedIn(config: KubeConfig): readonly string[] {
  const user = config.getCurrentUser();
  const provider = user?.authProvider as { readonly config?: { readonly tokenFile?: unknown } } | undefined;
  const named: readonly unknown[] = [
    config.getCurrentCluster()?.caFile,
    user?.certFile,
    user?.keyFile,
    provider?.config?.tokenFile,
  ];
  return named.filter((file): file is string => typeof file === 'string' && file !== '');
}

async function connection(config: KubeConfig): Promise<https.RequestOptions> {
  const options: https.RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return options;
}

async function usableOptions(config: KubeConfig): Promise<https.RequestOptions> {
  const options = await connection(config);
  assertUsable(options);
  const { agent } = options;
  if (agent instanceof https.Agent) Object.assign(agent, { keepAlive: true });
  return options;
}
