import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apiReader } from '../../src/cluster/index.ts';
import { type ClusterMeans, clusterChecks, clusterScene } from '../../src/doctor/index.ts';
import { type ApiServer, type ApiServerOptions, startApiServer } from '../support/api-server/index.ts';
import { healthyCluster, nodeObject, daemonPod } from '../support/doctor-cluster.ts';
import { textsOf } from '../support/doctor-room.ts';

let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let api: ApiServer;
const open = async (options: ApiServerOptions = {}): Promise<void> => {
  api = await startApiServer(options);
  await api.writeKubeconfig(join(folder.path, 'kubeconfig'));
  healthyCluster(api);
};
beforeEach(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-doctor-'));
});
afterEach(async () => {
  await api.close();
  await folder.remove();
});

async function seenBy(id: string, more: Partial<ClusterMeans> = {}) {
  const check = clusterChecks.find((each) => each.id === `PLX-D-${id}`) ?? expect.unreachable(id);
  const scene = clusterScene({ api: apiReader({ kind: 'kubeconfig', file: join(folder.path, 'kubeconfig') }), from: 'the cluster', now: Date.now, signal: AbortSignal.timeout(5000), ...more });
  return check.look(scene, AbortSignal.timeout(5000));
}
const look = (id: string, more?: Partial<ClusterMeans>): Promise<readonly string[]> =>
  seenBy(id, more).then(textsOf, (error: Error) => [`THROWS ${error.message}`]);

const nad = (name: string, config: object | string): unknown =>
  api.put('network-attachment-definitions', { metadata: { name, namespace: 'shop' }, spec: { config: typeof config === 'string' ? config : JSON.stringify(config) } });
const withSubnet = (subnet: string, more: object = {}): object => ({ cniVersion: '1.0.0', type: 'macvlan', ipam: { type: 'host-local', ranges: [[{ subnet, ...more }]] } });
const daemonSetStatus = (status: object): void => {
  const set = api.get('daemonsets', 'kube-system', 'plexus') ?? expect.unreachable('no DaemonSet');
  api.put('daemonsets', { ...set, status });
};
const event = (name: string, more: object = {}): unknown =>
  api.put('events', {
    metadata: { name, namespace: 'shop' },
    involvedObject: { kind: 'Pod', namespace: 'shop', name: 'db-0' },
    type: 'Warning',
    reason: 'AttachFailed',
    message: 'PLX-NAD-NOT-FOUND: there is no shop/fast',
    source: { component: 'plexus' },
    lastTimestamp: new Date().toISOString(),
    count: 3,
    ...more,
  });
const pod = (name: string, annotations: object, more: { spec?: object; phase?: string } = {}): unknown =>
  api.put('pods', { metadata: { name, namespace: 'shop', annotations }, spec: { nodeName: 'node-1', ...more.spec }, status: { phase: more.phase ?? 'Running' } });
const asking = { 'k8s.v1.cni.cncf.io/networks': 'fast' };

