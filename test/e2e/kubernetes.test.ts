import { KubeConfig, type KubernetesObject, KubernetesObjectApi } from '@kubernetes/client-node';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ClusterUnderTest,
  embeddedOf,
  isRealCluster,
  requestsDuring,
  startCluster,
} from '../support/cluster-under-test.ts';
import { openDoor } from '../support/netns-door.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { type TestNode, type TestPod, createTestNode, engineUnderTest } from '../support/test-node.ts';

// The whole path with an API server over TLS, in separate processes.
let server: ClusterUnderTest;
let node: TestNode;
let api: KubernetesObjectApi;
let config: object;
let closeDoor: () => Promise<void>;
beforeAll(async () => {
  server = await startCluster();
  node = await createTestNode();
  closeDoor = await openDoor(node.netns, Number(new URL(server.url).port));
  const kubeconfig = join(node.dir, 'kubeconfig');
  await server.writeKubeconfig(kubeconfig);
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(kubeconfig);
  api = KubernetesObjectApi.makeApiClient(kubeConfig);
  const { manifestsDir: _none, ...rest } = node.config();
  config = { ...rest, kubeconfig };
  const spec = { config: JSON.stringify(node.bridge('storage', '10.30.0.0/24')) };
  await api.create({
    apiVersion: 'k8s.cni.cncf.io/v1',
    kind: 'NetworkAttachmentDefinition',
    metadata: { name: 'storage', namespace: 'default' },
    spec,
  } as object);
});
afterAll(async () => {
  await closeDoor();
  await node.remove();
  await server.close();
});

const annotation = 'k8s.v1.cni.cncf.io/network-status';
const podRef = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' } });
const createPod = async (name: string, annotations: Record<string, string> = {}): Promise<TestPod> => {
  const created = await api.create({
    ...podRef(name),
    metadata: { ...podRef(name).metadata, annotations },
    spec: { containers: [{ name: 'main', image: 'none' }] },
  } as KubernetesObject);
  return { ...(await node.pod(name)), uid: created.metadata?.uid ?? '' };
};
const statusText = async (name: string): Promise<string | undefined> =>
  (await api.read(podRef(name))).metadata?.annotations?.[annotation];
const call = (command: string, pod: TestPod, more: object = {}) =>
  node.call(command, pod, { config: { ...config, ...more } });

const requestsOfAdd = [
  'GET /api/v1/namespaces/default/pods/asks',
  'GET /apis/k8s.cni.cncf.io/v1/namespaces/default/network-attachment-definitions/storage',
  'PATCH /api/v1/namespaces/default/pods/asks/status',
  'POST /api/v1/namespaces/default/events',
  'POST /api/v1/namespaces/default/events',
];

const eventsOf = async (pod: string): Promise<[reason: string, message: string][]> => {
  const { items } = await api.list<
    KubernetesObject & { reason: string; message: string; involvedObject: { name: string } }
  >('v1', 'Event', 'default');
  return items
    .filter(({ involvedObject }) => involvedObject.name === pod)
    .map(({ reason, message }) => [reason, message]);
};

describe('an ADD against the API server', () => {
  it('writes network-status with one PATCH of pods/status and one Event per attachment; DEL sends nothing', async () => {
    const pod = await createPod('asks', { 'k8s.v1.cni.cncf.io/networks': 'storage' });
    const requests = await requestsDuring(server, async () =>
      expect(await call('ADD', pod)).toMatchObject({ exitCode: 0 }),
    );
    expect(requests?.toSorted() ?? requestsOfAdd).toEqual(requestsOfAdd);
    expect(JSON.parse((await statusText('asks')) ?? '[]')).toMatchObject([
      { name: 'cluster-net', interface: 'eth0', default: true },
      { name: 'default/storage', interface: 'net1' },
    ]);
    const askedByDel = await requestsDuring(server, async () =>
      expect(await call('DEL', pod)).toMatchObject({ exitCode: 0 }),
    );
    expect(askedByDel ?? []).toEqual([]);
    expect(await node.leftovers()).toEqual([]);
  });

  it('K8S-33: reads no pod if the runtime passes its annotations', async () => {
    const pod = await createPod('handed');
    const runtimeConfig = { 'io.kubernetes.cri.pod-annotations': { 'k8s.v1.cni.cncf.io/networks': 'storage' } };
    const requests = await requestsDuring(server, async () =>
      expect(await call('ADD', pod, { runtimeConfig })).toMatchObject({ exitCode: 0 }),
    );
    expect(requests ?? []).not.toContain('GET /api/v1/namespaces/default/pods/handed');
    expect(await statusText('handed')).toContain('default/storage');
    await call('DEL', pod);
  });

  it('K8S-13: rejects a pod that was replaced by another of the same name, and does not write to the new one', async () => {
    const pod = await createPod('replaced', { 'k8s.v1.cni.cncf.io/networks': 'storage' });
    const answer = await call('ADD', { ...pod, uid: '00000000-0000-0000-0000-000000000000' } as TestPod);
    expect(JSON.parse(answer.stdout)).toMatchObject({ code: 11, msg: expect.stringContaining('PLX-POD-REPLACED') });
    expect(await statusText('replaced')).toBeUndefined();
    expect(await node.leftovers()).toEqual([]);
  });

  it('fails for a pod that does not exist', async () => {
    const pod = await node.pod('nobody');
    const answer = await call('ADD', pod);
    expect(JSON.parse(answer.stdout)).toMatchObject({ code: 11, msg: expect.stringContaining('PLX-POD-NOT-FOUND') });
  });

  it('NPWG-10, K8S-16: fails for a missing NAD with an Event NoNetworkFound', async () => {
    const pod = await createPod('no-nad', { 'k8s.v1.cni.cncf.io/networks': 'absent' });
    const answer = await call('ADD', pod);
    expect(JSON.parse(answer.stdout)).toMatchObject({ code: 7, msg: expect.stringContaining('default/absent') });
    expect((await eventsOf('no-nad')).map(([reason]) => reason)).toEqual(['NoNetworkFound']);
    expect(await node.leftovers()).toEqual([]);
  });

  it('NPWG-28: attaches only the default network with invalidAnnotation "ignore", with a Warning Event', async () => {
    const pod = await createPod('ignored', { 'k8s.v1.cni.cncf.io/networks': 'storage,' });
    expect(await call('ADD', pod, { invalidAnnotation: 'ignore' })).toMatchObject({ exitCode: 0 });
    expect(JSON.parse((await statusText('ignored')) ?? '[]')).toMatchObject([{ interface: 'eth0' }]);
    expect(await eventsOf('ignored')).toContainEqual(['NetworkWarning', expect.stringContaining('element 2')]);
    await call('DEL', pod);
  });
});

