import { daemonPod, daemonSet } from '../support/installed-daemons.ts';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileJournal } from '../../src/journal/index.ts';
import { startPodResources } from '../support/pod-resources-server.ts';
import type { TestPod } from '../support/test-node.ts';
import { waitFor } from '../support/wait-for.ts';
import type { TroubleNode } from './trouble-node.ts';

/** Creates on a node the problem that a section of docs/troubleshooting.md shows. */
type Scene = (node: TroubleNode) => Promise<unknown>;

/** Fails to attach a pod: kubelet's attempt, and the Events of Plexus. */
async function fails(node: TroubleNode, name: string, networks?: string): Promise<TestPod> {
  const pod = await node.pod(name, networks, 'Pending');
  const { exitCode, stdout } = await node.at.call('ADD', pod);
  if (exitCode === 0) throw new Error(`${name} was attached: ${stdout}`);
  await node.waitForEvent(name);
  return pod;
}
async function works(node: TroubleNode, name: string, networks?: string): Promise<TestPod> {
  const pod = await node.pod(name, networks);
  const { exitCode, stdout } = await node.at.call('ADD', pod);
  if (exitCode !== 0) throw new Error(`${name} was not attached: ${stdout}`);
  return pod;
}
const storage = (node: TroubleNode, more: object = {}): void =>
  node.at.nad('storage', node.at.node.bridge('storage', '10.30.0.0/24', more));
const macvlan = {
  cniVersion: '1.0.0',
  name: 'edge',
  type: 'macvlan',
  master: 'ens192',
  ipam: { type: 'host-local', subnet: '10.31.0.0/24' },
};

const podFile = (networks: string): string => `apiVersion: v1
kind: Pod
metadata:
  name: web-1
  annotations:
    k8s.v1.cni.cncf.io/networks: ${networks}
spec:
  containers: [{ name: main, image: web }]
`;

