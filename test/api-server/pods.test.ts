import { randomBytes } from 'node:crypto';
import { ApiException, CoreV1Api, KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClusterUnderTest, startCluster } from '../support/cluster-under-test.ts';
import { type RawAnswer, rawRequest } from '../support/raw-request.ts';
import { aPod } from './objects.ts';

// Also runs against a real kube-apiserver: see startCluster.
const namespace = `pods-${randomBytes(4).toString('hex')}`;
const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
const strategic = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);
const jsonPatch = setHeaderOptions('Content-Type', PatchStrategy.JsonPatch);

let cluster: ClusterUnderTest;
let core: CoreV1Api;

beforeAll(async () => {
  cluster = await startCluster();
  const config = new KubeConfig();
  config.loadFromString(cluster.kubeconfig());
  core = config.makeApiClient(CoreV1Api);
  await core.createNamespace({ body: { metadata: { name: namespace } } });
});

afterAll(async () => {
  await core.deleteCollectionNamespacedPod({ namespace, gracePeriodSeconds: 0 });
  await cluster.close();
});

const failureOf = async (call: Promise<unknown>): Promise<{ code: number; reason: string; message: string }> => {
  const error: unknown = await call.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiException)) throw error;
  const { reason, message } = JSON.parse(String(error.body));
  return { code: error.code, reason, message };
};

const create = (name: string, more = {}): Promise<unknown> =>
  core.createNamespacedPod({ namespace, body: aPod(namespace, name, more) });

describe('K8S-13: pods are read and written as on a real API server', () => {
  it('a new pod gets uid, version, time and phase, and its own status is ignored', async () => {
    const body = { ...aPod(namespace, 'new'), status: { phase: 'Running' } };
    const pod = await core.createNamespacedPod({ namespace, body });
    expect(pod.metadata?.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(pod.metadata?.resourceVersion).toMatch(/^\d+$/);
    expect(pod.metadata?.creationTimestamp).toBeInstanceOf(Date);
    expect(pod.status?.phase).toBe('Pending');
  });

  it('generateName generates names', async () => {
    const body = { ...aPod(namespace, ''), metadata: { generateName: 'gen-' } };
    const pod = await core.createNamespacedPod({ namespace, body });
    expect(pod.metadata?.name).toMatch(/^gen-[a-z0-9]{5}$/);
  });

  it('an existing name is rejected', async () => {
    await create('twice');
    expect(await failureOf(create('twice'))).toEqual({
      code: 409,
      reason: 'AlreadyExists',
      message: 'pods "twice" already exists',
    });
  });
});

describe('rejected pods', () => {
  it.each([
    { why: 'a bad name', pod: () => aPod(namespace, 'Not_A_Name'), code: 422 },
    { why: 'no name', pod: () => ({ ...aPod(namespace, ''), metadata: {} }), code: 422 },
    { why: 'no containers', pod: () => ({ ...aPod(namespace, 'bare'), spec: { containers: [] } }), code: 422 },
    { why: 'another namespace in the object', pod: () => aPod('default', 'astray'), code: 400 },
  ])('a pod with $why is rejected with $code', async ({ pod, code }) => {
    expect(await failureOf(core.createNamespacedPod({ namespace, body: pod() }))).toMatchObject({ code });
  });

  it('a missing namespace is reported by name', async () => {
    const call = core.createNamespacedPod({ namespace: 'nowhere', body: aPod('nowhere', 'lost') });
    expect(await failureOf(call)).toEqual({ code: 404, reason: 'NotFound', message: 'namespaces "nowhere" not found' });
  });

  it('a missing pod is reported by name', async () => {
    const call = core.readNamespacedPod({ namespace, name: 'none' });
    expect(await failureOf(call)).toEqual({ code: 404, reason: 'NotFound', message: 'pods "none" not found' });
  });

  it('a pod is gone after a delete, and a delete for another uid does nothing', async () => {
    await create('doomed');
    const name = 'doomed';
    const other = core.deleteNamespacedPod({ namespace, name, body: { preconditions: { uid: 'another' } } });
    expect(await failureOf(other)).toMatchObject({ code: 409, reason: 'Conflict' });
    await core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 });
    expect(await failureOf(core.readNamespacedPod({ namespace, name }))).toMatchObject({ code: 404 });
  });
});

