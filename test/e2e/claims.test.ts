import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { JsonObject } from '../../src/cni/index.ts';
import { claim, multusForm, nicDriver, result, slice } from '../support/claim-objects.ts';
import { type ClusterNode, createClusterNode, networksKey } from '../support/cluster-node.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { type PodResourcesServer, startPodResources } from '../support/pod-resources-server.ts';
import { type RecordingDelegate, recordingDelegate } from '../support/recording-delegate.ts';
import { errorIn } from '../support/recording-node.ts';
import type { TestPod } from '../support/test-node.ts';

const run = promisify(execFile);
// Devices of ResourceClaims, from the API server to the delegate and back into the claim's status.
let cluster: ClusterNode;
let plugins: string;
let sriov: RecordingDelegate;
let kubelet: PodResourcesServer;
beforeAll(async () => {
  plugins = await mkdtemp(join(tmpdir(), 'plexus-plugins-'));
  const real = await pluginsDir();
  for (const name of await readdir(real)) if (name !== 'sriov') await symlink(join(real, name), join(plugins, name));
  sriov = await recordingDelegate(plugins, 'sriov');
  cluster = await createClusterNode({ plugins });
  const kubeletDir = join(cluster.node.dir, 'kubelet');
  kubelet = await startPodResources(join(kubeletDir, 'pod-resources/kubelet.sock'));
  await cluster.start({
    flags: { 'kubelet-dir': kubeletDir, 'device-info-dir': join(cluster.node.dir, 'devinfo'), 'claim-status': 'true' },
  });
  const nad = (name: string, annotations: object) =>
    cluster.api.put('network-attachment-definitions', {
      metadata: { name, namespace: 'default', annotations },
      spec: { config: JSON.stringify({ cniVersion: '1.0.0', name, type: 'sriov', capabilities: { deviceID: true } }) },
    });
  nad('fast', { 'plexus-cni.io/resourceClaim': 'nics/fast' });
  nad('any', { 'plexus-cni.io/resourceClaim': 'nics' });
  nad('counted', { 'k8s.v1.cni.cncf.io/resourceName': 'vendor.com/sriov' });
  cluster.api.put(
    'resourceslices',
    slice('nics', {
      'vf-1': { 'resource.kubernetes.io/pciBusID': '0000:18:02.1' },
      'vf-2': { 'resource.kubernetes.io/pciBusID': '0000:18:02.2' },
      'vf-3': multusForm('0000:18:02.3', 'vendor.com/sriov'),
    }),
  );
});
beforeEach(() => sriov.forget());
afterAll(async () => {
  kubelet.close();
  await cluster.remove();
  await rm(plugins, { recursive: true });
});

/** Creates a pod whose claim `nics` has these allocation results. */
async function claiming(name: string, networks: string, results: readonly object[] | undefined): Promise<TestPod> {
  const pod = await cluster.pod(name, networks);
  const stored = cluster.api.get('pods', 'default', name) as unknown as JsonObject;
  cluster.api.put('pods', {
    ...stored,
    spec: {
      nodeName: 'node-1',
      containers: [{ name: 'main', image: 'none' }],
      resourceClaims: [{ name: 'nics', resourceClaimTemplateName: 'nics' }],
    },
    status: { phase: 'Pending', resourceClaimStatuses: [{ name: 'nics', resourceClaimName: `${name}-nics` }] },
  } as never);
  const object = claim(`${name}-nics`, results, { reservedFor: [{ resource: 'pods', name, uid: pod.uid }] });
  cluster.api.put('resourceclaims', { ...object, metadata: { name: `${name}-nics`, namespace: 'default' } } as never);
  return pod;
}
const given = async (): Promise<unknown[]> =>
  (await sriov.calls())
    .filter(({ command, plugin }) => command === 'ADD' && plugin === 'sriov')
    .map(({ stdin }) => [
      stdin['name'],
      stdin['deviceID'],
      (stdin['runtimeConfig'] as { deviceID?: string })?.deviceID,
    ]);
