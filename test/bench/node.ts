import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JsonObject, parseJsonObject } from '../../src/cni/index.ts';
import { type DaemonOptions, type TestDaemon, startTestDaemon } from '../support/daemon.ts';
import { type Netns, createNetns } from '../support/netns.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { waitFor } from '../support/wait-for.ts';
import { type ApiProcess, startApiProcess } from './api.ts';
import type { Native } from './native.ts';
import type { Runner } from './run-calls.ts';

/**
 * The plugins of the networks: the one that does nothing, the one that takes 250 ms to do so, or bridge and macvlan.
 */
export type Delegates = 'nothing' | 'pause' | 'real';

/** A pod object in the API, and network namespaces for its sandboxes. */
export interface BenchPod {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly netns: Netns;
  readonly annotations: Readonly<Record<string, string>>;
}
/**
 * A node for measurements: a network namespace with an API server and a daemon, each in its own process, and networks
 * net1, net2 … of one kind.
 */
export interface BenchNode {
  readonly dir: string;
  readonly api: ApiProcess;
  readonly runner: Runner;
  readonly delegates: Delegates;
  /** Folder of the plugins. */
  readonly plugins: string;
  readonly socket: string;
  readonly kubeconfig: string;
  /** Configuration of network 0 (the default one), 1, 2 …, either for `daemonless` calls or as in the API. */
  readonly network: (index: number) => JsonObject;
  readonly start: (more?: Partial<DaemonOptions>) => Promise<TestDaemon>;
  /** The configuration of Plexus as written by the daemon. */
  readonly conflist: () => Promise<JsonObject>;
  readonly pod: (name: string, further: number) => Promise<BenchPod>;
  readonly remove: () => Promise<void>;
}

export const mostFurther = 16;

export async function createBenchNode(native: Native, delegates: Delegates): Promise<BenchNode> {
  const dir = await mkdtemp(join(tmpdir(), 'plexus-bench-'));
  const netns = await createNetns();
  await netns.exec(['ip', 'link', 'set', 'lo', 'up']);
  await netns.exec(['ip', 'link', 'add', 'eth1', 'type', 'veth', 'peer', 'name', 'wire']);
  for (const link of ['eth1', 'wire']) await netns.exec(['ip', 'link', 'set', link, 'up']);
  const api = await startApiProcess(netns.path);
  const [confDir, kubeconfig, socket] = [join(dir, 'net.d'), join(dir, 'kubeconfig'), join(dir, 'run/plexus.sock')];
  await mkdir(confDir);
  await writeFile(kubeconfig, api.kubeconfig, { mode: 0o600 });
  const network = (index: number): JsonObject => networkOf(delegates, index, dir);
  await writeFile(join(confDir, '10-cluster.conf'), JSON.stringify(network(0)));
  await api.put(
    'network-attachment-definitions',
    Array.from({ length: mostFurther }, (_, index) => nadObject(`net${index + 1}`, network(index + 1))),
  );
  let daemon: TestDaemon | undefined;
  const conflist = async (): Promise<JsonObject> =>
    parseJsonObject(await readFile(join(confDir, '00-plexus.conflist'), 'utf8'), 'our configuration');
  return {
    dir,
    api,
    runner: { program: native.runCalls, netns: netns.path },
    delegates,
    plugins: delegates === 'real' ? await pluginsDir() : native.plugins,
    socket,
    kubeconfig,
    network,
    conflist,
    start: async ({ flags, ...more } = {}) => {
      const own = {
        'cni-dir': join(dir, 'state'),
        'cni-conf-dir': confDir,
        'conf-dir': join(dir, 'conf'),
        'node-name': 'node-1',
      };
      const usual = { kubeconfig, 'manage-configuration': 'keep', 'kubelet-pods-api': join(dir, 'no-kubelet') };
      daemon = await startTestDaemon({ dir, nodeNetns: netns.path, flags: { ...own, ...usual, ...flags }, ...more });
      await waitFor('our configuration', async () => Boolean(await conflist()));
      return daemon;
    },
    pod: async (name, further) => {
      const asked = Array.from({ length: further }, (_, index) => `net${index + 1}`).join(',');
      const annotations = further === 0 ? {} : { 'k8s.v1.cni.cncf.io/networks': asked };
      const [uid = ''] = await api.put('pods', [podObject(name, annotations)]);
      return { name, namespace: 'default', uid, annotations, netns: await createNetns() };
    },
    remove: async () => {
      await daemon?.stop('SIGKILL');
      await api.close();
      await netns.remove();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function networkOf(delegates: Delegates, index: number, dir: string): JsonObject {
  const name = index === 0 ? 'cluster-net' : `net${index}`;
  const common = { cniVersion: '1.0.0', name };
  if (delegates !== 'real') return { ...common, type: delegates };
  const ipam = { type: 'host-local', dataDir: join(dir, 'leases'), ranges: [[{ subnet: `10.${200 + index}.0.0/20` }]] };
  if (index % 2 === 1) return { ...common, type: 'macvlan', master: 'eth1', mode: 'bridge', ipam };
  return { ...common, type: 'bridge', bridge: `br${index}`, ...(index === 0 && { isDefaultGateway: true }), ipam };
}

export const nadObject = (name: string, config: object): object => ({
  metadata: { name, namespace: 'default' },
  spec: { config: JSON.stringify(config) },
});

/** Has the fields of a pod of a real cluster, as far as their size matters. */
const podObject = (name: string, annotations: object): object => ({
  metadata: { name, namespace: 'default', annotations, labels: { app: 'bench', 'pod-template-hash': '5d78c9869d' } },
  spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10' }] },
});
