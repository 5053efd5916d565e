import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadCredentials } from '../../src/kube/index.ts';
import { quiet } from '../../src/report/index.ts';
import { podSettings } from '../../src/validate/index.ts';
import { usesNad } from '../../src/webhook/judge.ts';
import { type Sources, clusterSources } from '../../src/webhook/sources.ts';
import { startApiServer } from '../support/api-server/index.ts';
import { patience } from '../support/patience.ts';
import { rawRequest } from '../support/raw-request.ts';
import { waitFor } from '../support/wait-for.ts';

const nad = { namespace: 'shop', name: 'a' };
const podWith = (entries: readonly object[]) => ({
  metadata: {
    namespace: 'shop',
    annotations: { 'k8s.v1.cni.cncf.io/network-status': JSON.stringify(entries) },
  },
});
const own = { name: 'shop/a' };
const sourcesOf = async (file: string): Promise<Sources> =>
  clusterSources({
    credentials: { kind: 'kubeconfig', file },
    api: { credentials: await loadCredentials({ kind: 'kubeconfig', file }), report: quiet },
    resourceNameKeys: [],
    switchesAt: { namespace: 'kube-system', name: 'none' },
  });

it('a pod whose status states that a network is attached uses it', () => {
  expect(usesNad(podWith([{ name: 'shop/b' }, own]), nad, 'kube-system')).toBe(true);
  expect(usesNad(podWith(Array.from({ length: 1000 }, () => own)), nad, 'kube-system')).toBe(true);
});

it('a status with more values than that of any pod is not decoded: its author could delay the webhook', () => {
  expect(usesNad(podWith([own, ...Array.from({ length: 40_000 }, () => ({}))]), nad, 'kube-system')).toBe(false);
});

it('the pods of the cluster are listed for one deletion of a network at a time', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-uses-'));
  const api = await startApiServer();
  const file = join(folder.path, 'kubeconfig');
  await api.writeKubeconfig(file);
  let most = 0;
  const match = (): boolean => {
    most = Math.max(most, api.requests.filter(({ resource, code }) => resource === 'pods' && code === 0).length);
    return true;
  };
  api.faults.delay(50, { match });
  const sources = await sourcesOf(file);
  const nads = ['shop', 'shop', 'lab', 'shop', 'lab'].map((namespace) => ({ namespace, name: 'a' }));
  const users = await Promise.all(nads.map((each) => sources.podsUsing(each, podSettings(), patience())));
  expect(users).toEqual(nads.map(() => []));
  expect(most).toBe(1);
  await api.close();
});

it('long default networks of a namespace are read when they are needed, and not kept', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-namespaces-'));
  const api = await startApiServer();
  const file = join(folder.path, 'kubeconfig');
  await api.writeKubeconfig(file);
  const long = Array.from({ length: 32 }, (_, at) => `${'n'.repeat(100)}-${at}`).join(',');
  for (const [name, networks] of [
    ['short', 'a,b'],
    ['long', long],
  ])
    await rawRequest(api, {
      method: 'POST',
      path: '/api/v1/namespaces',
      body: { metadata: { name, annotations: { 'plexus-cni.io/default-networks': networks } } } as never,
    });
  const stop = new AbortController();
  const sources = await sourcesOf(file);
  const ended = sources.run(stop.signal);
  await waitFor('the watches', async () => sources.notReady() === undefined);
  const before = api.requests.length;
  expect(await sources.defaultNetworks('short', patience())).toBe('a,b');
  expect(await sources.defaultNetworks('long', patience())).toBe(long);
  const since = api.requests.slice(before).filter(({ resource, verb }) => resource === 'namespaces' && verb === 'get');
  expect(since.map(({ name }) => name)).toEqual(['long']);
  stop.abort();
  await ended;
  await api.close();
});
