import { status } from '@grpc/grpc-js';
import { mkdtempDisposable, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Cluster, readPod } from '../../src/cluster/index.ts';
import { kubeletPods } from '../../src/cluster/kubelet-pods.ts';
import { bundled } from '../support/bundled.ts';
import { type KubeletOptions, type TestKubelet, startTestKubelet } from '../support/kubelet-pods-server.ts';
import { patience } from '../support/patience.ts';

const pod = {
  name: 'db-0',
  namespace: 'shop',
  uid: 'u-1',
  annotations: { 'k8s.v1.cni.cncf.io/networks': '["störage"]' },
};
const served = { ...pod, annotations: { ...pod.annotations, other: 'ü' } };
const soon = (): AbortSignal => patience();
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let kubelet: TestKubelet | undefined;
const socket = (): string => join(folder.path, 'pods-api.sock');
const serve = async (more: Partial<KubeletOptions> = {}): Promise<void> => {
  kubelet = await startTestKubelet({ socket: socket(), version: 'v1alpha1', pods: [served], ...more });
};

beforeEach(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-kubelet-'));
});
afterEach(async () => {
  kubelet?.close();
  kubelet = undefined;
  await folder.remove();
});

describe('kubelet’s Pods API', () => {
  it.each(['v1alpha1', 'v1beta1', 'v1'] as const)('K8S-11: returns a pod by its UID (%s)', async (version) => {
    await serve({ version });
    const pods = kubeletPods(socket());
    expect(await pods.byUid('u-1', soon())).toEqual(pod);
    expect(await pods.byUid('u-2', soon())).toBeUndefined();
    expect(kubelet?.requestedUids).toEqual(['u-1', 'u-2']);
  });
  it('K8S-11: returns a pod to the bundled program as well', async () => {
    await serve();
    const path = await bundled(
      new URL('../../src/cluster/kubelet-pods.ts', import.meta.url).pathname,
      join(folder.path, 'bundle'),
    );
    const module = (await import(path)) as { readonly kubeletPods: typeof kubeletPods };
    expect(await module.kubeletPods(socket()).byUid('u-1', soon())).toEqual(pod);
  });
  it.each([
    { title: 'is not ready (FAILED_PRECONDITION)', more: { status: status.FAILED_PRECONDITION } },
    { title: 'is called too often (RESOURCE_EXHAUSTED)', more: { status: status.RESOURCE_EXHAUSTED } },
    { title: 'does not know the pod', more: { pods: [] } },
  ])('K8S-10: falls back to another source if kubelet $title', async ({ more }) => {
    await serve(more);
    expect(await kubeletPods(socket()).byUid('u-1', soon())).toBeUndefined();
    expect(kubelet?.requestedUids).toEqual(['u-1']);
  });
  it('K8S-10: sends no request without its socket, which may appear later and be replaced', async () => {
    const pods = kubeletPods(socket());
    expect(await pods.byUid('u-1', soon())).toBeUndefined();
    await serve();
    expect(await pods.byUid('u-1', soon())).toEqual(pod);
    kubelet?.close();
    await rm(socket(), { force: true });
    expect(await pods.byUid('u-1', soon())).toBeUndefined();
    await serve({ version: 'v1beta1' }); // A newer kubelet.
    await pods.byUid('u-1', soon()); // Detects the newer version.
    expect(await pods.byUid('u-1', soon())).toEqual(pod);
  });
});

describe('K8S-12: the source of a call’s pod', () => {
  const asked: string[] = [];
  const cluster = (found: typeof pod | undefined): Cluster => ({
    getPodOfKubelet: async () => (asked.push('kubelet'), found),
    getPod: async () => (asked.push('api'), pod),
    getPodState: () => Promise.reject(new Error('not asked')),
    listPodsOf: () => Promise.reject(new Error('not asked')),
    listPodStatesOf: () => Promise.reject(new Error('not asked')),
    getNad: () => Promise.reject(new Error('not asked')),
    getNamespaceLabels: () => Promise.reject(new Error('not asked')),
    patchNetworkStatus: () => Promise.reject(new Error('not asked')),
    recordEvent: () => Promise.reject(new Error('not asked')),
  });
  const ref = { namespace: 'shop', name: 'db-0' };
  const capability = { 'io.kubernetes.cri.pod-annotations': { a: 'b' } };
  it.each([
    { title: 'is the call itself', uid: 'u-1', runtimeConfig: capability, found: pod, from: [] },
    {
      title: 'is kubelet if the call has no annotations',
      uid: 'u-1',
      runtimeConfig: {},
      found: pod,
      from: ['kubelet'],
    },
    {
      title: 'is the API server if kubelet cannot answer',
      uid: 'u-1',
      runtimeConfig: {},
      found: undefined,
      from: ['kubelet', 'api'],
    },
    { title: 'is the API server without a UID', uid: undefined, runtimeConfig: {}, found: pod, from: ['api'] },
    {
      title: 'is the API server if kubelet returns another pod',
      uid: 'u-1',
      runtimeConfig: {},
      found: { ...pod, name: 'db-1' },
      from: ['kubelet', 'api'],
    },
  ])('$title', async ({ uid, runtimeConfig, found, from }) => {
    asked.length = 0;
    await readPod({ ref, uid, runtimeConfig }, cluster(found), soon());
    expect(asked).toEqual(from);
  });
});
