import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join, dirname, resolve } from 'node:path';
import type { CredentialSource } from './credential-source.ts';

/** Credentials that need neither an exec plugin nor a cloud provider. */
export interface PlainCredentials {
  readonly server: string;
  readonly namespace?: string;
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly token?: string;
  readonly rejectUnauthorized?: false;
  /** The files that were read. */
  readonly files: readonly string[];
}

const ofPod = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Loads the credentials of a pod, or of a kubeconfig with certificates and tokens only. They are read here because
 * loading the Kubernetes client can take longer than a whole ADD. Undefined for any other or invalid source: the client
 * supports more of them and reports what is missing.
 */
export async function plainCredentials(source: CredentialSource): Promise<PlainCredentials | undefined> {
  if (source.as !== undefined) return undefined; // The client impersonates.
  try {
    return source.kind === 'in-cluster' ? await ofThisPod(source.root ?? '') : await ofKubeconfig(source);
  } catch {
    return undefined; // The client detects the same problem and reports it.
  }
}

async function ofThisPod(root: string): Promise<PlainCredentials | undefined> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
  if (!host || !port || ['80', '8080', '8001'].includes(port)) return undefined;
  const [caFile, tokenFile, namespaceFile] = ['ca.crt', 'token', 'namespace'].map((name) =>
    join(root === '' ? '/' : root, ofPod, name),
  ) as [string, string, string];
  const [ca, token, namespace] = await Promise.all([
    readFile(caFile),
    readFile(tokenFile, 'utf8'),
    readFile(namespaceFile, 'utf8').catch(() => ''),
  ]);
  return {
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    ca,
    token: token.trim(),
    ...(namespace !== '' && { namespace }),
    files: [caFile, tokenFile],
  };
}

type Fields = Readonly<Record<string, unknown>>;

async function ofKubeconfig({
  file,
  more = [],
  context: chosen,
}: CredentialSource & { readonly kind: 'kubeconfig' }): Promise<PlainCredentials | undefined> {
  if (more.length > 0) return undefined;
  const { context, cluster, user } = partsOf(await parseKubeconfig(await readFile(file, 'utf8')), chosen);
  const [server, namespace] = [textOf(cluster['server']), textOf(context['namespace'])];
  if (server?.startsWith('https:') !== true || !isPlain(cluster, clusterKeys) || !isPlain(user, userKeys))
    return undefined;
  return {
    server,
    ...(namespace !== undefined && { namespace }),
    ...(cluster['insecure-skip-tls-verify'] === true && { rejectUnauthorized: false as const }),
    ...(await secretsOf(cluster, user, file)),
  };
}

/** Throws if one of them is missing. */
function partsOf(config: Fields, chosen: string | undefined): Readonly<Record<'context' | 'cluster' | 'user', Fields>> {
  const context = partOf(config, { list: 'contexts', name: chosen ?? config['current-context'], key: 'context' });
  const cluster = partOf(config, { list: 'clusters', name: context['cluster'], key: 'cluster' });
  return { context, cluster, user: partOf(config, { list: 'users', name: context['user'], key: 'user' }) };
}

/** Reads the secrets in the kubeconfig, or in files that it names. */
async function secretsOf(cluster: Fields, user: Fields, file: string): Promise<Omit<PlainCredentials, 'server'>> {
  const files: string[] = [file];
  const fromFile = async (path: string | undefined): Promise<Buffer | undefined> => {
    if (path === undefined) return undefined;
    const place = resolve(dirname(file), path);
    files.push(place);
    return readFile(place);
  };
  const read = async (fields: Fields, key: string): Promise<Buffer | undefined> => {
    const data = textOf(fields[`${key}-data`]);
    return data === undefined ? fromFile(textOf(fields[key])) : Buffer.from(data, 'base64');
  };
  const found = {
    ca: await read(cluster, 'certificate-authority'),
    cert: await read(user, 'client-certificate'),
    key: await read(user, 'client-key'),
    // A header cannot contain a line end.
    token: textOf(user['token']) ?? (await fromFile(textOf(user['tokenFile'])))?.toString('utf8').trim(),
  };
  const given = Object.fromEntries(
    Object.entries(found).filter(([, value]) => value !== undefined),
  ) as Partial<PlainCredentials>;
  return { ...given, files };
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

async function parseKubeconfig(text: string): Promise<Fields> {
  if (text.trimStart().startsWith('{')) return JSON.parse(text) as Fields;
  return ((await import('yaml')).parse(text) ?? {}) as Fields;
}

/** Finds an element by name in one of the file's lists. */
function partOf(
  config: Fields,
  { list, name, key }: { readonly list: string; readonly name: unknown; readonly key: string },
): Fields {
  const found = (config[list] as readonly Fields[]).find((each) => each['name'] === name)?.[key];
  if (typeof name !== 'string' || typeof found !== 'object' || found === null) throw new Error(`no ${key}`);
  return found as Fields;
}

// Of each pair, one key is required.
const clusterKeys = [['server'], ['certificate-authority', 'certificate-authority-data'], ['insecure-skip-tls-verify']];
const userKeys = [
  ['client-certificate', 'client-certificate-data'],
  ['client-key', 'client-key-data'],
  ['token', 'tokenFile'],
];

const isPlain = (fields: Fields, groups: readonly (readonly string[])[]): boolean =>
  Object.keys(fields).every((key) => groups.flat().includes(key)) &&
  groups.every((group) => group.filter((key) => fields[key] !== undefined).length <= 1);
