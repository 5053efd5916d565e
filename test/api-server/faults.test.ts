import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ApiServer, startApiServer, type WatchFailure } from '../support/api-server/index.ts';
import { type RawAnswer, rawRequest, rawWatch } from '../support/raw-request.ts';
import { aNad, aPod, nadPath } from './objects.ts';

// Features of the embedded server only.
const pods = '/api/v1/namespaces/default/pods';
let server: ApiServer;

beforeEach(async () => {
  server = await startApiServer();
});
afterEach(() => server.close());

const get = (path = pods): Promise<RawAnswer> => rawRequest(server, { path });
const post = (name: string): Promise<RawAnswer> =>
  rawRequest(server, { method: 'POST', path: pods, body: aPod('default', name) });
const put = (name: string): unknown => server.put('pods', { metadata: { name } });

describe('injected faults', () => {
  it('answers with the configured status, the configured number of times', async () => {
    const fault = server.faults.tooManyRequests(7, { times: 2 });
    const answers = [await get(), await get(), await get()];
    expect(answers.map(({ code, headers }) => [code, headers['retry-after']])).toEqual([
      [429, '7'],
      [429, '7'],
      [200, undefined],
    ]);
    expect(fault.used()).toBe(2);
  });

  it.each([500, 503])('answers %i to matching requests only, until it is removed', async (code) => {
    const takeBack = server.faults.answer(code, { match: ({ verb }) => verb === 'create' });
    expect([(await get()).code, (await post('a')).code]).toEqual([200, code]);
    takeBack();
    expect((await post('a')).code).toBe(201);
  });

  it.each([
    { when: 'before', stored: false },
    { when: 'middle', stored: true },
    { when: 'after', stored: true },
  ] as const)('drops a connection $when; the pod is stored: $stored', async ({ when, stored }) => {
    server.faults.drop(when, { times: 1 });
    await expect(post('dropped')).rejects.toThrow(/aborted|hang up|ECONNRESET/);
    expect(server.get('pods', 'default', 'dropped') !== undefined).toBe(stored);
  });
});

