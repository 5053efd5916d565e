import { mkdir, mkdtempDisposable, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WatchedCluster, connectForLong } from '../../src/cluster/index.ts';
import type { Step } from '../../src/report/index.ts';
import { type ApiServer, startApiServer } from '../support/api-server/index.ts';
import { waitFor } from '../support/wait-for.ts';
import { patience } from '../support/patience.ts';

const nads = 'network-attachment-definitions';
const timing = { page: 2, watchSeconds: 1800, silenceMs: 60_000, firstPauseMs: 5, longestPauseMs: 50 };
const soon = (): AbortSignal => patience();

let server: ApiServer;
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let steps: Step[];
let stop: AbortController;
let running: Promise<void>;
let watched: WatchedCluster;

beforeEach(async () => {
  server = await startApiServer({ bookmarkMs: 100_000 });
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-watch-'));
  steps = [];
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await running;
  await server.close();
  await folder.remove();
});

const put = (name: string, config: string, namespace = 'default') =>
  server.put(nads, { metadata: { name, namespace, annotations: { theirs: 'x'.repeat(1000) } }, spec: { config } });
const config = async (name: string, namespace = 'default') =>
  (await watched.cluster.getNad({ namespace, name }, soon()))?.config;
const asked = (verb: string): readonly string[] =>
  server.requests
    .filter((request) => request.resource === nads && request.verb === verb)
    .map(({ path, query }) => path + query);
const states = (): readonly string[] => steps.flatMap((step) => (step.kind === 'watch-state' ? [step.state] : []));

async function watch(more: Partial<typeof timing> = {}): Promise<void> {
  const file = join(folder.path, 'kubeconfig');
  await server.writeKubeconfig(file);
  await start({ kind: 'kubeconfig', file }, more);
}
async function start(source: Parameters<typeof connectForLong>[0], more: Partial<typeof timing> = {}): Promise<void> {
  watched = await connectForLong(source, (step) => void steps.push(step), { timing: { ...timing, ...more } });
  running = watched.run(stop.signal);
  await waitFor('the watch', async () => watched.state().synced);
}
/** Whether a new change arrives through the watch alone. */
async function arrives(name: string): Promise<void> {
  const before = watched.state().objects;
  put(name, `{"type":"${name}"}`);
  await waitFor(`${name} by the watch`, async () => watched.state().objects === before + 1);
}

describe('the watch of NetworkAttachmentDefinitions', () => {
  it('lists existing objects in pages, and follows creations, changes and removals without another request', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) put(name, `{"type":"${name}"}`);
    put('a', '{"type":"elsewhere"}', 'shop');
    await watch();
    expect(asked('list')).toHaveLength(3);
    expect(watched.state()).toEqual({ synced: true, complete: true, objects: 6, leftOut: 0 });
    put('a', '{"type":"changed"}');
    await arrives('f');
    server.remove(nads, 'default', 'b');
    await waitFor('the removal', async () => watched.state().objects === 6);
    expect([await config('a'), await config('a', 'shop'), await config('e'), await config('f')]).toEqual([
      '{"type":"changed"}',
      '{"type":"elsewhere"}',
      '{"type":"e"}',
      '{"type":"f"}',
    ]);
    expect([asked('get'), asked('watch').length]).toEqual([[], 1]);
  });

  it('makes only one short attempt at a network-status while it is lost, so that a server that never answers delays no pod', async () => {
    await watch();
    server.faults.answer(503, { match: ({ verb }) => verb !== 'patch' });
    server.faults.hang({ match: ({ verb }) => verb === 'patch' });
    server.endWatches();
    await waitFor('the watch is lost', async () => watched.state().problem !== undefined);
    const writing = watched.cluster.patchNetworkStatus(
      { namespace: 'default', name: 'db' },
      '[]',
      new AbortController().signal,
    );
    await expect(writing).rejects.toMatchObject({ id: 'PLX-API-UNAVAILABLE' });
    server.faults.clear();
  });

  it('requests an object that it does not know with one GET, because it may be behind', async () => {
    await watch();
    expect(await config('missing')).toBeUndefined();
    expect(asked('get')).toHaveLength(1);
  });

  it('reports an object that is not a NAD when it is used', async () => {
    server.put(nads, { metadata: { name: 'odd', namespace: 'default' }, spec: { config: 5 } });
    await watch();
    await expect(config('odd')).rejects.toMatchObject({ id: 'PLX-NAD-INVALID' });
  });

  it('reports API requests with verb, resource and status', async () => {
    await watch();
    await config('missing');
    const told = steps.flatMap((step) =>
      step.kind === 'api-request' ? [[step.verb, step.resource, step.status]] : [],
    );
    expect(told).toEqual([
      ['list', nads, 200],
      ['watch', nads, 200],
      ['get', nads, 404],
    ]);
  });
});