describe('K8S-14: writes to pods and pods/status', () => {
  it('a merge patch of annotations on pods/status is accepted', async () => {
    await create('annotated');
    const body = { metadata: { annotations: { 'k8s.v1.cni.cncf.io/network-status': '[]' } } };
    const pod = await core.patchNamespacedPodStatus({ namespace, name: 'annotated', body }, merge);
    expect(pod.metadata?.annotations).toEqual({ 'k8s.v1.cni.cncf.io/network-status': '[]' });
    expect(pod.spec?.containers).toHaveLength(2);
  });

  it('another uid in a patch is answered with 422, another version with 409', async () => {
    await create('guarded');
    const patch = (metadata: object): Promise<unknown> =>
      core.patchNamespacedPodStatus({ namespace, name: 'guarded', body: { metadata } }, merge);
    const uid = '00000000-0000-0000-0000-000000000000';
    const invalid = await failureOf(patch({ uid }));
    expect(invalid).toMatchObject({ code: 422, reason: 'Invalid' });
    expect(invalid.message).toContain(`metadata.uid: Invalid value: "${uid}": field is immutable`);
    expect(await failureOf(patch({ resourceVersion: '1' }))).toMatchObject({ code: 409, reason: 'Conflict' });
  });

  it('pods/status keeps the spec, and pods keeps the status', async () => {
    await create('halves');
    const name = 'halves';
    const both = { spec: { activeDeadlineSeconds: 60 }, status: { message: 'told' } };
    const first = await core.patchNamespacedPodStatus({ namespace, name, body: both }, merge);
    expect([first.spec?.activeDeadlineSeconds, first.status?.message]).toEqual([undefined, 'told']);
    const other = { spec: { activeDeadlineSeconds: 60 }, status: { message: 'ignored' } };
    const second = await core.patchNamespacedPod({ namespace, name, body: other }, merge);
    expect([second.spec?.activeDeadlineSeconds, second.status?.message]).toEqual([60, 'told']);
  });
});

describe('conflicting and empty writes', () => {
  it('an update with a stale version is a conflict', async () => {
    await create('stale');
    const path = `/api/v1/namespaces/${namespace}/pods/stale`;
    const { body: old } = await rawRequest(cluster, { path });
    const update = (label: string): Promise<RawAnswer> => {
      const metadata = { ...(old['metadata'] as object), labels: { label } };
      return rawRequest(cluster, { method: 'PUT', path, body: { ...old, metadata } });
    };
    expect((await update('first')).code).toBe(200);
    const { body } = await update('second');
    expect(body).toMatchObject({ code: 409, reason: 'Conflict' });
    expect(body['message']).toContain('the object has been modified');
  });

  it('a patch that changes nothing creates no new version', async () => {
    await create('same', { labels: { a: 'b' } });
    const before = await core.readNamespacedPod({ namespace, name: 'same' });
    const body = { metadata: { labels: { a: 'b' } } };
    const after = await core.patchNamespacedPod({ namespace, name: 'same', body }, merge);
    expect(after.metadata?.resourceVersion).toBe(before.metadata?.resourceVersion);
  });
});

describe('kinds of patches', () => {
  it('a strategic merge patch changes one container by name, and only its image', async () => {
    await create('images');
    const patch = (container: object): Promise<{ spec?: { containers: { name: string; image?: string }[] } }> =>
      core.patchNamespacedPod({ namespace, name: 'images', body: { spec: { containers: [container] } } }, strategic);
    const pod = await patch({ name: 'side', image: 'second' });
    expect(pod.spec?.containers.map(({ name, image }) => [name, image])).toEqual([
      ['main', 'first'],
      ['side', 'second'],
    ]);
    expect(await failureOf(patch({ name: 'side', command: ['x'] }))).toMatchObject({ code: 422 });
  });

  it('a JSON patch is applied, and one that does not fit is answered with 422', async () => {
    await create('pointed', { annotations: { 'a/b': '1' } });
    const patch = (op: object): Promise<{ metadata?: { annotations?: object } }> =>
      core.patchNamespacedPod({ namespace, name: 'pointed', body: [op] }, jsonPatch);
    const pod = await patch({ op: 'replace', path: '/metadata/annotations/a~1b', value: '2' });
    expect(pod.metadata?.annotations).toEqual({ 'a/b': '2' });
    expect(await failureOf(patch({ op: 'test', path: '/metadata/annotations/a~1b', value: '3' }))).toMatchObject({
      code: 422,
    });
  });

  it('annotations may have up to 256 KiB', async () => {
    await create('big');
    const body = { metadata: { annotations: { big: 'x'.repeat(256 * 1024) } } };
    const failure = await failureOf(core.patchNamespacedPod({ namespace, name: 'big', body }, merge));
    expect(failure).toMatchObject({ code: 422 });
    expect(failure.message).toContain('metadata.annotations: Too long');
  });
});