describe('a request that a plugin may or may not read', () => {
  it('is logged without an Event, which would repeat for every pod of that network', async () => {
    const plugins = await pluginsDir();
    const path = join(node.dir, 'plugins-of-others');
    await mkdir(path, { recursive: true });
    await symlink(join(plugins, 'bridge'), join(path, 'fabric'));
    const spec = { config: JSON.stringify({ cniVersion: '1.0.0', type: 'fabric', bridge: 'fabric0' }) };
    const metadata = { name: 'fabric', namespace: 'default' };
    await api.create({
      apiVersion: 'k8s.cni.cncf.io/v1',
      kind: 'NetworkAttachmentDefinition',
      metadata,
      spec,
    } as object);
    const pod = await createPod('unsure', {
      'k8s.v1.cni.cncf.io/networks': '[{"name":"fabric","mac":"02:00:00:00:00:77"}]',
    });
    const answer = await node.call('ADD', pod, { config, path: [path, plugins] });
    expect(answer, answer.stdout).toMatchObject({ exitCode: 0 });
    expect((await eventsOf('unsure')).map(([reason]) => reason)).toEqual(['AddedInterface', 'AddedInterface']);
    if (engineUnderTest === 'direct') expect(answer.stderr).toContain('Plexus does not know whether fabric reads mac');
    expect(await pod.netns.exec(['ip', 'link', 'show', 'net1'])).toContain('02:00:00:00:00:77');
    expect(await node.call('DEL', pod, { config, path: [path, plugins] })).toMatchObject({ exitCode: 0 });
  });
});

describe.skipIf(isRealCluster)('while the API server is unavailable', () => {
  it('an ADD that does not need it succeeds; the next CHECK publishes the status', async () => {
    const pod = await createPod('patient');
    const runtimeConfig = { 'io.kubernetes.cri.pod-annotations': {} };
    const back = embeddedOf(server).faults.add({
      match: ({ method }) => method === 'PATCH' || method === 'POST',
      fault: { kind: 'drop' },
    });
    const answer = await call('ADD', pod, { runtimeConfig, deadlines: { addSeconds: 20 } });
    expect(answer).toMatchObject({ exitCode: 0 });
    expect(answer.stderr).toContain('status-published');
    expect(await statusText('patient')).toBeUndefined();
    back();
    expect(await call('CHECK', pod)).toMatchObject({ exitCode: 0 });
    expect(await statusText('patient')).toContain('cluster-net');
    await call('DEL', pod);
    expect(await node.leftovers()).toEqual([]);
  });

  it('an ADD that needs it fails with code 11 within its deadline and leaves nothing', async () => {
    const pod = await createPod('blind', { 'k8s.v1.cni.cncf.io/networks': 'storage' });
    const back = embeddedOf(server).faults.add({ match: () => true, fault: { kind: 'drop' } });
    const answer = await call('ADD', pod, { deadlines: { addSeconds: 4 } });
    back();
    expect(JSON.parse(answer.stdout)).toMatchObject({ code: 11 });
    expect(await node.leftovers()).toEqual([]);
  });
});
