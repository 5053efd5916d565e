import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { type ClusterMeans, reportIn } from '../../src/doctor/index.ts';
import type { ApiServerOptions } from '../support/api-server/index.ts';
import { type DoctorCluster, openDoctorCluster } from '../support/doctor-cluster.ts';

let cluster: DoctorCluster;
const open = async (options: ApiServerOptions = {}): Promise<void> => {
  cluster = await openDoctorCluster(options);
};
afterEach(() => cluster.close());

const withSubnet = (subnet: string, more: object = {}): object => ({
  cniVersion: '1.0.0',
  type: 'macvlan',
  ipam: { type: 'host-local', ranges: [[{ subnet, ...more }]] },
});
const event = (name: string, more: object = {}): unknown =>
  cluster.api.put('events', {
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
  cluster.api.put('pods', {
    metadata: { name, namespace: 'shop', annotations },
    spec: { nodeName: 'node-1', ...more.spec },
    status: { phase: more.phase ?? 'Running' },
  });
const asking = { 'k8s.v1.cni.cncf.io/networks': 'fast' };

interface Case {
  readonly id: string;
  readonly title: string;
  readonly spoil: () => unknown;
  readonly finds: readonly (string | RegExp)[];
  readonly more?: Partial<ClusterMeans>;
}
const cases: readonly Case[] = [
  {
    id: 'NAD-INVALID',
    title: 'reports a configuration that is not JSON',
    spoil: () => cluster.nad('bad', '{"cniVersion": '),
    finds: [/^error: .*shop\/bad.*spec.config is not a JSON object/],
  },
  {
    id: 'NAD-INVALID',
    title: 'reports a configuration without a plugin',
    spoil: () => cluster.nad('bad', { cniVersion: '1.0.0' }),
    finds: [/^error: .*shop\/bad.*neither "type"/],
  },
  {
    id: 'NAD-INVALID',
    title: 'reports a configuration that runs Plexus',
    spoil: () => cluster.nad('bad', { cniVersion: '1.0.0', type: 'plexus' }),
    finds: [
      'error: NetworkAttachmentDefinition shop/bad runs the plugin plexus, which would invoke Plexus recursively',
    ],
  },
  {
    id: 'SUBNETS',
    title: 'reports overlapping subnets of two NetworkAttachmentDefinitions',
    spoil: () => (cluster.nad('a', withSubnet('10.9.0.0/16')), cluster.nad('b', withSubnet('10.9.3.0/24'))),
    finds: ['warning: 10.9.0.0/16 of shop/a and 10.9.3.0/24 of shop/b have addresses in common'],
  },
  {
    id: 'SUBNETS',
    title: 'accepts disjoint ranges of one subnet',
    spoil: () => (
      cluster.nad('a', withSubnet('10.9.0.0/24', { rangeEnd: '10.9.0.99' })),
      cluster.nad('b', withSubnet('10.9.0.0/24', { rangeStart: '10.9.0.100' }))
    ),
    finds: [],
  },
  {
    id: 'SUBNETS',
    title: 'reports a NetworkAttachmentDefinition that overlaps with the pods of a node',
    spoil: () => cluster.nad('a', withSubnet('10.244.2.128/25')),
    finds: ['warning: 10.244.2.128/25 of shop/a and 10.244.2.0/24 of the pods of node node-2 have addresses in common'],
  },
  {
    id: 'SUBNETS',
    title: 'reports a NetworkAttachmentDefinition that overlaps with the services',
    spoil: () => cluster.nad('a', withSubnet('10.96.7.0/24')),
    finds: [
      'warning: 10.96.7.0/24 of shop/a and 10.96.0.0/12 of services (ServiceCIDR kubernetes) have addresses in common',
    ],
  },
  {
    id: 'NODE-PLUGINS',
    title: 'reports a node whose plugin folders cannot be seen',
    spoil: () => 0,
    finds: ['unknown: not checked: the plugin folders of 1 node are not visible through the API server'],
    more: { nodeLookedAt: 'node-1' },
  },
  {
    id: 'POD-STATUS',
    title: 'reports a pod without network-status',
    spoil: () => pod('db-0', asking),
    finds: ['warning: 1 running pod that requests networks and has no network-status'],
  },
  {
    id: 'POD-STATUS',
    title: 'accepts pods that have or need no network-status',
    spoil: () => (
      pod('a', { ...asking, 'k8s.v1.cni.cncf.io/network-status': '[]' }),
      pod('b', asking, { phase: 'Pending' }),
      pod('c', asking, { spec: { hostNetwork: true } }),
      pod('d', { 'k8s.v1.cni.cncf.io/networks': '[]' })
    ),
    finds: [],
  },
  {
    id: 'POD-STATUS',
    title: 'ignores a pod of another node',
    spoil: () => pod('db-0', asking),
    finds: [],
    more: { node: 'node-2' },
  },
  {
    id: 'EVENTS',
    title: 'reports Warning Events, grouped by reason',
    spoil: () => (event('a'), event('b', { count: 2 }), event('c', { reason: 'DetachFailed', count: 1 })),
    finds: ['warning: AttachFailed: 5 times, about 2 objects', 'warning: DetachFailed: 1 time, about 1 object'],
  },
  {
    id: 'EVENTS',
    title: 'ignores old and Normal Events, and those of other components',
    spoil: () => (
      event('a', { lastTimestamp: '2026-01-01T00:00:00Z' }),
      event('b', { type: 'Normal' }),
      event('c', { source: { component: 'kubelet' } })
    ),
    finds: [],
  },
];
const expected = (finds: Case['finds']): unknown[] =>
  finds.map((each) => (typeof each === 'string' ? each : expect.stringMatching(each)));

describe('the network check', () => {
  it.each(cases)('PLX-D-$id $title', async ({ id, spoil, finds, more }) => {
    await open();
    await spoil();
    expect(await cluster.look(id, more)).toEqual(expected(finds));
  });

  it('PLX-D-NODE-PLUGINS reports the findings of all nodes, and nodes without a report', async () => {
    await open();
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-reports-'));
    const more = { reportsFolder: folder.path };
    const report = (node: string, severity: string, id = 'PLX-D-PLUGINS'): Promise<void> =>
      writeFile(
        join(folder.path, `${node}.json`),
        JSON.stringify([
          { id, severity, what: 'macvlan does not exist', where: '/opt/cni/bin', fix: 'x', evidence: [] },
        ]),
      );
    await report('node-1', 'ok');
    expect(await cluster.look('NODE-PLUGINS', more)).toEqual([
      'unknown: not checked: the plugin folders of 1 node are not visible through the API server',
    ]);
    await report('node-2', 'warning');
    expect(await cluster.seenBy('NODE-PLUGINS', more)).toMatchObject([
      { severity: 'warning', what: 'macvlan does not exist', where: 'node node-2, /opt/cni/bin' },
    ]);
    await report('node-2', 'ok');
    expect(await cluster.look('NODE-PLUGINS', more)).toEqual([]);
    await report('node-1', 'ok', 'PLX-D-DISK');
    await writeFile(join(folder.path, 'node-2.json'), '{}');
    expect(await cluster.look('NODE-PLUGINS', more)).toEqual([
      'unknown: not checked: the report of the node does not contain plugins',
      'unknown: not checked: the report of the node cannot be read: it is not a list of findings',
    ]);
  });

  it('PLX-D-NODE-PLUGINS parses any text as a report, or rejects it with a reason (property)', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc
            .array(fc.dictionary(fc.constantFrom('id', 'severity'), fc.jsonValue()))
            .map((value) => JSON.stringify(value)),
        ),
        (text) => {
          const report = reportIn(text);
          expect('problem' in report ? report.problem.length : report.findings.length).toBeGreaterThanOrEqual(
            'problem' in report ? 1 : 0,
          );
        },
      ),
    );
  });

  it('PLX-D-SUBNETS compares networks with each other even if it may not read nodes and services', async () => {
    await open({ authorize: ({ resource }) => resource === 'network-attachment-definitions' });
    cluster.nad('a', withSubnet('10.9.0.0/16'));
    cluster.nad('b', withSubnet('10.9.3.0/24'));
    expect(await cluster.look('SUBNETS')).toEqual([
      expect.stringMatching(/^unknown: not checked: those of pods: .*403/),
      expect.stringMatching(/^unknown: not checked: those of services: .*403/),
      'warning: 10.9.0.0/16 of shop/a and 10.9.3.0/24 of shop/b have addresses in common',
    ]);
  });

  it('PLX-D-SUBNETS reports one finding per network, for any number of nodes', async () => {
    await open();
    cluster.nad('wide', withSubnet('10.0.0.0/8'));
    const [one, ...more] = await cluster.seenBy('SUBNETS');
    expect(more).toEqual([]);
    expect(one).toMatchObject({ what: '10.0.0.0/8 of shop/wide has addresses in common with 3 ranges of the cluster' });
    expect(one?.evidence).toEqual([
      '10.244.1.0/24 of the pods of node node-1',
      '10.244.2.0/24 of the pods of node node-2',
      '10.96.0.0/12 of services (ServiceCIDR kubernetes)',
    ]);
  });
});
