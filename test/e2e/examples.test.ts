import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callCni, podArgs } from '../support/cni-runtime.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { type PodResourcesServer, startPodResources } from '../support/pod-resources-server.ts';
import { type RecordingDelegate, recordingDelegate } from '../support/recording-delegate.ts';
import { type TestNode, createTestNode } from '../support/test-node.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const folders = (await readdir(join(root, 'examples'), { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
// the devices in their READMEs' plan commands
const devices: Readonly<Record<string, readonly (readonly [resource: string, id: string])[]>> = {
  sriov: [['vendor.example/sriov_fast', '0000:18:02.5']],
  'sriov-namespace': [
    ['vendor.example/vf_rail0', '0000:18:02.1'],
    ['vendor.example/vf_rail1', '0000:af:02.1'],
  ],
  infiniband: [['vendor.example/ib_vf', '0000:3b:00.2']],
};
const namespaceOf = (example: string): string => (example === 'sriov-namespace' ? 'radio' : 'default');
const recorded = ['vlan', 'dpdk-vhost-user', ...Object.keys(devices)];
const cases = folders.filter((name) => !['node', 'demo', 'dra', 'quickstart'].includes(name)); // dra: claims.test.ts

let node: TestNode;
let delegates: string;
let plugins: string;
let recorder: RecordingDelegate;
let kubelet: PodResourcesServer;
beforeAll(async () => {
  node = await createTestNode();
  delegates = join(node.dir, 'delegates');
  await mkdir(delegates);
  plugins = await pluginsDir();
  kubelet = await startPodResources(join(node.dir, 'kubelet/pod-resources/kubelet.sock'), {
    pods: Object.entries(devices).map(([name, own]) => ({
      namespace: namespaceOf(name),
      name,
      containers: [{ devices: own.map(([resource, id]) => ({ resource, ids: [id] })) }],
    })),
  });
  // vlan needs a kernel module and the others hardware, so these only record
  for (const type of ['bridge', 'portmap', 'macvlan', 'tuning'])
    recorder = await recordingDelegate(delegates, type, plugins);
  for (const type of ['vlan', 'sriov', 'ib-sriov', 'userspace']) await recordingDelegate(delegates, type);
});
afterAll(async () => {
  kubelet.close();
  await node.remove();
});

/** Copies an example's folder, with the addresses leased from this node's folder instead of the machine's. */
async function copyOf(example: string): Promise<string> {
  const target = join(node.dir, 'examples', example);
  await mkdir(target, { recursive: true });
  for (const file of await readdir(join(root, 'examples', example))) {
    const text = await readFile(join(root, 'examples', example, file), 'utf8');
    await writeFile(join(target, file), ofThisNode(text));
  }
  return target;
}

const ofThisNode = (text: string): string =>
  text
    .replaceAll('"type": "host-local",', `"type": "host-local", "dataDir": "${node.dir}/leases",`)
    .replaceAll('"type": "plexus-cni",', `"type": "plexus-cni", "deviceInfoDir": "${node.dir}/devinfo",`);

/** Returns the node example as the runtime passes it: the plugin's object with the list's name and version. */
async function configFor(conf: string, manifestsDir: string): Promise<Record<string, unknown>> {
  const list = JSON.parse(await readFile(conf, 'utf8')) as {
    cniVersion: string;
    name: string;
    plugins: Record<string, unknown>[];
  };
  const { kubeconfig: _cluster, ...plugin } = list.plugins[0] ?? {};
  return {
    ...plugin,
    cniVersion: list.cniVersion,
    name: list.name,
    manifestsDir,
    cniDir: join(node.dir, 'state'),
    binDir: delegates,
    logLevel: 'error',
    kubeletDir: join(node.dir, 'kubelet'),
  };
}

describe('plexus plan prints the configuration that the plugins receive, and the example runs', () => {
  it.each(cases)('in examples/%s', async (example) => {
    const conf = join(await copyOf('node'), '00-plexus.conflist');
    const folder = await copyOf(example);
    const given = (devices[example] ?? []).flatMap((device) => ['--device', device.join('=')]);
    const words = ['plan', '--pod', join(folder, 'pod.yaml'), '--nads', folder, '--conf', conf, ...given, '-o', 'json'];
    const { stdout } = await run(join(root, 'dist/plexus'), words);
    const view = JSON.parse(stdout) as {
      pod: string;
      attachments: { interface: string; plugins: { type: string; stdin: object }[] }[];
    };
    const sandbox = await node.pod(`sandbox-${example}`);
    const config = await configFor(conf, folder);
    const call = (command: string) =>
      callCni({
        command,
        config,
        containerId: sandbox.containerId,
        netns: sandbox.netns.path,
        ifName: 'eth0',
        args: podArgs({ namespace: namespaceOf(example), name: example }, sandbox.containerId),
        path: [delegates, plugins], // the second for IPAM plugins, which delegates run
        nodeNetns: node.netns.path,
      });
    await recorder.forget();
    const added = await call('ADD');
    expect(added, added.stdout + added.stderr).toMatchObject({ exitCode: 0 });
    const received = (await recorder.calls()).map(({ plugin, env, stdin: { prevResult: _answer, ...stdin } }) => ({
      plugin,
      interface: env['CNI_IFNAME'],
      stdin: JSON.parse(JSON.stringify(stdin).replaceAll(sandbox.containerId, 'CNI_CONTAINERID')) as object,
    }));
    const planned = view.attachments.flatMap((each) =>
      each.plugins.map(({ type, stdin }) => ({ plugin: type, interface: each.interface, stdin })),
    );
    expect(received).toEqual(planned);
    expect(view.pod).toBe(`${namespaceOf(example)}/${example}`);
    if (!recorded.includes(example)) expect(await call('CHECK')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(await call('DEL')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(await node.leftovers()).toEqual([]);
  });
});
