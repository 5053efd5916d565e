import { randomBytes } from 'node:crypto';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../support/api-server/index.ts';
import { type ClusterUnderTest, startCluster } from '../support/cluster-under-test.ts';
import { type RawWatch, rawRequest, rawWatch, type WatchEvent } from '../support/raw-request.ts';
import { aNad, aPod, nadPath } from './objects.ts';

// Also runs against a real kube-apiserver: see startCluster.
const namespace = `lists-${randomBytes(4).toString('hex')}`;
const pods = `/api/v1/namespaces/${namespace}/pods`;
const metadataList = { Accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' };
const metadataObject = { Accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' };
const asTable = { Accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' };

const withFallback = ({ Accept }: { Accept: string }) => ({ Accept: `${Accept},application/json` });

let cluster: ClusterUnderTest;
let core: CoreV1Api;

beforeAll(async () => {
  cluster = await startCluster();
  const config = new KubeConfig();
  config.loadFromString(cluster.kubeconfig());
  core = config.makeApiClient(CoreV1Api);
  await core.createNamespace({ body: { metadata: { name: namespace } } });
  const labels = [{ app: 'web', tier: 'a' }, { app: 'web', tier: 'b' }, { app: 'db' }, {}];
  for (const [index, own] of labels.entries()) await create(`p${index}`, own);
});

afterAll(async () => {
  await core.deleteCollectionNamespacedPod({ namespace, gracePeriodSeconds: 0 });
  await cluster.close();
});

const create = (name: string, labels: Record<string, string> = {}): Promise<unknown> =>
  core.createNamespacedPod({ namespace, body: aPod(namespace, name, { labels }) });
const label = (name: string, value: string | null): Promise<unknown> =>
  rawRequest(cluster, {
    method: 'PATCH',
    path: `${pods}/${name}`,
    headers: { 'Content-Type': 'application/merge-patch+json' },
    body: { metadata: { labels: { mark: value } } },
  });
const remove = (name: string): Promise<unknown> => core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 });
const currentVersion = async (): Promise<string> =>
  (await core.listNamespacedPod({ namespace })).metadata?.resourceVersion ?? '';

/** Events up to the last expected one, each as "TYPE name"; without bookmarks. */
async function eventsUntil(path: string, last: string): Promise<string[]> {
  const watch = await rawWatch(cluster, path);
  const seen: string[] = [];
  while (seen.at(-1) !== last) {
    const event = await watch.next();
    if (!event) break;
    if (event.type !== 'BOOKMARK') seen.push(`${event.type} ${nameOf(event)}`);
  }
  watch.close();
  return seen;
}

async function typesUntilTheEnd(watch: RawWatch): Promise<string[]> {
  const types: string[] = [];
  for (let event = await watch.next(); event; event = await watch.next()) types.push(event.type);
  return types;
}
const nameOf = ({ object }: WatchEvent): string => String(object.metadata?.['name']);

describe('lists', () => {
  it.each([
    { labelSelector: 'app=web', names: ['p0', 'p1'] },
    { labelSelector: 'app==web,tier!=a', names: ['p1'] },
    { labelSelector: 'app!=web', names: ['p2', 'p3'] },
    { labelSelector: 'app in (web, db)', names: ['p0', 'p1', 'p2'] },
    { labelSelector: 'app notin (web)', names: ['p2', 'p3'] },
    { labelSelector: 'tier', names: ['p0', 'p1'] },
    { labelSelector: '!app', names: ['p3'] },
    { labelSelector: 'app in (web),tier in (a)', names: ['p0'] },
    { fieldSelector: 'metadata.name=p2', names: ['p2'] },
    { fieldSelector: 'metadata.name!=p2,spec.nodeName=', names: ['p0', 'p1', 'p3'] },
    { fieldSelector: 'spec.nodeName=node-1', names: [] },
    { fieldSelector: 'status.phase=Pending', labelSelector: 'app', names: ['p0', 'p1', 'p2'] },
  ])('$labelSelector $fieldSelector selects $names', async ({ names, ...selectors }) => {
    const list = await core.listNamespacedPod({ namespace, ...selectors });
    expect(list.items.map((pod) => pod.metadata?.name)).toEqual(names);
  });

  it.each(['fieldSelector=spec.nothing%3Dx', 'fieldSelector=nonsense', 'labelSelector=a%20b', 'resourceVersion=x'])(
    '%s is answered as a bad request',
    async (query) => {
      expect((await rawRequest(cluster, { path: `${pods}?${query}` })).code).toBe(400);
    },
  );

  it('all pages show one version', async () => {
    const first = await core.listNamespacedPod({ namespace, limit: 3 });
    await create('p00');
    const rest = await core.listNamespacedPod({ namespace, limit: 3, _continue: first.metadata?._continue ?? '' });
    await remove('p00');
    expect(first.items.map((pod) => pod.metadata?.name)).toEqual(['p0', 'p1', 'p2']);
    expect(rest.items.map((pod) => pod.metadata?.name)).toEqual(['p3']);
    expect([first.metadata?.remainingItemCount, rest.metadata?._continue ?? '']).toEqual([1, '']);
    expect(rest.metadata?.resourceVersion).toBe(first.metadata?.resourceVersion);
  });
});

describe('forms of lists', () => {
  it('metadata alone is served on request', async () => {
    const { body } = await rawRequest(cluster, {
      path: '/api/v1/pods?fieldSelector=metadata.name%3Dp2',
      headers: metadataList,
    });
    const items = (body['items'] as JsonObject[]).filter(
      (item) => (item['metadata'] as JsonObject)['namespace'] === namespace,
    );
    expect([body['kind'], body['apiVersion']]).toEqual(['PartialObjectMetadataList', 'meta.k8s.io/v1']);
    expect(items.map((item) => Object.keys(item).toSorted())).toEqual([['apiVersion', 'kind', 'metadata']]);
  });

  it.each([
    { what: 'a list as one object', path: pods, headers: metadataObject },
    { what: 'one object as a list', path: `${pods}/p0`, headers: metadataList },
    {
      what: 'a list as one object, with whole objects as the second choice',
      path: pods,
      headers: withFallback(metadataObject),
    },
  ])('metadata of $what is answered with 406', async ({ path, headers }) => {
    expect((await rawRequest(cluster, { path, headers })).code).toBe(406);
  });

  it('tables have the columns of the CRD', async () => {
    const nad = aNad(namespace, 'shown');
    const annotations = { 'k8s.v1.cni.cncf.io/resourceName': 'vendor/nic' };
    const body = { ...nad, metadata: { ...nad.metadata, annotations } };
    await rawRequest(cluster, { method: 'POST', path: nadPath(namespace), body });
    const { body: table } = await rawRequest(cluster, { path: nadPath(namespace), headers: asTable });
    const columns = table['columnDefinitions'] as JsonObject[];
    expect(columns.map((column) => [column['name'], column['priority']])).toEqual([
      ['Name', 0],
      ['Resource', 0],
      ['Age', 0],
      ['Config', 1],
    ]);
    const [row] = table['rows'] as { cells: string[] }[];
    expect(row?.cells.with(2, 'AGE')).toEqual(['shown', 'vendor/nic', 'AGE', '{"type":"bridge"}']);
  });
});

describe('rejected requests', () => {
  it.each([
    { path: '/api/v1/nothing', code: 404 },
    { path: '/api/v1/pods', method: 'POST', body: {}, code: 405 },
    { path: `/api/v1/namespaces/${namespace}`, headers: { Accept: 'image/png' }, code: 406 },
    { path: `/api/v1/namespaces/${namespace}`, token: 'wrong', code: 401 },
  ])('$path (method $method, token $token) is answered with a Status $code', async ({ code, ...request }) => {
    const answer = await rawRequest(cluster, request);
    expect(answer.code).toBe(code);
    if (code !== 406) expect(answer.body).toMatchObject({ kind: 'Status', status: 'Failure', code });
  });

  it.each([
    '/nothing',
    '/apis/nothing.io',
    '/apis/nothing.io/v1',
    '/apis/nothing.io/v1/things',
    '/apis/k8s.cni.cncf.io/v1/things',
  ])('%s belongs to no API group and is answered with 404, without a Status', async (path) => {
    const { code, body } = await rawRequest(cluster, { path });
    expect([code, body['kind']]).toEqual([404, undefined]);
  });
});

describe('watches', () => {
  it('from a version, deliver every later change once and in order', async () => {
    const version = await currentVersion();
    await create('w1');
    await label('w1', 'x');
    await remove('w1');
    expect(await eventsUntil(`${pods}?watch=true&resourceVersion=${version}`, 'DELETED w1')).toEqual([
      'ADDED w1',
      'MODIFIED w1', // The label.
      'MODIFIED w1', // deletionTimestamp: pods are deleted gracefully, even with a grace period of 0.
      'DELETED w1',
    ]);
  });

  it('a NetworkAttachmentDefinition is deleted without a MODIFIED event', async () => {
    const version = await currentVersion();
    await rawRequest(cluster, { method: 'POST', path: nadPath(namespace), body: aNad(namespace, 'short-lived') });
    await rawRequest(cluster, { method: 'DELETE', path: nadPath(namespace, 'short-lived') });
    const seen = await eventsUntil(
      `${nadPath(namespace)}?watch=true&resourceVersion=${version}`,
      'DELETED short-lived',
    );
    expect(seen.filter((event) => event.endsWith('short-lived'))).toEqual(['ADDED short-lived', 'DELETED short-lived']);
  });

  it('without a version, deliver existing objects first', async () => {
    expect(await eventsUntil(`${pods}?watch=true`, 'ADDED p3')).toEqual([
      'ADDED p0',
      'ADDED p1',
      'ADDED p2',
      'ADDED p3',
    ]);
  });

  it('an object that leaves the selector is sent as DELETED, one that enters as ADDED', async () => {
    await create('moving', { mark: 'in' });
    const version = await currentVersion();
    await label('moving', 'out');
    await label('moving', 'in');
    await label('moving', null);
    await create('end', { mark: 'in' });
    const path = `${pods}?watch=true&labelSelector=mark%3Din&resourceVersion=${version}`;
    expect(await eventsUntil(path, 'ADDED end')).toEqual([
      'DELETED moving',
      'ADDED moving',
      'DELETED moving',
      'ADDED end',
    ]);
    await remove('moving');
    await remove('end');
  });
});

describe('open watches', () => {
  it('deliver later changes, and metadata alone on request', async () => {
    const version = await currentVersion();
    const watch = await rawWatch(cluster, `${pods}?watch=true&resourceVersion=${version}`, metadataObject);
    await create('live');
    const event = await watch.next();
    watch.close();
    await remove('live');
    expect(event).toMatchObject({
      type: 'ADDED',
      object: { kind: 'PartialObjectMetadata', metadata: { name: 'live' } },
    });
    expect(Object.keys(event?.object ?? {}).toSorted()).toEqual(['apiVersion', 'kind', 'metadata']);
  });

  it('deliver no event if a list of metadata is requested', async () => {
    const version = await currentVersion();
    await create('unseen');
    await remove('unseen');
    const watch = await rawWatch(
      cluster,
      `${pods}?watch=true&timeoutSeconds=1&resourceVersion=${version}`,
      metadataList,
    );
    expect(await typesUntilTheEnd(watch)).toEqual([]);
  });

  it('timeoutSeconds ends a watch with at most bookmarks', async () => {
    const path = `${pods}?watch=true&allowWatchBookmarks=true&timeoutSeconds=1&resourceVersion=${await currentVersion()}`;
    const types = await typesUntilTheEnd(await rawWatch(cluster, path));
    expect(types.filter((type) => type !== 'BOOKMARK')).toEqual([]);
  });
});

describe('discovery', () => {
  it.each([
    { path: '/api/v1', names: ['events', 'namespaces', 'nodes', 'pods', 'pods/status'] },
    { path: '/apis/k8s.cni.cncf.io/v1', names: ['network-attachment-definitions'] },
  ])('$path lists $names', async ({ path, names }) => {
    const { body } = await rawRequest(cluster, { path });
    expect((body['resources'] as JsonObject[]).map((resource) => resource['name'])).toEqual(
      expect.arrayContaining(names),
    );
  });

  it('NPWG-01: lists names, short names and scope', async () => {
    const { body } = await rawRequest(cluster, { path: '/apis/k8s.cni.cncf.io/v1' });
    expect((body['resources'] as JsonObject[])[0]).toMatchObject({
      name: 'network-attachment-definitions',
      singularName: 'network-attachment-definition',
      kind: 'NetworkAttachmentDefinition',
      namespaced: true,
      shortNames: ['net-attach-def', 'nad'],
    });
  });

  it.each(['/healthz', '/readyz', '/livez', '/version'])('%s needs no token', async (path) => {
    expect((await rawRequest(cluster, { path, token: '' })).code).toBe(200);
  });
});
