import { X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import type https from 'node:https';
import { createSecureContext } from 'node:tls';
import { kubeconfigUnusable, problemOf } from '../errors/index.ts';
import type { CredentialSource } from './credential-source.ts';
import { type PlainCredentials, plainCredentials } from './plain-credentials.ts';

/** How to reach the API server, and as whom. */
export interface Credentials {
  readonly server: URL;
  /** The namespace that their context names. */
  readonly namespace?: string;
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

/**
 * Credentials that are loaded again whenever a file of theirs is another one: a rotated token, certificate or
 * kubeconfig.
 */
export function credentialProvider(source: CredentialSource): CredentialProvider {
  let loaded: { readonly credentials: Credentials; readonly stamp: string } | undefined;
  let loading: Promise<Credentials> | undefined;
  const load = async (): Promise<Credentials> => {
    const stamp = stampOf(loaded?.credentials.files ?? []);
    if (loaded !== undefined && loaded.stamp === stamp) return loaded.credentials;
    const before = loaded?.credentials;
    const credentials = await loadCredentials(source).catch((error: unknown) => {
      if (before === undefined) throw error;
      return before; // half written: the next request looks again
    });
    if (credentials === before) return before;
    loaded = { credentials, stamp: stampOf(credentials.files) };
    if (before !== undefined) setTimeout(before.close, closeAfterMs).unref(); // requests under way may end
    return credentials;
  };
  return { current: () => (loading ??= load().finally(() => (loading = undefined))) };
}

// for each request: in the thread pool it would take longer than all of its looks (files/replace.ts)
const stampOf = (files: readonly string[]): string => files.map(stampOfOne).join();

function stampOfOne(file: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(file);
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return 'missing';
  }
}

/** Credentials from a kubeconfig's current context or from the pod that this process runs in. kubeconfigUnusable. */
async function loadCredentials(source: CredentialSource): Promise<Credentials> {
  const plain = await plainCredentials(source);
  if (plain !== undefined) return fromPlain(plain, source);
  const { clientCredentials } = await import('./client-credentials.ts'); // it loads the Kubernetes client
  return clientCredentials(source);
}

function fromPlain(
  { server, namespace, token, files, ...tls }: PlainCredentials,
  source: CredentialSource,
): Credentials {
  try {
    assertUsable(tls);
  } catch (error) {
    throw kubeconfigUnusable({ file: nameOf(source), problem: problemOf(error) }, { cause: error });
  }
  const { Agent } = process.getBuiltinModule('node:https'); // as in http-exchange.ts
  const agent = new Agent({ ...tls, keepAlive: true }); // one for all requests: connections are kept
  const options = { ...tls, agent, headers: token === undefined ? {} : { Authorization: `Bearer ${token}` } };
  return {
    server: new URL(server),
    ...(namespace !== undefined && { namespace }),
    options: async () => options,
    files,
    close: () => agent.destroy(),
  };
}

/** What credentials are of, for messages. */
export const nameOf = (source: CredentialSource): string =>
  source.kind === 'kubeconfig' ? source.file : 'of the pod (in-cluster)';

/** Throws what is wrong with the certificates and the key of a connection. */
export function assertUsable({ ca, cert, key }: https.RequestOptions): void {
  if (ca !== undefined) assertCertificate(ca);
  createSecureContext({
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  });
}

// TLS takes anything as a CA and then trusts nobody, which would look like an API server that is away
function assertCertificate(ca: NonNullable<https.RequestOptions['ca']>): void {
  const [first] = [ca].flat();
  if (first !== undefined) new X509Certificate(first);
}
