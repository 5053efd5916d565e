import { execFile } from 'node:child_process';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClusterNode, createClusterNode } from '../support/cluster-node.ts';

const run = promisify(execFile);
const program = join(import.meta.dirname, '../../dist/plexus');
let cluster: ClusterNode;
beforeAll(async () => {
  cluster = await createClusterNode();
  await cluster.start();
});
afterAll(() => cluster.remove());

const plexus = (...words: string[]) =>
  run(program, [...words, '--kubeconfig', join(cluster.node.dir, 'kubeconfig')]).then(
    ({ stdout, stderr }) => ({ status: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ status: code, stdout, stderr }),
  );
const storage = (subnet: string, more: object = {}): object => cluster.node.bridge('storage', subnet, more);
const tidy = (text: string): string => text.replaceAll(cluster.node.dir, '/node');

describe('plexus plan of a pod in the cluster', () => {
  it('reads pod and networks from the cluster', async () => {
    cluster.nad('storage', storage('10.30.0.0/24'));
    cluster.podObject('planned', 'storage@store0');
    const { status, stdout } = await plexus('plan', 'planned', '-n', 'default');
    expect([status, stdout.split('\n').slice(0, 5)]).toEqual([
      0,
      [
        'Pod default/planned',
        '',
        'INTERFACE  NETWORK                           PLUGINS  REQUESTS',
        'eth0       (unknown: pass --node or --conf)  -        -',
        'store0     default/storage                   bridge   -',
      ],
    ]);
  });
  it('shows the default networks of the namespace for a pod in a file', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-plan-'));
    const file = join(folder.path, 'pod.yaml');
    await writeFile(
      file,
      JSON.stringify({ kind: 'Pod', apiVersion: 'v1', metadata: { name: 'new', namespace: 'lab' } }),
    );
    cluster.nad('storage', storage('10.30.0.0/24'));
    const key = 'plexus-cni.io/default-networks';
    const annotations = { [key]: 'default/storage@san0' };
    cluster.api.put('namespaces', { metadata: { name: 'lab', labels: { [key]: 'enabled' }, annotations } });
    const { stdout } = await plexus('plan', '--pod', file);
    expect(stdout.split('\n')[4]).toMatch(/^san0 +default\/storage +bridge/);
  });
  it('reports a missing pod', async () => {
    expect(await plexus('plan', 'nobody', '-n', 'shop')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/PLX-POD-NOT-FOUND: .*shop\/nobody/) as unknown,
    });
  });
  it.each([{ words: ['plan'] }, { words: ['plan', 'a', '--pod', 'b.yaml'] }])(
    'reports missing or conflicting arguments in $words',
    async ({ words }) => {
      expect(await plexus(...words)).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('Specify a pod') as unknown,
      });
    },
  );
});

describe('plexus plan --conf with the configuration of a thick Multus', () => {
  it.each([
    { title: 'under /host', at: (folder: string) => `/host${folder}/10-flannel.conflist` },
    {
      title: 'where its DaemonSet mounts the folder of the runtime',
      at: () => '/host/etc/cni/net.d/10-flannel.conflist',
    },
  ])('finds the default network that the container of Multus has $title', async ({ at }) => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-thick-'));
    const flannel = {
      name: 'cbr0',
      cniVersion: '0.3.1',
      plugins: [{ type: 'flannel', delegate: { isDefaultGateway: true } }],
    };
    await writeFile(join(folder.path, '10-flannel.conflist'), JSON.stringify(flannel));
    const conf = join(folder.path, '00-multus.conf');
    await writeFile(
      conf,
      JSON.stringify({
        cniVersion: '0.3.1',
        name: 'multus-cni-network',
        type: 'multus-shim',
        clusterNetwork: at(folder.path),
      }),
    );
    cluster.nad('a', { cniVersion: '0.3.1', type: 'macvlan', master: 'eth1', ipam: {} });
    cluster.podObject('thick', 'a');
    const { status, stdout, stderr } = await plexus('plan', 'thick', '-n', 'default', '--conf', conf);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/eth0 +cbr0 +flannel/);
    expect(stdout).toMatch(/net1 +default\/a +macvlan/);
  });
});

describe('plexus plan --diff on the node', () => {
  it('shows no difference for an attached pod, and every difference after its networks changed', async () => {
    cluster.nad('storage', storage('10.30.0.0/24'));
    const pod = await cluster.pod('compared', 'storage@store0');
    expect(await cluster.call('ADD', pod)).toMatchObject({ exitCode: 0 });
    const conf = join(cluster.confDir, '00-plexus.conflist');
    const diff = (...more: string[]) =>
      plexus('plan', 'compared', '-n', 'default', '--diff', '--cni-dir', join(cluster.node.dir, 'state'), ...more);
    expect(await diff('--conf', conf)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/store0 +default\/storage +as planned/) as unknown,
    });
    cluster.nad('storage', storage('10.31.0.0/24', { mtu: 9000 }));
    cluster.nad('more', { cniVersion: '1.0.0', name: 'more', type: 'bridge' });
    const { metadata } = cluster.api.get('pods', 'default', 'compared') ?? {};
    cluster.api.put('pods', {
      metadata: { ...metadata, annotations: { 'k8s.v1.cni.cncf.io/networks': 'storage@store0,more' } },
      spec: { containers: [{ name: 'main', image: 'none' }] },
    } as never);
    const { status, stdout } = await diff();
    expect(status).toBe(1);
    expect(`\n${tidy(stdout)}`).toMatchInlineSnapshot(`
      "
      INTERFACE  NETWORK          STATE         CHANGES
      store0     default/storage  CHANGED       2
      net2       default/more     NOT ATTACHED  -

      store0  plugins[0].ipam.ranges[0][0].subnet: attached with "10.30.0.0/24", planned "10.31.0.0/24"
      store0  plugins[0].mtu: attached with nothing, planned 9000
      "
    `);
    await cluster.call('DEL', pod);
  });
  it('reports the node of a pod that is not attached here', async () => {
    cluster.podObject('elsewhere', '');
    expect(
      await plexus('plan', 'elsewhere', '-n', 'default', '--diff', '--cni-dir', join(cluster.node.dir, 'state')),
    ).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('PLX-POD-NOT-ATTACHED') as unknown,
    });
  });
  it('uses the last value of a repeated flag', async () => {
    await writeFile(
      join(cluster.node.dir, 'pod.yaml'),
      'kind: Pod\napiVersion: v1\nmetadata: { name: x, namespace: default }\n',
    );
    expect(await plexus('plan', '--pod', '/nowhere', '--pod', join(cluster.node.dir, 'pod.yaml'))).toMatchObject({
      status: 0,
    });
  });
});
