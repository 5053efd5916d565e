import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import https from 'node:https';
import { dirname, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { type PlexusError, kubeconfigUnusable, problemOf } from '../errors/index.ts';

/** Where credentials come from. `root`: the folder that holds the pod's own files, "/" when left out. */
export type CredentialSource =
  | { readonly kind: 'kubeconfig'; readonly file: string; /** Another one than its current context. */ readonly context?: string }
  | { readonly kind: 'in-cluster'; readonly root?: string };

/** How to reach the API server, and as whom. */
export interface Credentials {
  readonly server: URL;
  /** Connection options for a request: TLS, agent, headers. Asked for each request, because tokens change. */
  readonly options: () => Promise<https.RequestOptions>;
  /** What they were made of. */
  readonly files: readonly string[];
  /** Ends connections that are kept for later. */
  readonly close: () => void;
}
/** Credentials that follow their files. */
export interface CredentialProvider {
  /** The same object as long as nothing has changed. kubeconfigUnusable, only while there have never been any. */
  readonly current: () => Promise<Credentials>;
}

const closeAfterMs = 60_000;

/** Credentials that are loaded again whenever a file of theirs is another one: a rotated token, certificate or kubeconfig. */
export function credentialProvider(source: CredentialSource): CredentialProvider {
  let loaded: { readonly credentials: Credentials; readonly stamp: string } | undefined;
  let loading: Promise<Credentials> | undefined;
  const load = async (): Promise<Credentials> => {
    const stamp = await stampOf(loaded?.credentials.files ?? []);
    if (loaded !== undefined && loaded.stamp === stamp) return loaded.credentials;
    const before = loaded?.credentials;
    const credentials = await loadCredentials(source).catch((error: unknown) => {
      if (before === undefined) throw error;
      return before; // half written: the next request looks again
    });
    if (credentials === before) return before;
    loaded = { credentials, stamp: await stampOf(credentials.files) };
    if (before !== undefined) setTimeout(before.close, closeAfterMs).unref(); // requests under way may end
    return credentials;
  };
  return { current: () => (loading ??= load().finally(() => (loading = undefined))) };
}

async function stampOf(files: readonly string[]): Promise<string> {
  const stamps = files.map((file) =>
    stat(file).then(
      ({ ino, mtimeMs, size }) => `${ino} ${mtimeMs} ${size}`,
      () => 'missing',
    ),
  );
  return (await Promise.all(stamps)).join();
}

/** Credentials from a kubeconfig's current context or from the pod that this process runs in. kubeconfigUnusable. */
async function loadCredentials(source: CredentialSource): Promise<Credentials> {
  const name = source.kind === 'kubeconfig' ? source.file : 'of the pod (in-cluster)';
  const unusable = (problem: string, cause?: unknown): PlexusError => kubeconfigUnusable({ file: name, problem }, { cause });
  const config = new KubeConfig();
  try {
    if (source.kind === 'kubeconfig') loadKubeconfig(config, await readFile(source.file, 'utf8'), dirname(source.file));
    else config.loadFromCluster(source.root);
  } catch (error) {
    throw unusable(problemOf(error), error);
  }
  if (source.kind === 'kubeconfig' && source.context !== undefined) {
    if (config.getContextObject(source.context) === null) throw unusable(`it has no context ${JSON.stringify(source.context)}`);
    config.setCurrentContext(source.context);
  }
  const problem = problemIn(config);
  if (problem !== undefined) throw unusable(problem);
  const first = await usable(config).catch((error: unknown) => {
    throw unusable(problemOf(error), error);
  });
  const { agent } = first; // one for all requests: connections are kept
  return {
    server: new URL(config.getCurrentCluster()?.server ?? ''),
    options: async () => ({ ...(await connection(config)), agent }),
    files: [...(source.kind === 'kubeconfig' ? [source.file] : []), ...filesNamedIn(config)],
    close: () => (agent instanceof https.Agent ? agent.destroy() : undefined),
  };
}

// the client library knows no users[].user.tokenFile, and takes relative paths from the working directory
function loadKubeconfig(config: KubeConfig, text: string, folder: string): void {
  config.loadFromString(text);
  config.makePathsAbsolute(folder);
  const { users } = (parse(text) ?? {}) as { readonly users?: readonly { readonly name?: unknown; readonly user?: { readonly tokenFile?: unknown } }[] };
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
  if (!contexts.some(({ name }) => name === current)) return `its current-context ${JSON.stringify(current)} is not among its contexts`;
  const server = config.getCurrentCluster()?.server;
  if (server === undefined || !URL.canParse(server)) return `context ${JSON.stringify(current)} leads to no cluster with a server address`;
  return config.getCurrentUser() === null ? `context ${JSON.stringify(current)} leads to no user` : undefined;
}

function filesNamedIn(config: KubeConfig): readonly string[] {
  const user = config.getCurrentUser();
  const provider = user?.authProvider as { readonly config?: { readonly tokenFile?: unknown } } | undefined;
  const named: readonly unknown[] = [config.getCurrentCluster()?.caFile, user?.certFile, user?.keyFile, provider?.config?.tokenFile];
  return named.filter((file): file is string => typeof file === 'string' && file !== '');
}

/** The options of a first request, found to be such that a connection can be made with them. */
async function usable(config: KubeConfig): Promise<https.RequestOptions> {
  const options = await connection(config);
  const { ca, cert, key, agent } = options;
  if (ca !== undefined) assertCertificate(ca);
  createSecureContext({ ...(ca !== undefined && { ca }), ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) }); // says what is wrong with them
  if (agent instanceof https.Agent) Object.assign(agent, { keepAlive: true });
  return options;
}

async function connection(config: KubeConfig): Promise<https.RequestOptions> {
  const options: https.RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return options;
}

// TLS takes anything as a CA and then trusts nobody, which would look like an API server that is away
function assertCertificate(ca: NonNullable<https.RequestOptions['ca']>): void {
  const [first] = [ca].flat();
  if (first !== undefined) new X509Certificate(first);
}
