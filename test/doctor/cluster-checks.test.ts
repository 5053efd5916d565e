import { afterEach, describe, expect, it } from 'vitest';
import { type ClusterMeans, clusterChecks } from '../../src/doctor/index.ts';
import type { ApiServerOptions } from '../support/api-server/index.ts';
import { type DoctorCluster, daemonPod, nodeObject, openDoctorCluster } from '../support/doctor-cluster.ts';
import { patience } from '../support/patience.ts';
import { makeGeneration } from '../../src/webhook/make-certificate.ts';

let cluster: DoctorCluster;
const open = async (options: ApiServerOptions = {}): Promise<void> => {
  cluster = await openDoctorCluster(options);
};
afterEach(() => cluster.close());

const daemonSetStatus = (status: object): void => {
  const set = cluster.api.get('daemonsets', 'kube-system', 'plexus') ?? expect.unreachable('no DaemonSet');
  cluster.api.put('daemonsets', { ...set, status });
};
interface Case {
  readonly id: string;
  readonly title: string;
  readonly spoil: () => unknown;
  readonly finds: readonly (string | RegExp)[];
  readonly more?: Partial<ClusterMeans>;
}
const cases: readonly Case[] = [
  {
    id: 'API',
    title: 'an unavailable API server',
    spoil: () => cluster.api.goAway(),
    finds: [/^error: .*ECONNREFUSED/],
  },
  {
    id: 'API',
    title: 'an API server that does not accept the token',
    spoil: () => cluster.api.setToken('another'),
    finds: [/^error: .*401/],
  },
  {
    id: 'CRD',
    title: 'a missing definition',
    spoil: () => cluster.api.remove('customresourcedefinitions', '', crdName),
    finds: ['error: it does not exist: no pod can request a network'],
  },
  {
    id: 'CRD',
    title: 'another served version, and a schema that is not structural',
    spoil: () =>
      changeCrd((crd) => ({
        ...crd,
        spec: {
          ...(crd['spec'] as object),
          scope: 'Cluster',
          versions: [{ name: 'v1alpha1', served: true, storage: true }],
        },
        status: {
          conditions: [
            { type: 'NonStructuralSchema', status: 'True', message: 'spec.x: Required value' },
            { type: 'Established', status: 'False', message: 'not yet' },
          ],
        },
      })),
    finds: [
      'error: version v1 is not served',
      'error: its scope is Cluster, not Namespaced',
      'warning: NonStructuralSchema: spec.x: Required value',
      'error: Established: not yet',
    ],
  },
  {
    id: 'DAEMONSET',
    title: 'a missing DaemonSet',
    spoil: () => cluster.api.remove('daemonsets', 'kube-system', 'plexus'),
    finds: ['error: there is none in any namespace, so no node has a daemon'],
  },
  {
    id: 'DAEMONSET',
    title: 'a DaemonSet that selects no node',
    spoil: () => daemonSetStatus({ desiredNumberScheduled: 0 }),
    finds: ['error: it matches no node'],
  },
  {
    id: 'DAEMONSET',
    title: 'pods that are not ready',
    spoil: () => daemonSetStatus({ desiredNumberScheduled: 3, numberReady: 1 }),
    finds: ['error: 1 of 3 pods are ready'],
  },
  {
    id: 'DAEMONSET',
    title: 'an update in progress',
    spoil: () => daemonSetStatus({ desiredNumberScheduled: 3, numberReady: 3, updatedNumberScheduled: 1 }),
    finds: [/^note: 1 of 3 pods have its newest version/],
  },
  {
    id: 'NODES',
    title: 'a tainted node without a daemon',
    spoil: () =>
      cluster.api.put('nodes', nodeObject('node-9', { taints: [{ key: 'gpu', value: 'yes', effect: 'NoExecute' }] })),
    finds: ['error: 1 of 3 nodes without a daemon'],
  },
  {
    id: 'NODES',
    title: 'a daemon that is not ready',
    spoil: () => cluster.api.put('pods', daemonPod('node-2', { ready: false })),
    finds: ['error: 1 of 2 nodes whose daemon is not ready'],
  },
  {
    id: 'NODES',
    title: 'that there is no DaemonSet',
    spoil: () => cluster.api.remove('daemonsets', 'kube-system', 'plexus'),
    finds: ['unknown: not checked: there is no DaemonSet of Plexus'],
  },
  {
    id: 'NODES',
    title: 'an unknown node',
    spoil: () => 0,
    finds: ['error: this node does not exist'],
    more: { node: 'node-7' },
  },
  {
    id: 'IMAGES',
    title: 'daemons of two versions',
    spoil: () => cluster.api.put('pods', daemonPod('node-2', { image: 'plexus-cni:0.2.0' })),
    finds: ['warning: 2 images are in use'],
  },
  ...(['IMAGES', 'RESTARTS'] as const).map((id) => ({
    id,
    title: 'that there is no daemon',
    spoil: () => cluster.api.remove('daemonsets', 'kube-system', 'plexus'),
    finds: ['unknown: not checked: there is no pod of Plexus'],
  })),
  {
    id: 'RESTARTS',
    title: 'a crash loop',
    spoil: () =>
      cluster.api.put(
        'pods',
        daemonPod('node-2', { state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' } } }),
      ),
    finds: ['error: CrashLoopBackOff: back-off 5m0s'],
  },
  {
    id: 'RESTARTS',
    title: 'a daemon that ran out of memory',
    spoil: () =>
      cluster.api.put(
        'pods',
        daemonPod('node-2', {
          lastState: { terminated: { reason: 'OOMKilled', exitCode: 137, finishedAt: '2026-01-01T00:00:00Z' } },
        }),
      ),
    finds: ['warning: it ran out of memory (OOMKilled)'],
  },
  {
    id: 'RESTARTS',
    title: 'a daemon that has just ended',
    spoil: () =>
      cluster.api.put(
        'pods',
        daemonPod('node-2', {
          lastState: { terminated: { reason: 'Error', exitCode: 1, finishedAt: new Date().toISOString() } },
        }),
      ),
    finds: ['warning: it ended within the last hour'],
  },
  {
    id: 'MULTUS',
    title: 'an installed Multus',
    spoil: () =>
      cluster.api.put('daemonsets', { metadata: { name: 'kube-multus-ds', namespace: 'kube-system' }, spec: {} }),
    finds: ['warning: Multus is installed'],
  },
  {
    id: 'WEBHOOK',
    title: 'a webhook without a ready replica, without a CA bundle, and a missing configuration',
    spoil: () => putWebhook({ matchConditions: [{ name: 'a', expression: 'true' }] }, ''),
    finds: [
      `error: ValidatingWebhookConfiguration plexus is missing`,
      'error: no replica of the webhook is ready',
      'error: it has no CA bundle, so the API server does not trust the webhook',
    ],
  },
  {
    id: 'WEBHOOK',
    title: 'an expired authority, and an outage that would stop all pods',
    spoil: async () => {
      const day = 24 * 3_600_000;
      const { ca } = await makeGeneration(['webhook'], day, Date.now() - 3 * day);
      const condition = { matchConditions: [{ name: 'a', expression: 'true' }] };
      for (const kind of ['mutating', 'validating'] as const)
        putWebhook(kind === 'mutating' ? {} : condition, ca, kind);
      cluster.api.put('endpointslices', {
        metadata: { name: 'w-1', namespace: 'kube-system', labels: { 'kubernetes.io/service-name': 'plexus-webhook' } },
        endpoints: [{ conditions: { ready: true } }],
      });
    },
    finds: [
      /^error: all authorities of its CA bundle expired/,
      /^warning: .*no matchConditions/,
      /^error: all authorities/,
    ],
  },
];
const putWebhook = (more: object, ca: string, kind = 'mutating'): unknown =>
  cluster.api.put(`${kind}webhookconfigurations`, {
    metadata: { name: 'plexus' },
    webhooks: [
      {
        name: 'networks.plexus-cni.io',
        clientConfig: {
          caBundle: Buffer.from(ca).toString('base64'),
          service: { namespace: 'kube-system', name: 'plexus-webhook' },
        },
        ...more,
      },
    ],
  });
const crdName = 'network-attachment-definitions.k8s.cni.cncf.io';
const changeCrd = (change: (crd: Record<string, unknown>) => Record<string, unknown>): unknown =>
  cluster.api.put(
    'customresourcedefinitions',
    change(
      (cluster.api.get('customresourcedefinitions', '', crdName) ?? {}) as unknown as Record<string, unknown>,
    ) as never,
  );

const expected = (finds: Case['finds']): unknown[] =>
  finds.map((each) => (typeof each === 'string' ? each : expect.stringMatching(each)));

describe('the cluster check', () => {
  it.each(clusterChecks.filter(({ id }) => id !== 'PLX-D-NODE-PLUGINS').map(({ id }) => id.slice('PLX-D-'.length)))(
    'PLX-D-%s reports nothing in a healthy cluster',
    async (id) => {
      await open();
      expect(await cluster.look(id)).toEqual([]);
    },
  );

  it.each(cases)('PLX-D-$id reports $title', async ({ id, spoil, finds, more }) => {
    await open();
    await spoil();
    expect(await cluster.look(id, more)).toEqual(expected(finds));
  });

  it('PLX-D-NODES names the taints of a node without a daemon', async () => {
    await open();
    cluster.api.put('nodes', nodeObject('node-9', { taints: [{ key: 'gpu', value: 'yes', effect: 'NoExecute' }] }));
    expect((await cluster.seenBy('NODES'))[0]?.evidence).toEqual(['node-9 (taints gpu=yes:NoExecute)']);
  });

  it('shares its lists of objects with the other checks', async () => {
    await open();
    const scene = cluster.scene();
    cluster.api.requests.length = 0;
    await Promise.all(clusterChecks.map(({ look: each }) => each(scene, patience())));
    const lists = cluster.api.requests
      .map(({ path }) => path.replace(/\?.*/, ''))
      .filter((path) => path.endsWith('/nodes') || path.endsWith('/daemonsets'));
    expect(lists.toSorted()).toEqual(['/api/v1/nodes', '/apis/apps/v1/daemonsets']);
  });
});
