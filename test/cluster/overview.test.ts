import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClusterViews, connectForViews } from '../../src/cluster/index.ts';
import { type ApiServer, startApiServer } from '../support/api-server/index.ts';
import { manyPods, podObject, putSample } from '../support/sample-cluster.ts';
import { waitFor } from '../support/wait-for.ts';
import { patience } from '../support/patience.ts';

let server: ApiServer;
let views: ClusterViews;
const soon = (): AbortSignal => patience();
const asked = (resource: string): readonly string[] =>
  server.requests.filter((request) => request.resource === resource).map(({ verb, query }) => `${verb} ${query}`);

beforeAll(async () => {
  server = await startApiServer();
  putSample(server, manyPods(1100));
  await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-overview-'));
  await server.writeKubeconfig(join(folder.path, 'config'));
  views = await connectForViews({ kind: 'kubeconfig', file: join(folder.path, 'config') });
});
afterAll(() => server.close());

describe('an overview of a cluster', () => {
  it('reads pods in pages, and keeps only what concerns networks', async () => {
    server.requests.length = 0;
    server.put('pods', {
      ...podObject(manyPods(1)[0] as never),
      metadata: {
        name: 'web-5d4f-x1',
        namespace: 'shop',
        annotations: { theirs: 'x', 'k8s.v1.cni.cncf.io/networks': 'storage' },
        labels: { 'pod-template-hash': '5d4f' },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-5d4f', uid: 'u', controller: true }],
      },
    });
    const { pods, nads, nadNamespaces } = await views.read({}, soon());
    expect([pods.length, nads.length, nadNamespaces]).toEqual([1101, 3, 'all']);
    expect(asked('pods')).toHaveLength(3);
    expect(pods.find(({ name }) => name === 'web-5d4f-x1')).toEqual({
      namespace: 'shop',
      name: 'web-5d4f-x1',
      uid: expect.any(String) as string,
      annotations: { 'k8s.v1.cni.cncf.io/networks': 'storage' },
      node: 'node-0',
      phase: 'Running',
      hostNetwork: false,
      deleting: false,
      owner: 'web',
      createdAt: expect.any(String) as string,
    });
  });

  it('is read again without pages if the list expires between two pages', async () => {
    server.requests.length = 0;
    const fault = server.faults.answer(410, {
      match: ({ resource, query }) => resource === 'pods' && query.has('continue'),
      times: 1,
    });
    expect((await views.read({}, soon())).pods).toHaveLength(1101);
    fault();
    expect(asked('pods').at(-1)).not.toContain('limit');
  });

  it('contains the Events that state why a pod cannot start', async () => {
    const event = (name: string, more: object) =>
      server.put('events', {
        metadata: { namespace: 'shop', name },
        involvedObject: { kind: 'Pod', namespace: 'shop', name: 'late', uid: 'u' },
        type: 'Warning',
        firstTimestamp: '2026-03-01T10:00:00Z',
        lastTimestamp: '2026-03-01T10:05:00Z',
        ...more,
      });
    event('late.1', { reason: 'AttachmentFailed', message: 'm1', count: 4, source: { component: 'plexus' } });
    event('late.2', { reason: 'FailedCreatePodSandBox', message: 'm2', source: { component: 'kubelet' } });
    event('late.3', { reason: 'BackOff', message: 'm3', source: { component: 'kubelet' } });
    const expected = [
      {
        namespace: 'shop',
        name: 'late',
        uid: 'u',
        reason: 'AttachmentFailed',
        message: 'm1',
        count: 4,
        firstAt: '2026-03-01T10:00:00Z',
        lastAt: '2026-03-01T10:05:00Z',
      },
      expect.objectContaining({ message: 'm2', count: 1 }),
    ];
    const { warnings = [], notes } = await views.read({}, soon());
    expect(warnings.toSorted((a, b) => (a.message < b.message ? -1 : 1))).toEqual(expected);
    expect(notes).toEqual([]);
    expect((await views.read({ namespace: 'other' }, soon())).warnings).toEqual([]);
    const stop = new AbortController();
    const watched = views.watch({ namespace: 'shop' }, () => {});
    const running = watched.run(stop.signal);
    await waitFor('the Events', async () => watched.current().warnings?.length === 2);
    server.remove('events', 'shop', 'late.2');
    await waitFor('the end of one', async () => watched.current().warnings?.length === 1);
    stop.abort();
    await running;
  });

  it('states that Events are not shown if the user may not list them, and shows everything else', async () => {
    const refuse = server.faults.answer(403, { match: ({ resource }) => resource === 'events' });
    const read = await views.read({ namespace: 'shop' }, soon());
    expect(read).toMatchObject({ notes: [expect.stringContaining('may not list Events')] });
    expect(read.warnings).toBeUndefined();
    const stop = new AbortController();
    const watched = views.watch({ namespace: 'shop' }, () => {});
    const running = watched.run(stop.signal);
    await waitFor('the note', async () => watched.state().complete && watched.current().notes.length === 1);
    expect(watched.state().problems).toEqual([]);
    refuse();
    stop.abort();
    await running;
  });

  it('is kept up to date by watches', async () => {
    const stop = new AbortController();
    let changes = 0;
    const watched = views.watch({ namespace: 'shop' }, () => void changes++);
    const running = watched.run(stop.signal);
    await waitFor('the pods', async () => watched.state().complete && watched.current().nads.length === 2);
    expect(watched.current()).toMatchObject({ pods: [{ name: 'web-5d4f-x1' }], nadNamespaces: ['shop'] });
    const before = changes;
    server.remove('pods', 'shop', 'web-5d4f-x1');
    await waitFor('its end', async () => watched.current().pods.length === 0);
    expect(changes).toBeGreaterThan(before);
    stop.abort();
    await running;
  });
});
