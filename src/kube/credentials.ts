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
  /** The namespace of the context. */
  readonly namespace?: string;
  /** Returns connection options for a request: TLS, agent, headers. Called for each request, because tokens change. */
  readonly options: () => Promise<https.RequestOptions>;
  /** The files that the credentials were read from. */
  readonly files: readonly string[];
  /** Closes idle connections. */
  readonly close: () => void;
}
/** Credentials that are reloaded when their files change. */
export interface CredentialProvider {
  /**
   * Returns the same object until something changes. Rejects with kubeconfigUnusable, but only until credentials were
   * loaded once.
   */
  readonly current: () => Promise<Credentials>;
}

const closeAfterMs = 60_000;

/** Reloads credentials whenever one of their files changes: a rotated token, certificate or kubeconfig. */
export function credentialProvider(source: CredentialSource): CredentialProvider {
  let loaded: { readonly credentials: Credentials; readonly stamp: string } | undefined;
  let loading: Promise<Credentials> | undefined;
  const load = async (): Promise<Credentials> => {
    const stamp = stampOf(loaded?.credentials.files ?? []);
    if (loaded !== undefined && loaded.stamp === stamp) return loaded.credentials;
    const before = loaded?.credentials;
    const credentials = await loadCredentials(source).catch((error: unknown) => {
      if (before === undefined) throw error;
      return before; // The file is incomplete; the next request reads it again.
    });
    if (credentials === before) return before;
    loaded = { credentials, stamp: stampOf(credentials.files) };
    if (before !== undefined) setTimeout(before.close, closeAfterMs).unref(); // Let in-flight requests finish.
    return credentials;
  };
  return { current: () => (loading ??= load().finally(() => (loading = undefined))) };
}

// Synchronous, because this runs for each request and the thread pool would take longer than all of the checks
// (files/replace.ts).
const stampOf = (files: readonly string[]): string => files.map(stampOfOne).join();

function stampOfOne(file: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(file);
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return 'missing';
  }
}

/**
 * Loads credentials from a kubeconfig's current context or from the pod that this process runs in. Rejects with
 * kubeconfigUnusable.
 */
async function loadCredentials(source: CredentialSource): Promise<Credentials> {
  const plain = await plainCredentials(source);
  if (plain !== undefined) return fromPlain(plain, source);
  const { clientCredentials } = await import('./client-credentials.ts'); // This loads the Kubernetes client.
  return clientCredentials(source);
}

function fromPlain(
  { server, namespace, token, files, ...tls }: PlainCredentials,
  source: CredentialSource,
): Credentials {
  try {
    assertUsable(tls);
  } catch (error) {
    throw kubeconfigUnusable({ file: sourceName(source), problem: problemOf(error) }, { cause: error });
  }
  const { Agent } = process.getBuiltinModule('node:https'); // Not imported, for the reason given in http-exchange.ts.
  const agent = new Agent({ ...tls, keepAlive: true }); // One agent for all requests, so that connections are reused.
  const options = { ...tls, agent, headers: token === undefined ? {} : { Authorization: `Bearer ${token}` } };
  return {
    server: new URL(server),
    ...(namespace !== undefined && { namespace }),
    options: async () => options,
    files,
    close: () => agent.destroy(),
  };
}

/** Names the source of credentials in messages. */
export const sourceName = (source: CredentialSource): string =>
  source.kind === 'kubeconfig' ? source.file : 'of the pod (in-cluster)';

/** Throws if the certificates or the key of a connection are invalid. */
export function assertUsable({ ca, cert, key }: https.RequestOptions): void {
  if (ca !== undefined) assertCertificate(ca);
  createSecureContext({
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  });
}

// TLS accepts any text as a CA and then trusts nobody, which would look like an unavailable API server.
function assertCertificate(ca: NonNullable<https.RequestOptions['ca']>): void {
  const [first] = [ca].flat();
  if (first !== undefined) new X509Certificate(first);
}
