import { constantFrom, assert, asyncProperty, option, record as object } from 'fast-check';
import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainCredentials } from '../../src/kube/plain-credentials.ts';

let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
beforeAll(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-plain-'));
  for (const name of ['ca', 'cert', 'key', 'token']) await writeFile(join(folder.path, name), `the ${name}`);
});
afterAll(() => folder.remove());

const written = async (cluster: object, user: object, context: object = {}): Promise<string> => {
  const config = {
    'current-context': 'x',
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', ...context } }],
    clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.1:6443', ...cluster } }],
    users: [{ name: 'u', user }],
  };
  const file = join(folder.path, 'kubeconfig');
  await writeFile(file, JSON.stringify(config));
  return file;
};
const plain = async (cluster: object, user: object) =>
  plainCredentials({ kind: 'kubeconfig', file: await written(cluster, user) });
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const some = (...values: readonly string[]) => option(constantFrom(...values), { nil: undefined });

describe('credentials without the Kubernetes client', () => {
  it('equal those that the Kubernetes client reads from the same kubeconfig', async () => {
    const clusters = object({
      'certificate-authority': some('ca'),
      'insecure-skip-tls-verify': option(constantFrom(true, false), { nil: undefined }),
    });
    const users = object({
      'client-certificate-data': some(base64('c')),
      'client-key': some('key'),
      token: some('t0k'),
    });
    await assert(
      asyncProperty(clusters, users, async (cluster, user) => {
        const file = await written(cluster, user);
        const client = new KubeConfig();
        client.loadFromFile(file);
        const options: {
          ca?: Buffer;
          cert?: Buffer;
          key?: Buffer;
          rejectUnauthorized?: boolean;
          headers?: Record<string, string>;
        } = {};
        await client.applyToHTTPSOptions(options as never);
        const { ca, cert, key, token, rejectUnauthorized, server } =
          (await plainCredentials({ kind: 'kubeconfig', file })) ?? {};
        const text = (value: Buffer | string | null | undefined): string | undefined => value?.toString();
        expect([
          server,
          text(ca),
          text(cert),
          text(key),
          rejectUnauthorized === false,
          token && `Bearer ${token}`,
        ]).toEqual([
          client.getCurrentCluster()?.server,
          text(options.ca),
          text(options.cert),
          text(options.key),
          options.rejectUnauthorized === false,
          options.headers?.['Authorization'],
        ]);
      }),
      { numRuns: 40 },
    );
  });
  it('include a token from its own file, and list every file that was read', async () => {
    const found = await plain({ 'certificate-authority': 'ca' }, { tokenFile: 'token' });
    expect([found?.token, found?.files.map((file) => file.slice(folder.path.length + 1)).toSorted()]).toEqual([
      'the token',
      ['ca', 'kubeconfig', 'token'],
    ]);
  });
  it('exclude the line end after a token that an editor wrote, as kubectl does', async () => {
    await writeFile(join(folder.path, 'edited'), 'the token\r\n');
    expect((await plain({}, { tokenFile: 'edited' }))?.token).toBe('the token');
  });
  it('are read from the pod that this process runs in', async () => {
    const own = join(folder.path, 'var/run/secrets/kubernetes.io/serviceaccount');
    await mkdir(own, { recursive: true });
    for (const name of ['ca.crt', 'token', 'namespace']) await writeFile(join(own, name), `its ${name}`);
    const before = { ...process.env };
    Object.assign(process.env, { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' });
    try {
      expect(await plainCredentials({ kind: 'in-cluster', root: folder.path })).toMatchObject({
        server: 'https://[fd00::1]:443',
        token: 'its token',
        namespace: 'its namespace',
      });
    } finally {
      process.env = before;
    }
  });
  it.each([
    { title: 'an exec plugin', cluster: {}, user: { exec: { command: 'aws' } } },
    { title: 'a cloud provider', cluster: {}, user: { 'auth-provider': { name: 'oidc' } } },
    { title: 'a password', cluster: {}, user: { username: 'a', password: 'b' } },
    { title: 'impersonation', cluster: {}, user: { as: 'root', token: 't' } },
    { title: 'a proxy', cluster: { 'proxy-url': 'http://p' }, user: {} },
    { title: 'another name of the server', cluster: { 'tls-server-name': 's' }, user: {} },
    { title: 'a duplicate key', cluster: {}, user: { token: 't', tokenFile: 'token' } },
    { title: 'a missing file', cluster: { 'certificate-authority': 'none' }, user: {} },
  ])('are left to the client for: $title', async ({ cluster, user }) => {
    expect(await plain(cluster, user)).toBeUndefined();
  });
});
