import { KubeConfig, type KubernetesObject, KubernetesObjectApi } from '@kubernetes/client-node';
import fc from 'fast-check';
import { writeFile } from 'node:fs/promises';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Cluster, connect, connectForLong, readPod, statusTarget } from '../../src/cluster/index.ts';
import { PlexusError } from '../../src/errors/index.ts';
import { quiet } from '../../src/report/index.ts';
import { testCluster } from '../contract/cluster.ts';
import {
  type ClusterUnderTest,
  embeddedOf,
  isRealCluster,
  requestsDuring,
  startCluster,
} from '../support/cluster-under-test.ts';
import { patienceMs } from '../support/patience.ts';

// Also runs against a real kube-apiserver (KUBEBUILDER_ASSETS), except tests that need the embedded server.
let server: ClusterUnderTest;
let folder: { path: string; remove: () => Promise<void> };
let cluster: Cluster;
let api: KubernetesObjectApi;
let uid: string;
const statusKey = 'k8s.v1.cni.cncf.io/network-status';
const networksKey = 'k8s.v1.cni.cncf.io/networks';
interface Condition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: unknown;
}
const podObject = (name: string, annotations: Record<string, string>) =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', annotations },
    spec: { containers: [{ name: 'main', image: 'none' }] },
  }) as KubernetesObject;

beforeAll(async () => {
  server = await startCluster();
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-cluster-'));
  const file = join(folder.path, 'kubeconfig');
  await server.writeKubeconfig(file);
  const config = new KubeConfig();
  config.loadFromFile(file);
  api = KubernetesObjectApi.makeApiClient(config);
  uid = (await api.create(podObject('alice', { 'k8s.v1.cni.cncf.io/networks': 'lab' }))).metadata?.uid ?? '';
  const metadata = {
    name: 'lab',
    namespace: 'default',
    annotations: { 'k8s.v1.cni.cncf.io/resourceName': 'vendor/x' },
  };
  await api.create({
    apiVersion: 'k8s.cni.cncf.io/v1',
    kind: 'NetworkAttachmentDefinition',
    metadata,
    spec: { config: '{"type":"macvlan"}' },
  } as KubernetesObject);
  cluster = connect({ kind: 'kubeconfig', file });
});
afterAll(async () => {
  await server.close();
  await folder.remove();
});
beforeEach(() => server.faults?.clear());

