import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parse } from 'yaml';
import { type ClusterAccess, kubeconfigText, makeCertificates, nadCrdFile } from './api-server/index.ts';
import { rawRequest } from './raw-request.ts';
import { patience, patienceMs } from './patience.ts';

// The flags are those that envtest passes to the two programs.

const stopMs = 5_000;

/** Starts etcd and kube-apiserver from a folder, and creates the definition of NetworkAttachmentDefinitions. */
export async function startKubeApiServer(assets: string): Promise<ClusterAccess> {
  const programs = { etcd: join(assets, 'etcd'), apiServer: join(assets, 'kube-apiserver') };
  for (const program of Object.values(programs)) await access(program);
  const dir = await mkdtemp(join(tmpdir(), 'plexus-kube-apiserver-'));
  const children: Child[] = [];
  const close = async (): Promise<void> => {
    for (const child of children.toReversed()) await stop(child.process);
    await rm(dir, { recursive: true, force: true });
  };
  try {
    const etcdPort = await freePort();
    children.push(start(programs.etcd, etcdFlags(dir, etcdPort)));
    const port = await freePort();
    const { caCert, token } = await writeCredentials(dir);
    children.push(start(programs.apiServer, apiServerFlags(dir, { port, etcdPort })));
    const connection: Connection = { url: `https://127.0.0.1:${port}`, caCert, token };
    await becomeReady(connection, children);
    const kubeconfig: ClusterAccess['kubeconfig'] = (more = {}) => kubeconfigText({ ...connection, ...more });
    return {
      ...connection,
      kubeconfig,
      writeKubeconfig: (path) => writeFile(path, kubeconfig(), { mode: 0o600 }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Connection {
  readonly url: string;
  readonly caCert: string;
  readonly token: string;
}

interface Child {
  readonly process: ChildProcess;
  /** The last part of its stderr. */
  readonly lastWords: () => string;
}

const etcdFlags = (dir: string, port: number): string[] => [
  `--data-dir=${join(dir, 'etcd')}`,
  `--listen-client-urls=http://127.0.0.1:${port}`,
  `--advertise-client-urls=http://127.0.0.1:${port}`,
  '--listen-peer-urls=http://127.0.0.1:0',
  '--unsafe-no-fsync',
];

const apiServerFlags = (dir: string, { port, etcdPort }: { port: number; etcdPort: number }): string[] => [
  `--etcd-servers=http://127.0.0.1:${etcdPort}`,
  '--bind-address=127.0.0.1',
  '--advertise-address=127.0.0.1',
  `--secure-port=${port}`,
  `--cert-dir=${dir}`,
  `--tls-cert-file=${join(dir, 'server.crt')}`,
  `--tls-private-key-file=${join(dir, 'server.key')}`,
  `--token-auth-file=${join(dir, 'tokens.csv')}`,
  '--authorization-mode=RBAC',
  '--service-account-issuer=https://127.0.0.1',
  `--service-account-key-file=${join(dir, 'service-account.key')}`,
  `--service-account-signing-key-file=${join(dir, 'service-account.key')}`,
  '--service-cluster-ip-range=10.0.0.0/24',
  // No controller creates the service account that every pod needs.
  '--disable-admission-plugins=ServiceAccount',
  '--allow-privileged=true',
];

async function writeCredentials(dir: string): Promise<{ caCert: string; token: string }> {
  const { caCert, cert, key } = await makeCertificates();
  const token = randomUUID();
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const files = {
    'server.crt': cert,
    'server.key': key,
    'service-account.key': privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    'tokens.csv': `${token},plexus-test,plexus-test,"system:masters"\n`,
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(dir, name), content, { mode: 0o600 });
  return { caCert, token };
}

function start(program: string, flags: readonly string[]): Child {
  const child = spawn(program, flags, { stdio: ['ignore', 'ignore', 'pipe'] });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    words = (words + chunk).slice(-4_000);
  });
  // A program that cannot be started counts as one that has ended.
  child.on('error', (error) => {
    words += error.message;
  });
  return { process: child, lastWords: () => `${program}: ${words}` };
}

async function becomeReady(connection: Connection, children: readonly Child[]): Promise<void> {
  const deadline = patience();
  const until = (what: string, isSo: () => Promise<boolean>): Promise<void> => poll({ what, isSo, children, deadline });
  const answers = async (path: string): Promise<boolean> => (await rawRequest(connection, { path })).code === 200;
  await until('/readyz', () => answers('/readyz'));
  // The server creates the default namespaces a moment after it is ready.
  await until('namespace default', () => answers('/api/v1/namespaces/default'));
  await until('namespace kube-system', () => answers('/api/v1/namespaces/kube-system'));
  await createNadCrd(connection);
  // Stricter than the condition Established: the resource is served.
  await until('NetworkAttachmentDefinitions', () => answers('/apis/k8s.cni.cncf.io/v1/network-attachment-definitions'));
}

async function createNadCrd(connection: Connection): Promise<void> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const crd: unknown = parse(await readFile(nadCrdFile, 'utf8'));
  const { code, body } = await rawRequest(connection, { method: 'POST', path, body: crd });
  if (code !== 201) throw new Error(`creating the NetworkAttachmentDefinition CRD: ${code} ${JSON.stringify(body)}`);
}

interface Poll {
  readonly what: string;
  readonly isSo: () => Promise<boolean>;
  readonly children: readonly Child[];
  readonly deadline: AbortSignal;
}

async function poll({ what, isSo, children, deadline }: Poll): Promise<void> {
  // A refused connection means "not yet".
  while (!(await isSo().catch(() => false))) {
    const output = children.map((child) => child.lastWords()).join('\n');
    if (children.some((child) => hasEnded(child.process))) throw new Error(`ended before ${what}:\n${output}`);
    if (deadline.aborted) throw new Error(`no ${what} after ${patienceMs} ms:\n${output}`);
    await wait(100);
  }
}

const hasEnded = (child: ChildProcess): boolean =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), stopMs);
  await ended;
  clearTimeout(force);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