/** The scenes by heading. */
export const scenes: Readonly<Record<string, Scene>> = {
  'The daemon is unavailable': async (node) => {
    storage(node);
    await node.start({ 'daemon-wait-seconds': '2' });
    await node.at.daemon().stop('SIGKILL');
    const { api } = node.at;
    api.put('namespaces', { metadata: { name: 'kube-system' } });
    api.put('daemonsets', daemonSet(1));
    api.put('pods', daemonPod('plexus-x7k2p', 'node-1', false));
    api.put('pods', daemonPod('plexus-9qwzt', 'node-2', true));
    const pod = await node.pod('web-1', 'storage', 'Pending');
    node.kubeletReports(pod, (await node.at.call('ADD', pod)).stdout);
  },
  'No address is left': async (node) => {
    const ranges = [[{ subnet: '10.30.0.0/24', rangeStart: '10.30.0.10', rangeEnd: '10.30.0.11' }]];
    storage(node, { ipam: { type: 'host-local', dataDir: join(node.at.node.dir, 'leases'), ranges } });
    await node.start();
    await works(node, 'web-1', 'storage');
    const lost = await works(node, 'web-2', 'storage');
    await node.at.daemon().stop();
    const journal = fileJournal(join(node.at.node.dir, 'state/journal'));
    const record = await journal.read({ containerId: lost.containerId, ifName: 'eth0' });
    if (record !== undefined) await journal.write({ ...record, bootId: 'of-before' });
    await lost.netns.remove();
    await node.start();
    await fails(node, 'web-3', 'storage');
  },
  'The annotation is wrong': async (node) => {
    for (const name of ['storage', 'backup']) node.at.nad(name, node.at.node.bridge(name, '10.30.0.0/24'));
    await node.start();
    await node.write('pod.yaml', podFile('storage,backup,'));
    await node.write('names.yaml', podFile('storage@net1,backup@net1'));
    await fails(node, 'web-1', 'storage,backup,');
  },
  'No plugin reads a request': async (node) => {
    storage(node);
    await node.start();
    await node.write('pod.yaml', podFile(`'[{"name": "storage", "bandwidth": {"ingressRate": 1000000}}]'`));
    await fails(node, 'web-1', '[{"name": "storage", "bandwidth": {"ingressRate": 1000000}}]');
  },
  'The network does not exist': async (node) => {
    const { api } = node.at;
    api.put('namespaces', { metadata: { name: 'shop' } });
    const config = JSON.stringify(node.at.node.bridge('storage', '10.30.0.0/24'));
    api.put('network-attachment-definitions', { metadata: { name: 'storage', namespace: 'shop' }, spec: { config } });
    await node.start();
    await fails(node, 'web-1', 'storage');
  },
  'The pod does not request the device': async (node) => {
    const kubelet = await startPodResources(join(node.at.node.dir, 'kubelet/pod-resources/kubelet.sock'), {
      pods: [
        {
          namespace: 'default',
          name: 'db-0',
          containers: [{ devices: [{ resource: 'vendor.example/vf', ids: ['0000:18:02.5'] }] }],
        },
        { namespace: 'default', name: 'web-1', containers: [{}] },
      ],
    });
    await node.plugin('sriov');
    node.at.api.put('network-attachment-definitions', {
      metadata: {
        name: 'fast',
        namespace: 'default',
        annotations: { 'k8s.v1.cni.cncf.io/resourceName': 'vendor.example/vf' },
      },
      spec: { config: JSON.stringify({ cniVersion: '1.0.0', name: 'fast', type: 'sriov' }) },
    });
    await node.start();
    await works(node, 'db-0', 'fast');
    await fails(node, 'web-1', 'fast');
    node.atEnd(kubelet.close);
  },
  'A plugin is not on the node': async (node) => {
    node.at.nad('edge', macvlan);
    await rm(join(node.plugins, 'macvlan'));
    await node.start();
    await fails(node, 'web-1', 'edge');
  },
  'A plugin fails': async (node) => {
    storage(node);
    node.at.nad('edge', macvlan);
    await node.start();
    await fails(node, 'web-1', 'storage,edge');
  },
  'A plugin hangs': async (node) => {
    await (await node.plugin('fabric')).set({ ADD: { hang: true } });
    node.at.nad('edge', { cniVersion: '1.0.0', name: 'edge', type: 'fabric' });
    await node.start({ deadlines: '{"pluginSeconds":2}' });
    await fails(node, 'web-1', 'edge');
  },
  'It runs without its networks': async (node) => {
    storage(node);
    node.podObject('web-1', 'storage');
    await node.start({ 'reclaim-seconds': '1' });
    await node.waitForEvent('web-1');
    await waitFor('the list', async () => (await node.shell('plexus attachments')).includes('web-1'));
  },
  'Another CNI configuration comes first': async (node) => {
    await node.start({ 'manage-configuration': 'report' });
    const ours = join(node.at.confDir, '00-plexus.conflist');
    await writeFile(
      join(node.at.confDir, '05-cilium.conflist'),
      JSON.stringify({ cniVersion: '1.0.0', name: 'cilium', plugins: [{ type: 'cilium-cni' }] }),
    );
    await rename(ours, `${ours}.cilium_bak`);
    await node.waitForEvent('node-1');
  },
  'The default route is not where it should be': async (node) => {
    storage(node, { isDefaultGateway: true });
    await node.start();
    await works(node, 'web-1', 'storage');
    await works(node, 'web-2', '[{"name": "storage", "default-route": ["10.30.0.1"]}]');
  },
  'The API server is unavailable': async (node) => {
    storage(node);
    await node.start();
    const [known, unknown] = [await node.pod('web-1', 'storage'), await node.pod('web-2', 'made-later')];
    await node.at.api.goAway();
    const { stdout } = await node.at.call('ADD', unknown);
    if (!stdout.includes('PLX-API-UNAVAILABLE')) throw new Error(`a network that is not known: ${stdout}`);
    await node.at.call('ADD', known);
  },
  'Two pods have the same address': async (node) => {
    const addresses = [{ address: '10.31.0.5/24' }];
    node.at.nad('edge', { ...macvlan, master: 'eth1', ipam: { type: 'static', addresses } });
    await node.start();
    await works(node, 'web-1', 'edge');
    await works(node, 'web-2', 'edge');
  },
  'It stays Terminating': async (node) => {
    const fabric = await node.plugin('fabric');
    node.at.nad('edge', { cniVersion: '1.0.0', name: 'edge', type: 'fabric' });
    await node.start({});
    const pod = await works(node, 'web-1', 'edge');
    await fabric.set({ DEL: { exitCode: 1, stdout: '{"code":999,"msg":"the switch does not answer"}' } });
    for (let tries = 0; tries < 5; tries++) await node.at.call('DEL', pod);
    await node.waitForEvent('web-1', 'NetworkAbandoned');
  },
};