describe('delays and credentials', () => {
  it('a delay ends when the server closes, and a hanging request ends as well', async () => {
    server.faults.delay(3_600_000, { match: ({ verb }) => verb === 'list' });
    server.faults.hang({ match: ({ verb }) => verb === 'get' });
    const both = Promise.allSettled([get(), get(`${pods}/x`)]);
    await vi.waitUntil(() => server.requests.length === 2);
    await server.close();
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('an expired token is answered with 401 once; a rotated one until the client has the new token', async () => {
    server.faults.unauthorized({ times: 1 });
    expect([(await get()).code, (await get()).code]).toEqual([401, 200]);
    const old = server.token;
    server.setToken('new');
    expect((await rawRequest(server, { path: pods, token: old })).code).toBe(401);
    expect((await get()).code).toBe(200);
  });

  it('authorize answers 403, and an access review agrees', async () => {
    const strict = await startApiServer({
      authorize: ({ verb, subresource }) => verb === 'patch' && subresource === 'status',
    });
    const refused = await rawRequest(strict, { path: pods });
    const review = (resourceAttributes: object): Promise<RawAnswer> =>
      rawRequest(strict, {
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        body: { spec: { resourceAttributes } },
      });
    const status = { verb: 'patch', resource: 'pods', subresource: 'status', namespace: 'default' };
    expect(refused.body['message']).toBe(
      'pods is forbidden: User "plexus-test" cannot list resource "pods" in API group "" in the namespace "default"',
    );
    expect((await review(status)).body['status']).toEqual({ allowed: true });
    expect((await review({ ...status, verb: 'get' })).body['status']).toEqual({ allowed: false });
    await strict.close();
  });
});

describe('watch faults', () => {
  it.each([
    { how: 'end', types: ['ADDED', 'end'] },
    { how: 'truncate', types: ['ADDED', 'SyntaxError'] },
    { how: 'drop', types: ['ADDED', 'Error'] },
    { how: 'expire', types: ['ADDED', 'ERROR', 'end'] },
    { how: 'garbage', types: ['SyntaxError'] },
  ] as const)('fails a watch after one event with $how', async ({ how, types }) => {
    put('a');
    server.faults.watch(how satisfies WatchFailure, how === 'garbage' ? 0 : 1, { times: 1 });
    const watch = await rawWatch(server, `${pods}?watch=true`);
    expect(await outcome(watch, types.length)).toEqual(types);
    watch.close();
  });

  it.each([
    { name: 'endWatches', types: ['end'] },
    { name: 'expireWatches', types: ['ERROR', 'end'] },
    { name: 'truncateWatches', types: ['SyntaxError'] },
  ] as const)('$name affects every open watch', async ({ name, types }) => {
    const watch = await rawWatch(server, `${pods}?watch=true`);
    server[name]();
    expect(await outcome(watch, types.length)).toEqual(types);
    watch.close();
  });
});

describe('bookmarks and versions of watches', () => {
  it('bookmarks have the version of the whole store', async () => {
    const watch = await rawWatch(server, `${pods}?watch=true&allowWatchBookmarks=true`);
    const nad = server.put('network-attachment-definitions', { ...aNad('default', 'elsewhere') });
    server.sendBookmarks();
    const { resourceVersion } = nad.metadata;
    expect(await watch.next()).toMatchObject({
      type: 'BOOKMARK',
      object: { kind: 'Pod', metadata: { resourceVersion } },
    });
    watch.close();
  });

  it('sendInitialEvents ends with a marked bookmark', async () => {
    put('a');
    const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const watch = await rawWatch(server, `${pods}?${query}`);
    expect(await outcome(watch, 1)).toEqual(['ADDED']);
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    expect(await watch.next()).toMatchObject({ type: 'BOOKMARK', object: { metadata: { annotations } } });
    watch.close();
  });

  it('after compaction an old version is answered with 410, in the stream or as status', async () => {
    const old = (await get()).body['metadata'] as { resourceVersion: string };
    put('a');
    put('b');
    const page = (await get(`${pods}?limit=1`)).body['metadata'] as { continue: string };
    server.compact();
    const path = `${pods}?watch=true&resourceVersion=${old.resourceVersion}`;
    const watch = await rawWatch(server, path);
    expect(await watch.next()).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
    expect(await watch.next()).toBeUndefined();
    put('c');
    server.compact('status');
    expect((await get(path)).code).toBe(410);
    expect((await get(`${pods}?limit=1&continue=${page.continue}`)).code).toBe(410);
    expect((await get(`${pods}?resourceVersion=${old.resourceVersion}&resourceVersionMatch=Exact`)).code).toBe(410);
  });
});

describe('the server object', () => {
  it('logs every request', async () => {
    await rawRequest(server, { path: `${pods}?limit=1`, headers: { 'User-Agent': 'plexus/1' } });
    const created = await post('logged');
    const [list, create] = server.requests;
    expect(list).toMatchObject({ verb: 'list', resource: 'pods', query: '?limit=1', userAgent: 'plexus/1', code: 200 });
    expect(create).toMatchObject({
      verb: 'create',
      method: 'POST',
      path: pods,
      namespace: 'default',
      code: created.code,
    });
    expect(create?.requestBytes).toBe(JSON.stringify(aPod('default', 'logged')).length);
    expect(create?.responseBytes).toBeGreaterThan(200);
  });

  it('stops and restarts at the same address with all its objects', async () => {
    put('kept');
    const watch = await rawWatch(server, `${pods}?watch=true`);
    expect(await outcome(watch, 1)).toEqual(['ADDED']);
    await server.goAway();
    expect(await outcome(watch, 1)).toEqual(['Error']);
    await expect(get()).rejects.toThrow(/ECONNREFUSED/);
    await server.comeBack();
    expect((await get(`${pods}/kept`)).code).toBe(200);
    expect(server.openWatches()).toBe(0);
  });

  it('serves NetworkAttachmentDefinitions only while their definition exists', async () => {
    const bare = await startApiServer({ nadCrd: false });
    const [crd] = server.all('customresourcedefinitions');
    expect((await rawRequest(bare, { path: nadPath('default') })).code).toBe(404);
    const { resourceVersion: _version, ...metadata } = crd?.metadata ?? {};
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const { body } = await rawRequest(bare, { method: 'POST', path, body: { ...crd, metadata, status: undefined } });
    expect(body['status']).toMatchObject({
      conditions: [{ type: 'NamesAccepted' }, { type: 'Established', status: 'True' }],
    });
    expect((await rawRequest(bare, { path: nadPath('default') })).code).toBe(200);
    await bare.close();
  });
});

describe('finalizers and kubeconfig', () => {
  it('an object with finalizers stays, marked for deletion, until they are removed', async () => {
    server.put('pods', { ...aPod('default', 'held', { finalizers: ['example.com/hold'] }) });
    const path = `${pods}/held`;
    expect((await rawRequest(server, { method: 'DELETE', path })).code).toBe(200);
    expect(server.get('pods', 'default', 'held')?.metadata.deletionTimestamp).toBeTypeOf('string');
    const headers = { 'Content-Type': 'application/merge-patch+json' };
    await rawRequest(server, { method: 'PATCH', path, headers, body: { metadata: { finalizers: null } } });
    expect((await get(path)).code).toBe(404);
  });

  it('writes a kubeconfig', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'plexus-kubeconfig-'));
    await server.writeKubeconfig(join(dir, 'kubeconfig'));
    expect(JSON.parse(server.kubeconfig({ tokenFile: '/t' })).users).toEqual([
      { name: 'plexus-test', user: { tokenFile: '/t' } },
    ]);
    await rm(dir, { recursive: true });
  });
});

/** The next steps of a watch: event types, "end", or the error's name. */
async function outcome(watch: Awaited<ReturnType<typeof rawWatch>>, steps: number): Promise<string[]> {
  const seen: string[] = [];
  for (let step = 0; step < steps; step += 1) {
    const event = await watch.next().catch((error: Error) => ({ type: error.name }));
    seen.push(event?.type ?? 'end');
  }
  return seen;
}