describe('the watch continues', () => {
  it.each<{ title: string; act: () => void }>([
    { title: 'after the server ends it', act: () => server.endWatches() },
    { title: 'after an incomplete line', act: () => server.truncateWatches() },
    { title: 'with a new list after 410 as an event', act: () => server.expireWatches() },
    { title: 'with a new list after 410 as a status', act: () => (server.compact('status'), server.endWatches()) },
  ])('$title', async ({ act }) => {
    put('a', '{}');
    await watch();
    act();
    put('while-away', '{"type":"while-away"}');
    await waitFor('the change meanwhile', async () => watched.state().objects === 2);
    await arrives('later');
    expect(asked('get')).toEqual([]);
  });

  it.each<{ title: string; arm: () => void }>([
    { title: 'status 500', arm: () => server.faults.answer(500, { times: 5 }) },
    { title: 'status 401', arm: () => server.faults.unauthorized({ times: 3 }) },
    { title: '429 with Retry-After', arm: () => server.faults.tooManyRequests(1, { times: 1 }) },
    { title: 'dropped connections', arm: () => server.faults.drop('before', { times: 5 }) },
    { title: 'lines that are not JSON', arm: () => server.faults.watch('garbage', 0, { times: 3 }) },
    { title: 'watches that end at once', arm: () => server.faults.watch('end', 0, { times: 3 }) },
    { title: 'watches that are dropped at once', arm: () => server.faults.watch('drop', 0, { times: 3 }) },
    { title: 'watches that expire at once', arm: () => server.faults.watch('expire', 0, { times: 3 }) },
  ])('after $title', async ({ arm }) => {
    await watch();
    arm();
    server.endWatches();
    await waitFor('a watch', async () => server.openWatches() === 1);
    await arrives('later');
    await waitFor('a watch that stays', async () => watched.state().synced);
  });

  it('after an outage of the API server, which it reports once while it serves what it knows', async () => {
    put('a', '{"type":"a"}');
    await watch();
    await server.goAway();
    await waitFor('the loss', async () => !watched.state().synced);
    expect(watched.state()).toMatchObject({
      complete: true,
      objects: 1,
      problem: expect.stringContaining('watch network-attachment-definitions'),
    });
    expect(await config('a')).toBe('{"type":"a"}');
    await server.comeBack();
    await waitFor('the watch', async () => watched.state().synced);
    await arrives('later');
    expect(states()).toEqual(['synced', 'lost', 'synced']);
  });

  it('with one list without pages, after a list expired', async () => {
    for (const name of ['a', 'b', 'c']) put(name, '{}');
    server.faults.answer(410, { times: 1, match: ({ query }) => query.has('continue') });
    await watch();
    expect(watched.state().objects).toBe(3);
    expect(asked('list').at(-1)).not.toContain('limit');
  });

  it('after a silently dead connection', async () => {
    await watch({ silenceMs: 200 }); // The server sends no bookmarks.
    await waitFor('another watch', async () => asked('watch').length >= 3);
    await arrives('later');
  });

  it('without objects that were removed during the outage', async () => {
    put('a', '{}');
    put('b', '{}');
    await watch();
    await server.goAway();
    server.remove(nads, 'default', 'a');
    server.compact();
    await server.comeBack();
    await waitFor('the list', async () => watched.state().objects === 1);
  });
});

describe('changing credentials', () => {
  it('a token in its own file is reloaded', async () => {
    const token = join(folder.path, 'token');
    await writeFile(token, server.token);
    await writeFile(join(folder.path, 'kubeconfig'), server.kubeconfig({ tokenFile: 'token' }));
    await start({ kind: 'kubeconfig', file: join(folder.path, 'kubeconfig') });
    await rotate(token);
  });

  it('those of the pod itself are reloaded', async () => {
    const inside = join(folder.path, 'var/run/secrets/kubernetes.io/serviceaccount');
    await mkdir(inside, { recursive: true });
    await writeFile(join(inside, 'ca.crt'), server.caCert);
    await writeFile(join(inside, 'token'), server.token);
    const { hostname, port } = new URL(server.url);
    const before = { ...process.env };
    Object.assign(process.env, { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port });
    await start({ kind: 'in-cluster', root: folder.path });
    process.env = before;
    // As in a pod, for its whole life.
    Object.assign(process.env, { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port });
    await rotate(join(inside, 'token'));
    process.env = before;
  });

  it('a kubeconfig that is replaced, and incomplete for a moment, is reloaded', async () => {
    await watch();
    const file = join(folder.path, 'kubeconfig');
    server.setToken('the next one');
    await writeFile(file, server.kubeconfig().slice(0, 80));
    server.endWatches();
    await waitFor('the loss', async () => !watched.state().synced);
    await writeFile(`${file}.new`, server.kubeconfig());
    await rename(`${file}.new`, file);
    await waitFor('the watch', async () => watched.state().synced);
    expect(await config('missing')).toBeUndefined();
  });

  async function rotate(file: string): Promise<void> {
    server.setToken('the next one');
    await writeFile(file, server.token);
    server.endWatches();
    await arrives('with-the-next-token');
    expect(await config('missing')).toBeUndefined();
    expect(watched.state().synced).toBe(true);
  }

  it('invalid credentials are reported at start', async () => {
    running = Promise.resolve();
    await writeFile(join(folder.path, 'kubeconfig'), '{}');
    const starting = connectForLong({ kind: 'kubeconfig', file: join(folder.path, 'kubeconfig') }, () => {});
    await expect(starting).rejects.toMatchObject({ id: 'PLX-KUBECONFIG-UNUSABLE' });
  });
});
