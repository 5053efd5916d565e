import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ApiUser,
  type Permissions,
  apiPermissions,
  cachedPermissions,
  serviceAccountUser,
} from '../../src/cluster/index.ts';
import { loadCredentials } from '../../src/kube/index.ts';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClusterUnderTest, isRealCluster, startCluster } from '../support/cluster-under-test.ts';
import { serviceAccount, useGrant, user } from '../support/grant-use.ts';
import { patience } from '../support/patience.ts';
import { rawRequest } from '../support/raw-request.ts';

const san = { namespace: 'storage', name: 'san' };
const db = serviceAccountUser('shop', 'db');
const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/storage';

describe('the permissions of an API server', () => {
  let cluster: ClusterUnderTest;
  let permissions: Permissions;
  let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;

  const create = async (path: string, body: object) => {
    const { code } = await rawRequest(cluster, { method: 'POST', path, body });
    expect(code).toBe(201);
  };

  beforeAll(async () => {
    cluster = await startCluster({ authorizeAs: 'rbac' });
    folder = await mkdtempDisposable(join(tmpdir(), 'plexus-permissions-'));
    const file = join(folder.path, 'kubeconfig');
    await cluster.writeKubeconfig(file);
    permissions = apiPermissions({
      credentials: await loadCredentials({ kind: 'kubeconfig', file }),
      report: () => {},
    });
    for (const name of ['shop', 'storage']) await create('/api/v1/namespaces', { metadata: { name } });
    const subjects = [serviceAccount('shop', 'db'), user('alice')];
    const { role, binding } = useGrant({ namespace: 'storage', network: 'san' }, subjects);
    await create(`${rbac}/roles`, role);
    await create(`${rbac}/rolebindings`, binding);
  });
  afterAll(async () => {
    await cluster?.close();
    await folder?.remove();
  });

  it.each<[string, ApiUser, { namespace: string; name: string }, boolean]>([
    ['the bound ServiceAccount', db, san, true],
    ['another ServiceAccount', serviceAccountUser('shop', 'default'), san, false],
    ['a ServiceAccount of that name in another namespace', serviceAccountUser('storage', 'db'), san, false],
    ['another network of the namespace', db, { namespace: 'storage', name: 'lan' }, false],
    ['a network of that name in another namespace', db, { namespace: 'shop', name: 'san' }, false],
    ['the bound user', { user: 'alice', groups: ['system:authenticated'] }, san, true],
    ['an administrator', { user: 'root', groups: ['system:masters'] }, san, true],
  ])('follow the roles: %s', async (_who, who, nad, allowed) => {
    expect(await permissions.mayUse(who, nad, patience())).toMatchObject({ allowed });
  });

  it('name the ServiceAccount of a pod, and the UID of a static pod', async () => {
    const spec = { containers: [{ name: 'main', image: 'none' }] };
    const pods = '/api/v1/namespaces/shop/pods';
    await create(pods, { metadata: { name: 'plain' }, spec });
    await create(pods, { metadata: { name: 'own' }, spec: { ...spec, serviceAccountName: 'db' } });
    const account = (name: string) => permissions.podAccount({ namespace: 'shop', name }, patience());
    expect(await account('plain')).toEqual({ uid: expect.any(String) as string, serviceAccount: 'default' });
    expect(await account('own')).toMatchObject({ serviceAccount: 'db' });
    expect(await account('absent')).toBeUndefined();
  });

  it.skipIf(isRealCluster)('reject if the review is not answered', async () => {
    cluster.faults?.answer(403, { match: ({ resource }) => resource === 'subjectaccessreviews', times: 1 });
    await expect(permissions.mayUse(db, san, patience())).rejects.toMatchObject({ id: 'PLX-API-REFUSED' });
  });
});

describe('cached permissions', () => {
  const counted = (allowed: boolean) => {
    const asked: string[] = [];
    const clock = { now: 0 };
    const permissions: Permissions = {
      podAccount: async () => undefined,
      mayUse: async ({ user: name }) => {
        asked.push(name);
        if (name === 'fails') throw new Error('down');
        return { allowed, reason: '' };
      },
    };
    return { asked, clock, cached: cachedPermissions(permissions, () => clock.now) };
  };
  const someone = (name: string): ApiUser => ({ user: name, groups: [] });

  it.each([
    [true, 30_000],
    [false, 5000],
  ])('keep the answer %s for %i ms', async (allowed, ms) => {
    const { asked, clock, cached } = counted(allowed);
    for (const now of [0, ms - 1, ms, ms + 1]) {
      clock.now = now;
      expect(await cached.mayUse(someone('a'), san, patience())).toEqual({ allowed, reason: '' });
    }
    expect(asked).toEqual(['a', 'a']);
  });

  it('share one request, which outlives a caller that is cancelled', async () => {
    const { asked, cached } = counted(true);
    const stop = new AbortController();
    const [first, second] = [
      cached.mayUse(someone('a'), san, stop.signal),
      cached.mayUse(someone('a'), san, patience()),
    ];
    stop.abort(new Error('cancelled'));
    await expect(first).rejects.toThrow('cancelled');
    expect(await second).toMatchObject({ allowed: true });
    expect(asked).toEqual(['a']);
  });

  it('keep no failure', async () => {
    const { asked, cached } = counted(true);
    for (let times = 0; times < 2; times++)
      await expect(cached.mayUse(someone('fails'), san, patience())).rejects.toThrow('down');
    expect(asked).toEqual(['fails', 'fails']);
  });

  it('keep a bounded number of answers, the most recent ones', async () => {
    const { asked, cached } = counted(true);
    for (let index = 0; index < 2049; index++) await cached.mayUse(someone(`u${index}`), san, patience());
    await cached.mayUse(someone('u1'), san, patience());
    expect(asked).toHaveLength(2049);
    await cached.mayUse(someone('u0'), san, patience());
    expect(asked).toHaveLength(2050);
  });
});