const statusOf = (name: string): unknown =>
  (cluster.api.get('resourceclaims', 'default', name) as unknown as { status?: { devices?: unknown } }).status?.devices;

describe('K8S-17 to K8S-23: a network that uses a ResourceClaim’s device', () => {
  it('gets the device of its request; the claim’s status shows interface, hardware address and addresses', async () => {
    const pod = await claiming('db', 'any,fast', [result('fast', 'vf-2'), result('slow', 'vf-1')]);
    expect(await cluster.call('ADD', pod)).toMatchObject({ exitCode: 0 });
    expect(await given()).toEqual([
      ['any', '0000:18:02.1', '0000:18:02.1'],
      ['fast', '0000:18:02.2', '0000:18:02.2'],
    ]);
    const entry = (device: string, interfaceName: string): object => ({
      driver: nicDriver,
      pool: 'node-1',
      device,
      networkData: { interfaceName, ips: ['10.0.0.5/24'] },
    });
    expect(statusOf('db-nics')).toEqual(
      expect.arrayContaining([
        expect.objectContaining(entry('vf-1', 'net1')),
        expect.objectContaining(entry('vf-2', 'net2')),
      ]),
    );
    expect(await cluster.call('DEL', pod)).toMatchObject({ exitCode: 0 });
  });

  it('enters the claim’s status when a running pod gains the network, and leaves it when the pod loses it', async () => {
    const stopAgent = await cluster.startAgent();
    const pod = await claiming('gains', 'any', [result('fast', 'vf-2'), result('slow', 'vf-1')]);
    expect(await cluster.call('ADD', pod)).toMatchObject({ exitCode: 0 });
    const reported = (): readonly unknown[] =>
      ((statusOf('gains-nics') ?? []) as { readonly device: string; readonly networkData: { interfaceName: string } }[])
        .map(({ device, networkData }) => `${device} ${networkData.interfaceName}`)
        .toSorted();
    const annotate = (networks: string): void => {
      const object = cluster.api.get('pods', 'default', 'gains');
      if (object === undefined) throw new Error('there is no pod');
      const annotations = { ...object.metadata.annotations, [networksKey]: networks };
      cluster.api.put('pods', { ...object, metadata: { ...object.metadata, annotations } });
    };
    expect(reported()).toEqual(['vf-1 net1']);
    annotate('any,fast');
    await expect.poll(reported).toEqual(['vf-1 net1', 'vf-2 net2']);
    annotate('fast');
    await expect.poll(reported).toEqual(['vf-2 net2']);
    annotate('[]');
    await expect.poll(reported).toEqual([]);
    expect(await cluster.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    await stopAgent();
  });

  it('is attached in the example with its pod, network and claim', async () => {
    const example = join(import.meta.dirname, '../../examples/dra');
    const [nad, pod] = await Promise.all(
      ['nad.yaml', 'pod.yaml'].map(async (file) => parse(await readFile(join(example, file), 'utf8')) as JsonObject),
    );
    cluster.api.put('network-attachment-definitions', nad as never);
    const { annotations } = (pod as unknown as { metadata: { annotations: Record<string, string> } }).metadata;
    const running = await claiming('dra', annotations['k8s.v1.cni.cncf.io/networks'] ?? '', [result('fast', 'vf-1')]);
    expect(await cluster.call('ADD', running)).toMatchObject({ exitCode: 0 });
    expect(await given()).toEqual([['claimed', '0000:18:02.1', '0000:18:02.1']]);
    await cluster.call('DEL', running);
    const words = [
      'plan',
      '--pod',
      join(example, 'pod.yaml'),
      '--nads',
      example,
      '--device',
      'claim:nics/fast=0000:18:02.6',
      '-o',
      'json',
    ];
    const { stdout } = await run(join(import.meta.dirname, '../../dist/plexus'), words);
    const planned = JSON.parse(stdout) as { attachments: { plugins: { stdin: JsonObject }[] }[] };
    // without --conf, the default network is unknown and left out
    expect(planned.attachments[0]?.plugins[0]?.stdin).toMatchObject({ type: 'sriov', deviceID: '0000:18:02.6' });
  });

  it('K8S-21: gets the claimed device of the resource that it names, as in Multus', async () => {
    const pod = await claiming('counted', 'counted', [result('main', 'vf-3')]);
    const devices = [{ driver: nicDriver, pool: 'node-1', device: 'vf-3' }];
    kubelet.behave({
      pods: [
        {
          namespace: 'default',
          name: 'counted',
          containers: [{ claims: [{ namespace: 'default', name: 'counted-nics', devices }] }],
        },
      ],
    });
    expect(await cluster.call('ADD', pod)).toMatchObject({ exitCode: 0 });
    expect(await given()).toEqual([['counted', '0000:18:02.3', '0000:18:02.3']]);
    await cluster.call('DEL', pod);
  });

  it('K8S-01: does not query a kubelet again that has Get disabled', async () => {
    const devices = [{ resource: 'vendor.com/sriov', ids: ['0000:18:02.4'] }];
    await kubelet.restart({
      get: 'disabled',
      pods: ['early', 'late'].map((name) => ({ namespace: 'default', name, containers: [{ devices }] })),
    });
    kubelet.calls.length = 0;
    for (const name of ['early', 'late']) {
      const pod = await cluster.pod(name, 'counted');
      expect(await cluster.call('ADD', pod)).toMatchObject({ exitCode: 0 });
      await cluster.call('DEL', pod);
    }
    expect(kubelet.calls).toEqual(['Get default/early', 'List', 'List']);
    await kubelet.restart({ get: 'served' });
  });

  it('149: gets its own device if the device plugin allocated one and a claim another', async () => {
    const pod = await claiming('mixed', 'counted,counted', [result('main', 'vf-3')]);
    kubelet.behave({
      pods: [
        {
          namespace: 'default',
          name: 'mixed',
          containers: [{ devices: [{ resource: 'vendor.com/sriov', ids: ['0000:18:02.4'] }] }],
        },
      ],
    });
    const { exitCode, stdout } = await cluster.call('ADD', pod);
    expect([exitCode, stdout]).toEqual([0, expect.anything()]);
    expect((await given()).map((each) => (each as string[])[1])).toEqual(['0000:18:02.3', '0000:18:02.4']);
    await cluster.call('DEL', pod);
  });

  it("is rejected with the pod's claims if it names another claim", async () => {
    const pod = await claiming('lacks', 'other', [result('fast', 'vf-2')]);
    cluster.api.put('network-attachment-definitions', {
      metadata: { name: 'other', namespace: 'default', annotations: { 'plexus-cni.io/resourceClaim': 'gpus' } },
      spec: { config: '{"cniVersion":"1.0.0","name":"other","type":"sriov"}' },
    });
    const { stdout } = await cluster.call('ADD', pod);
    expect(errorIn(stdout).msg).toMatch(/PLX-CLAIM-UNKNOWN: .*gpus.*nics/);
    await cluster.call('DEL', pod);
  });

  it('is rejected with code 11 (try again later) while the claim is not allocated', async () => {
    const pod = await claiming('waits', 'fast', undefined);
    const { stdout } = await cluster.call('ADD', pod);
    expect(errorIn(stdout)).toMatchObject({
      code: 11,
      msg: expect.stringMatching(/PLX-CLAIM-UNALLOCATED: .*waits-nics/) as unknown,
    });
    await cluster.call('DEL', pod);
  });

  it('is rejected before any plugin runs if another network uses its only device', async () => {
    const pod = await claiming('twice', 'fast,any', [result('fast', 'vf-2')]);
    const { stdout } = await cluster.call('ADD', pod);
    expect(errorIn(stdout).msg).toMatch(
      /PLX-DEVICE-MISSING: network default\/any requires a device of claim nics, but the pod has only 1/,
    );
    expect(await given()).toEqual([]);
    await cluster.call('DEL', pod);
  });
});