const read = (name: string): Promise<KubernetesObject> =>
  api.read({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' } });
const statusOf = async (name: string): Promise<string | undefined> =>
  (await read(name)).metadata?.annotations?.[statusKey];
type Event = KubernetesObject & {
  type: string;
  reason: string;
  message: string;
  involvedObject: { name: string; uid: string };
};
const eventsOf = async (name: string): Promise<Event[]> =>
  (await api.list<Event>('v1', 'Event', 'default')).items.filter(({ involvedObject }) => involvedObject.name === name);

testCluster(() => ({ cluster, uid, statusOf, eventsOf }));

const alice = { namespace: 'default', name: 'alice' };
const soon = (ms = patienceMs): AbortSignal => AbortSignal.timeout(ms);

const oneStatusPatch = ['PATCH /api/v1/namespaces/default/pods/alice/status'];

describe('the Kubernetes API', () => {
  it('NPWG-69: writes a status with one PATCH and keeps other annotations', async () => {
    await api.patch({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'alice', namespace: 'default', annotations: { theirs: 'kept' } },
    } as KubernetesObject);
    const asked = await requestsDuring(server, () => cluster.patchNetworkStatus({ ...alice, uid }, '[]', soon()));
    expect(asked ?? oneStatusPatch).toEqual(oneStatusPatch);
    expect((await read('alice')).metadata?.annotations).toMatchObject({ theirs: 'kept', [statusKey]: '[]' });
  });
  it('K8S-14: never writes to a later pod of the same name', async () => {
    const first = await api.create(podObject('phoenix', {}));
    await api.delete({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'phoenix', namespace: 'default' } });
    await api.create(podObject('phoenix', {}));
    expect(
      await cluster.patchNetworkStatus(
        { namespace: 'default', name: 'phoenix', uid: first.metadata?.uid ?? '' },
        '[]',
        soon(),
      ),
    ).toBe('pod-is-gone');
    expect(await statusOf('phoenix')).toBeUndefined();
  });
  it('writes networks and condition of a running pod with one PATCH that loses no concurrent change', async () => {
    const { cluster: long } = await connectForLong(
      { kind: 'kubeconfig', file: join(folder.path, 'kubeconfig') },
      quiet,
    );
    const ref = { namespace: 'default', name: 'running' };
    const own = (await api.create(podObject('running', { theirs: 'kept' }))).metadata?.uid ?? '';
    const patched = (of: string, status: 'True' | 'False', isTransition: boolean) =>
      long.publishNetworks?.(
        { ...ref, uid: of },
        {
          status: JSON.stringify([status]),
          condition: { type: 'plexus-cni.io/NetworksInSync', status, reason: 'Test', message: status, isTransition },
        },
        soon(),
      );
    const conditionsOf = async (): Promise<readonly Condition[]> =>
      ((await read('running')) as { status?: { conditions?: Condition[] } }).status?.conditions ?? [];
    expect(await patched(own, 'False', true)).toBe('written');
    const [first] = await conditionsOf();
    expect(first?.lastTransitionTime).toBeInstanceOf(Date);
    // kubelet and a user write between our reading and our writing
    await long.publishNetworks?.(
      { ...ref, uid: own },
      { condition: { type: 'Ready', status: 'True', reason: 'Test', message: '', isTransition: true } },
      soon(),
    );
    await api.patch({
      ...podObject('running', { theirs: 'newer', [networksKey]: 'lab' }),
      spec: undefined,
    } as KubernetesObject);
    expect(await patched(own, 'False', false)).toBe('written');
    expect((await conditionsOf()).map(({ type, status }) => `${type} ${status}`).toSorted()).toEqual([
      'Ready True',
      'plexus-cni.io/NetworksInSync False',
    ]);
    expect((await conditionsOf()).find(({ type }) => type === first?.type)?.lastTransitionTime).toEqual(
      first?.lastTransitionTime,
    );
    expect((await read('running')).metadata?.annotations).toEqual({
      theirs: 'newer',
      [networksKey]: 'lab',
      [statusKey]: '["False"]',
    });
    expect(await patched('another', 'True', true)).toBe('pod-is-gone');
    expect(await statusOf('running')).toBe('["False"]');
  });
  it('counts a repeated warning about the same pod in one Event', async () => {
    const pod = { namespace: 'default', name: 'failing', uid: 'u1' };
    const event = {
      type: 'Warning',
      reason: 'AttachmentFailed',
      message: `sandbox ${'a'.repeat(64)} ${'x ü '.repeat(1250)}`,
    } as const;
    for (let tries = 0; tries < 3; tries++)
      await cluster.recordEvent(
        pod,
        { ...event, message: event.message.replace(/a{64}/, `${tries}`.repeat(64)) },
        soon(),
      );
    await cluster.recordEvent(pod, { ...event, repeats: 40 }, soon());
    const [only, ...more] = await eventsOf('failing');
    expect(more).toEqual([]);
    expect(Buffer.byteLength(only?.message ?? '')).toBeLessThanOrEqual(1024);
    expect(only).toMatchObject({ count: 43 });
  });
  it('recreates a repeated warning that the API server has deleted', async () => {
    const pod = { namespace: 'default', name: 'forgotten', uid: 'u1' };
    await cluster.recordEvent(pod, { type: 'Warning', reason: 'AttachmentFailed', message: 'm', repeats: 7 }, soon());
    expect(await eventsOf('forgotten')).toMatchObject([{ message: 'm', count: 7 }]);
  });
});

describe.skipIf(isRealCluster)('the Kubernetes API, when it fails', () => {
  const faults = () => embeddedOf(server).faults;
  it.each([
    { title: 'status 500', switchOn: () => faults().answer(500, { times: 2 }) },
    { title: 'status 429 with Retry-After', switchOn: () => faults().tooManyRequests(1, { times: 1 }) },
    { title: 'a dropped connection', switchOn: () => faults().drop('before', { times: 2 }) },
    {
      title: 'a connection that breaks in the middle of the answer',
      switchOn: () => faults().drop('middle', { times: 1 }),
    },
  ])('$title is temporary, so the request is retried', async ({ switchOn }) => {
    const fault = switchOn();
    expect(await cluster.getPod(alice, soon())).toMatchObject(alice);
    expect(fault.used()).toBeGreaterThan(0);
  });
  it('a failure that outlasts the deadline is reported with code 11 and the request', async () => {
    faults().add({ fault: { kind: 'drop' } });
    await expect(cluster.getPod(alice, soon(500))).rejects.toMatchObject({
      id: 'PLX-API-UNAVAILABLE',
      code: 11,
      message: expect.stringContaining('get pod default/alice'),
    });
  });
  it('an answer that never arrives ends with the signal', async () => {
    faults().hang();
    await expect(cluster.getPod(alice, soon(500))).rejects.toMatchObject({ id: 'PLX-API-UNAVAILABLE', code: 11 });
  });
  it('a rejected token is reported at once, without the token', async () => {
    const { token } = server;
    embeddedOf(server).setToken('another');
    const error: unknown = await cluster.getPod(alice, soon()).catch((thrown: unknown) => thrown);
    embeddedOf(server).setToken(token);
    expect(error).toMatchObject({ id: 'PLX-API-REFUSED', code: 11, message: expect.stringContaining('(401)') });
    expect(JSON.stringify(error)).not.toContain(token);
  });
});

