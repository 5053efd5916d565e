import type { StoreAccess } from './api-server/seed.ts';
import type { PodSummary } from '../../src/npwg/index.ts';
import { aNadObject, aPodSummary, entry, eth0 } from './pod-summary.ts';

/** The content of an overview: a cluster of two namespaces with some problems. */
export const sampleNads = [
  aNadObject('storage', { type: 'macvlan', master: 'eth1', ipam: { type: 'whereabouts', range: '10.30.0.0/24' } }),
  aNadObject('cameras', {
    plugins: [
      { type: 'bridge', bridge: 'cam0', ipam: { type: 'host-local', ranges: [[{ subnet: '10.40.0.0/24' }]] } },
      { type: 'tuning' },
    ],
  }),
  aNadObject(
    'backup',
    { type: 'ipvlan', master: 'eth2', ipam: { type: 'static', addresses: [{ address: '10.50.0.1/24' }] } },
    'infra',
  ),
];

const mac = (last: number): string => `02:00:00:00:00:${last.toString(16).padStart(2, '0')}`;

export const samplePods: readonly PodSummary[] = [
  aPodSummary('db-0', {
    asks: 'storage',
    owner: 'db',
    has: [eth0('10.244.1.5'), entry('shop/storage', 'net1', ['10.30.0.2'], mac(1))],
  }),
  aPodSummary('db-1', {
    asks: 'storage',
    owner: 'db',
    node: 'n2',
    has: [eth0('10.244.2.5'), entry('shop/storage', 'net1', ['10.30.0.3'], mac(2))],
  }),
  aPodSummary('db-2', {
    asks: 'storage',
    owner: 'db',
    node: 'n2',
    has: [eth0('10.244.2.6'), entry('shop/storage', 'net1', ['10.30.0.2'], mac(3))],
  }),
  aPodSummary('recorder-6c9f-x2', {
    asks: 'storage,cameras@cam0',
    owner: 'recorder',
    has: [
      eth0('10.244.1.6'),
      entry('shop/storage', 'net1', ['10.30.0.4', 'fd30::4'], mac(4)),
      entry('shop/cameras', 'cam0', ['10.40.0.2'], mac(5)),
    ],
  }),
  aPodSummary('viewer', { asks: 'cameras', has: [eth0('10.244.1.7')] }),
  aPodSummary('web-5d4f-a1', { owner: 'web', has: [eth0('10.244.1.8')] }),
  aPodSummary('web-5d4f-b2', { owner: 'web', node: 'n2', has: [eth0('10.244.2.8')] }),
  aPodSummary('late', { asks: 'infra/backup', node: 'n2', phase: 'Pending' }),
  aPodSummary('typo', { asks: 'storrage', node: 'n2', has: [eth0('10.244.2.9')] }),
  aPodSummary('archive-0', {
    namespace: 'infra',
    asks: 'backup',
    owner: 'archive',
    has: [eth0('10.244.1.9'), entry('infra/backup', 'net1', ['10.50.0.1'], mac(6))],
  }),
];

/** When the objects were created: tables show the age 3h for the next half an hour. */
const creationTimestamp = new Date(Date.now() - 3.5 * 60 * 60 * 1000).toISOString();

/** The API object of a pod. */
export const podObject = ({ namespace, name, annotations, node, phase, hostNetwork, owner }: PodSummary) => ({
  metadata: {
    namespace,
    name,
    creationTimestamp,
    annotations,
    ...(owner !== undefined && {
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'StatefulSet', name: owner, uid: `uid-of-${owner}`, controller: true },
      ],
    }),
  },
  spec: { nodeName: node ?? '', hostNetwork, containers: [{ name: 'main', image: 'sample' }] },
  status: { phase: phase ?? 'Running' },
});

/** Stores the sample in an API server. */
export function putSample(server: StoreAccess, pods: readonly PodSummary[] = samplePods): void {
  for (const name of ['shop', 'infra']) server.put('namespaces', { metadata: { name } });
  for (const nad of sampleNads)
    server.put('network-attachment-definitions', { ...nad, metadata: { ...nad.metadata, creationTimestamp } });
  for (const pod of pods) server.put('pods', podObject(pod));
}

/** Creates a number of pods: in workloads of 40, on nodes of 100, a quarter of them with two additional networks. */
export const manyPods = (count: number): readonly PodSummary[] =>
  Array.from({ length: count }, (_, index) => {
    const [workload, number] = [Math.floor(index / 40), index % 40];
    const more = workload % 4 === 0;
    const at = (net: number): string => `10.${net}.${Math.floor(index / 250)}.${1 + (index % 250)}`;
    return aPodSummary(`app-${workload}-${number}`, {
      namespace: `team-${workload % 5}`,
      node: `node-${index % 100}`,
      owner: `app-${workload}`,
      ...(more && { asks: 'shop/storage,infra/backup' }),
      has: [
        eth0(at(244)),
        ...(more ? [entry('shop/storage', 'net1', [at(30)], undefined), entry('infra/backup', 'net2', [at(50)])] : []),
      ],
    });
  });
