import { readFile } from 'node:fs/promises';
import { X509Certificate } from 'node:crypto';
import https from 'node:https';
import { createSecureContext } from 'node:tls';
import { KubeConfig } from '@kubernetes/client-node';
import { type PlexusError, kubeconfigUnusable, problemOf } from '../errors/index.ts';

/** Where credentials come from. */
export type CredentialSource = { readonly kind: 'kubeconfig'; readonly file: string } | { readonly kind: 'in-cluster' };

/** How to reach the API server, and as whom. */
export interface Credentials {
  readonly server: URL;
  /** Connection options for a request: TLS, agent, headers. Asked for each request, because tokens change. */
  readonly options: () => Promise<https.RequestOptions>;
}

/** Credentials from a kubeconfig's current context or from the pod that this process runs in. kubeconfigUnusable. */
export async function loadCredentials(source: CredentialSource): Promise<Credentials> {
  const name = source.kind === 'kubeconfig' ? source.file : 'of the pod (in-cluster)';
  const unusable = (problem: string, cause?: unknown): PlexusError => kubeconfigUnusable({ file: name, problem }, { cause });
  const config = new KubeConfig();
  try {
    if (source.kind === 'kubeconfig') config.loadFromString(await readFile(source.file, 'utf8'));
    else config.loadFromCluster();
  } catch (error) {
    throw unusable(problemOf(error), error);
  }
  const problem = problemIn(config);
  if (problem !== undefined) throw unusable(problem);
  const first = await connection(config).catch((error: unknown) => {
    throw unusable(problemOf(error), error);
  });
  const { agent } = first; // one for all requests: connections are kept
  return { server: new URL(config.getCurrentCluster()?.server ?? ''), options: async () => ({ ...(await connection(config)), agent }) };
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

async function connection(config: KubeConfig): Promise<https.RequestOptions> {
  const options: https.RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key } = options;
  if (ca !== undefined) assertCertificate(ca);
  createSecureContext({ ...(ca !== undefined && { ca }), ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) }); // says what is wrong with them
  if (options.agent instanceof https.Agent) Object.assign(options.agent, { keepAlive: true });
  return options;
}

// TLS takes anything as a CA and then trusts nobody, which would look like an API server that is away
function assertCertificate(ca: NonNullable<https.RequestOptions['ca']>): void {
  const [first] = [ca].flat();
  if (first !== undefined) new X509Certificate(first);
}