interface Case {
  readonly id: string;
  readonly title: string;
  readonly spoil: () => unknown;
  readonly finds: readonly (string | RegExp)[];
  readonly more?: Partial<ClusterMeans>;
}
const cases: readonly Case[] = [
  { id: 'API', title: 'the server is away', spoil: () => api.goAway(), finds: [/^error: .*ECONNREFUSED/] },
  { id: 'API', title: 'it does not know the caller', spoil: () => api.setToken('another'), finds: [/^error: .*401/] },
  { id: 'CRD', title: 'it is missing', spoil: () => api.remove('customresourcedefinitions', '', crdName), finds: ['error: it is not there: no pod can ask for a network'] },
  {
    id: 'CRD',
    title: 'another version is served, and the schema is not structural',
    spoil: () =>
      changeCrd((crd) => ({
        ...crd,
        spec: { ...(crd['spec'] as object), scope: 'Cluster', versions: [{ name: 'v1alpha1', served: true, storage: true }] },
        status: { conditions: [{ type: 'NonStructuralSchema', status: 'True', message: 'spec.x: Required value' }, { type: 'Established', status: 'False', message: 'not yet' }] },
      })),
    finds: ['error: version v1 is not served', 'error: its scope is Cluster, and not Namespaced', 'warning: NonStructuralSchema: spec.x: Required value', 'error: Established: not yet'],
  },
  { id: 'DAEMONSET', title: 'there is none', spoil: () => api.remove('daemonsets', 'kube-system', 'plexus'), finds: ['error: there is none in any namespace: no node is served'] },
  { id: 'DAEMONSET', title: 'it wants no node', spoil: () => daemonSetStatus({ desiredNumberScheduled: 0 }), finds: ['error: it wants no node at all'] },
  { id: 'DAEMONSET', title: 'pods are not ready', spoil: () => daemonSetStatus({ desiredNumberScheduled: 3, numberReady: 1 }), finds: ['error: 1 of 3 pods are ready'] },
  { id: 'DAEMONSET', title: 'an update is under way', spoil: () => daemonSetStatus({ desiredNumberScheduled: 3, numberReady: 3, updatedNumberScheduled: 1 }), finds: [/^note: 1 of 3 pods are of its newest version/] },
  { id: 'NODES', title: 'a tainted node has none', spoil: () => api.put('nodes', nodeObject('node-9', { taints: [{ key: 'gpu', value: 'yes', effect: 'NoExecute' }] })), finds: ['error: 1 of 3 nodes have no daemon'] },
  { id: 'NODES', title: 'one is not ready', spoil: () => api.put('pods', daemonPod('node-2', { ready: false })), finds: ['error: the daemon of 1 of 2 nodes is not ready'] },
  { id: 'NODES', title: 'there is no DaemonSet', spoil: () => api.remove('daemonsets', 'kube-system', 'plexus'), finds: ['unknown: not looked at: there is no DaemonSet of Plexus'] },
  { id: 'NODES', title: 'that node is unknown', spoil: () => 0, finds: [/^THROWS .*there is no such node; there are node-1, node-2/], more: { node: 'node-7' } },
  { id: 'IMAGES', title: 'two versions run', spoil: () => api.put('pods', daemonPod('node-2', { image: 'plexus-cni:0.2.0' })), finds: ['warning: 2 images are in use'] },
  { id: 'RESTARTS', title: 'a crash loop', spoil: () => api.put('pods', daemonPod('node-2', { state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' } } })), finds: ['error: CrashLoopBackOff: back-off 5m0s'] },
  { id: 'RESTARTS', title: 'memory ran out', spoil: () => api.put('pods', daemonPod('node-2', { lastState: { terminated: { reason: 'OOMKilled', exitCode: 137, finishedAt: '2026-01-01T00:00:00Z' } } })), finds: ['warning: it ran out of memory (OOMKilled)'] },
  { id: 'RESTARTS', title: 'it has just ended', spoil: () => api.put('pods', daemonPod('node-2', { lastState: { terminated: { reason: 'Error', exitCode: 1, finishedAt: new Date().toISOString() } } })), finds: ['warning: it ended within the last hour'] },
  { id: 'MULTUS', title: 'Multus is there too', spoil: () => api.put('daemonsets', { metadata: { name: 'kube-multus-ds', namespace: 'kube-system' }, spec: {} }), finds: ['warning: Multus is installed'] },
  { id: 'NAD-INVALID', title: 'no JSON', spoil: () => nad('bad', '{"cniVersion": '), finds: [/^error: .*shop\/bad.*spec.config is not a JSON object/] },
  { id: 'NAD-INVALID', title: 'no plugin', spoil: () => nad('bad', { cniVersion: '1.0.0' }), finds: [/^error: .*shop\/bad.*neither "type"/] },
  { id: 'NAD-INVALID', title: 'it runs Plexus', spoil: () => nad('bad', { cniVersion: '1.0.0', type: 'plexus' }), finds: ['error: it runs plexus, which would never end'] },
  { id: 'SUBNETS', title: 'two NADs', spoil: () => (nad('a', withSubnet('10.9.0.0/16')), nad('b', withSubnet('10.9.3.0/24'))), finds: ['warning: 10.9.0.0/16 of shop/a and 10.9.3.0/24 of shop/b have addresses in common'] },
  { id: 'SUBNETS', title: 'a divided subnet is well', spoil: () => (nad('a', withSubnet('10.9.0.0/24', { rangeEnd: '10.9.0.99' })), nad('b', withSubnet('10.9.0.0/24', { rangeStart: '10.9.0.100' }))), finds: [] },
  { id: 'SUBNETS', title: 'a NAD and pods', spoil: () => nad('a', withSubnet('10.244.2.128/25')), finds: ['warning: 10.244.2.128/25 of shop/a and 10.244.2.0/24 of the pods of node node-2 have addresses in common'] },
  { id: 'SUBNETS', title: 'a NAD and services', spoil: () => nad('a', withSubnet('10.96.7.0/24')), finds: ['warning: 10.96.7.0/24 of shop/a and 10.96.0.0/12 of services (ServiceCIDR kubernetes) have addresses in common'] },
  { id: 'NODE-PLUGINS', title: 'node-2 cannot be seen', spoil: () => 0, finds: ['unknown: not looked at: the plugin folders of 1 nodes cannot be seen from the API server'], more: { nodeLookedAt: 'node-1' } },
  { id: 'POD-STATUS', title: 'a pod without status', spoil: () => pod('db-0', asking), finds: ['warning: 1 running pods ask for networks and have no network-status'] },
  { id: 'POD-STATUS', title: 'pods that need none', spoil: () => (pod('a', { ...asking, 'k8s.v1.cni.cncf.io/network-status': '[]' }), pod('b', asking, { phase: 'Pending' }), pod('c', asking, { spec: { hostNetwork: true } }), pod('d', { 'k8s.v1.cni.cncf.io/networks': '[]' })), finds: [] },
  { id: 'POD-STATUS', title: 'a pod of another node', spoil: () => pod('db-0', asking), finds: [], more: { node: 'node-2' } },
  { id: 'EVENTS', title: 'warnings, grouped', spoil: () => (event('a'), event('b', { count: 2 }), event('c', { reason: 'DetachFailed', count: 1 })), finds: ['warning: AttachFailed: 5 times, about 2 objects', 'warning: DetachFailed: 1 times, about 1 object'] },
  { id: 'EVENTS', title: 'old ones, normal ones and those of others', spoil: () => (event('a', { lastTimestamp: '2026-01-01T00:00:00Z' }), event('b', { type: 'Normal' }), event('c', { source: { component: 'kubelet' } })), finds: [] },
];
const crdName = 'network-attachment-definitions.k8s.cni.cncf.io';
const changeCrd = (change: (crd: Record<string, unknown>) => Record<string, unknown>): unknown =>
  api.put('customresourcedefinitions', change((api.get('customresourcedefinitions', '', crdName) ?? {}) as unknown as Record<string, unknown>) as never);

const expected = (finds: Case['finds']): unknown[] => finds.map((each) => (typeof each === 'string' ? each : expect.stringMatching(each)));

describe('checks of a cluster', () => {
  it.each(clusterChecks.filter(({ id }) => id !== 'PLX-D-NODE-PLUGINS').map(({ id }) => id.slice('PLX-D-'.length)))('PLX-D-%s finds nothing where nothing is wrong', async (id) => {
    await open();
    expect(await look(id)).toEqual([]);
  });

  it.each(cases)('PLX-D-$id: $title', async ({ id, spoil, finds, more }) => {
    await open();
    await spoil();
    expect(await look(id, more)).toEqual(expected(finds));
  });

  it('PLX-D-NODES names the taints of a node without a daemon', async () => {
    await open();
    api.put('nodes', nodeObject('node-9', { taints: [{ key: 'gpu', value: 'yes', effect: 'NoExecute' }] }));
    expect((await seenBy('NODES'))[0]?.evidence).toEqual(['node-9 (taints gpu=yes:NoExecute)']);
  });

  it('asks once for what several checks look at', async () => {
    await open();
    const scene = clusterScene({ api: apiReader({ kind: 'kubeconfig', file: join(folder.path, 'kubeconfig') }), from: 'x', now: Date.now, signal: AbortSignal.timeout(5000) });
    api.requests.length = 0;
    await Promise.all(clusterChecks.map(({ look: each }) => each(scene, AbortSignal.timeout(5000))));
    const lists = api.requests.map(({ path }) => path.replace(/\?.*/, '')).filter((path) => path.endsWith('/nodes') || path.endsWith('/daemonsets'));
    expect(lists.toSorted()).toEqual(['/api/v1/nodes', '/apis/apps/v1/daemonsets']);
  });
});

describe('rights', () => {
  it("PLX-D-RBAC names what the daemon's account may not", async () => {
    await open({ authorizeAs: (user, { verb, resource }) => user === 'system:serviceaccount:kube-system:plexus' && !(verb === 'watch' || resource === 'events') });
    expect(await look('RBAC')).toEqual(['error: it may not watch network-attachment-definitions, create events']);
  });

  it('PLX-D-RBAC asks for another account', async () => {
    await open({ authorizeAs: (user) => user === 'system:serviceaccount:net:other' });
    expect(await look('RBAC', { account: 'system:serviceaccount:net:other' })).toEqual([]);
    expect(await look('RBAC')).toHaveLength(1);
  });

  it('what the current user may not is a note, and what was not looked at for it is unknown, never ok', async () => {
    await open({ authorize: ({ verb, resource }) => verb === 'list' && resource === 'nodes' });
    expect(await look('OWN-ACCESS')).toEqual([
      'note: the current user may not list pods, list events, list daemonsets, get customresourcedefinitions, list network-attachment-definitions, create subjectaccessreviews',
    ]);
    expect(await look('RBAC')).toEqual(['unknown: not looked at: the current user may not ask what others may do (create subjectaccessreviews)']);
    expect(await look('API')).toEqual([]);
    for (const id of ['CRD', 'DAEMONSET', 'NODES', 'IMAGES', 'RESTARTS', 'MULTUS', 'NAD-INVALID', 'SUBNETS', 'POD-STATUS', 'EVENTS']) {
      expect(await look(id), id).toEqual([expect.stringMatching(/^THROWS .*403/)]);
    }
  });
});