describe('K8S-12, K8S-13: the pod of a call', () => {
  const call = (more: object) => ({ ref: alice, uid: undefined, runtimeConfig: {}, ...more });
  it('comes from the call itself if the runtime passes its annotations', async () => {
    const runtimeConfig = { 'io.kubernetes.cri.pod-annotations': { a: 'b', [networksKey]: 'lab', [statusKey]: 5 } };
    const asked = await requestsDuring(server, async () =>
      expect(await readPod(call({ uid: 'u', runtimeConfig }), cluster, soon())).toEqual({
        ...alice,
        uid: 'u',
        annotations: { [networksKey]: 'lab' },
      }),
    );
    expect(asked ?? []).toEqual([]);
  });
  it('contains only the annotations that Plexus reads, whatever their length', async () => {
    const networks = '<'.repeat(120 * 1024); // Six bytes each in JSON.
    const note = { 'shop.example/note': 'x'.repeat(100 * 1024) };
    await api.create(podObject('annotated', { [networksKey]: networks, 'plexus-cni.io/debug': 'true', ...note }));
    const pods = await Promise.all(
      Array.from({ length: 3 }, () => cluster.getPod({ namespace: 'default', name: 'annotated' }, soon())),
    );
    for (const pod of pods)
      expect(pod?.annotations).toEqual({ [networksKey]: networks, 'plexus-cni.io/debug': 'true' });
  });
  it('comes from one GET otherwise, and a pod with another UID is rejected', async () => {
    expect(await readPod(call({ uid }), cluster, soon())).toMatchObject({ uid });
    await expect(readPod(call({ uid: 'old' }), cluster, soon())).rejects.toMatchObject({
      id: 'PLX-POD-REPLACED',
      code: 11,
    });
    await expect(
      readPod(call({ ref: { namespace: 'default', name: 'nobody' } }), cluster, soon()),
    ).rejects.toMatchObject({
      id: 'PLX-POD-NOT-FOUND',
      code: 11,
    });
  });
  // A real server has more rules for mirror pods.
  it.skipIf(isRealCluster)(
    'has another UID in the API if it is static, and its status goes to the mirror pod',
    async () => {
      const created = await api.create(
        podObject('static', {
          'kubernetes.io/config.source': 'file',
          'kubernetes.io/config.mirror': 'hash',
          'kubernetes.io/config.hash': 'hash',
        }),
      );
      const ref = { namespace: 'default', name: 'static' };
      expect(await readPod({ ref, uid: 'hash', runtimeConfig: {} }, cluster, soon())).toMatchObject({
        uid: created.metadata?.uid,
      });
      expect(await statusTarget({ ...ref, uid: 'hash', isStatic: true }, cluster, soon())).toEqual({
        ...ref,
        uid: created.metadata?.uid,
      });
    },
  );
});

describe('an invalid kubeconfig', () => {
  const connecting = async (text: string): Promise<unknown> => {
    await using temporary = await mkdtempDisposable(join(tmpdir(), 'plexus-kubeconfig-'));
    const file = join(temporary.path, 'kubeconfig');
    await writeFile(file, text);
    return await connect({ kind: 'kubeconfig', file })
      .getPod(alice, soon(2000))
      .catch((error: unknown) => error);
  };
  const config = (cluster_: object, context: object = { cluster: 'c', user: 'u' }): string =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'x',
      contexts: [{ name: 'x', context }],
      clusters: [{ name: 'c', cluster: cluster_ }],
      users: [{ name: 'u', user: {} }],
    });
  it.each([
    { title: 'no current context', text: '{}', says: 'current-context' },
    { title: 'not YAML', text: 'a: [', says: '' },
    { title: 'no server', text: config({}), says: 'server' },
    { title: 'a server that is not a URL', text: config({ server: 'nowhere' }), says: 'server' },
    {
      title: 'a context without its cluster',
      text: config({ server: 'https://127.0.0.1:1' }, { cluster: 'other', user: 'u' }),
      says: 'server',
    },
    {
      title: 'a context without its user',
      text: config({ server: 'https://127.0.0.1:1' }, { cluster: 'c', user: 'other' }),
      says: 'user',
    },
    {
      title: 'an invalid CA',
      text: config({ server: 'https://127.0.0.1:1', 'certificate-authority-data': 'Z2FyYmFnZQ==' }),
      says: '',
    },
    {
      title: 'a missing CA file',
      text: config({ server: 'https://127.0.0.1:1', 'certificate-authority': '/nowhere' }),
      says: '/nowhere',
    },
  ])('is rejected: $title', async ({ text, says }) => {
    expect(await connecting(text)).toMatchObject({
      id: 'PLX-KUBECONFIG-UNUSABLE',
      code: 7,
      message: expect.stringContaining(says),
    });
  });
  it('is rejected if the file is missing', async () => {
    await expect(
      connect({ kind: 'kubeconfig', file: '/nowhere/kubeconfig' }).getPod(alice, soon()),
    ).rejects.toMatchObject({
      id: 'PLX-KUBECONFIG-UNUSABLE',
      message: expect.stringContaining('/nowhere/kubeconfig'),
    });
  });
  it('is rejected with a PlexusError, whatever its text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string({ unit: 'binary' }), fc.json()),
        async (text) => (await connecting(text)) instanceof PlexusError,
      ),
      { numRuns: 40 },
    );
  });
});
