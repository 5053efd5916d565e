import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type JsonObject, parseJsonObject } from '../../src/cni/index.ts';
import { type ApiServer, type ApiServerOptions, startApiServer } from './api-server/index.ts';
import { configAsRuntime } from './config-as-runtime.ts';
import { type RuntimeAnswer, callCni, podArgs } from './cni-runtime.ts';
import { type DaemonOptions, type TestDaemon, shim, startTestDaemon } from './daemon.ts';
import { pluginsDir } from './plugins-dir.ts';
import { type TestNode, type TestPod, createTestNode } from './test-node.ts';
import { waitFor } from './wait-for.ts';

export const networksKey = 'k8s.v1.cni.cncf.io/networks';
export const statusKey = 'k8s.v1.cni.cncf.io/network-status';

/**
 * A node with Plexus installed: a network namespace, an API server, a daemon outside that namespace, and calls as a
 * container runtime makes them with the configuration that the daemon wrote.
 */
export interface ClusterNode {
  readonly node: TestNode;
  readonly api: ApiServer;
  /** The runtime's configuration folder. */
  readonly confDir: string;
  readonly daemon: () => TestDaemon;
  /** Starts a daemon, after the first one has ended. Resolves when it serves. */
  readonly start: (more?: Partial<DaemonOptions>) => Promise<TestDaemon>;
  /**
   * Starts a host agent, like the sidecar of the DaemonSet; it keeps running when the daemon is replaced. `morePlugins`:
   * further folders of plugins. Returns a function that stops it.
   */
  readonly startAgent: (morePlugins?: readonly string[]) => Promise<() => Promise<void>>;
  readonly nad: (name: string, config: object) => void;
  /** Creates a pod object in the API. */
  readonly podObject: (
    name: string,
    networks?: string,
  ) => { readonly name: string; readonly namespace: string; readonly uid: string };
  /** Creates a pod object and its sandbox. */
  readonly pod: (name: string, networks?: string) => Promise<TestPod>;
  /**
   * Makes a call with 00-plexus.conflist. `handed`: annotations that the runtime passes; true for those of the pod
   * object.
   */
  readonly call: (
    command: string,
    pod: TestPod,
    handed?: boolean | Record<string, string>,
    executable?: string,
  ) => Promise<RuntimeAnswer>;
  readonly status: (name: string) => readonly JsonObject[] | undefined;
  readonly conflist: () => Promise<JsonObject>;
  readonly remove: () => Promise<void>;
}

export async function createClusterNode({
  plugins,
  ...server
}: { readonly plugins?: string } & Pick<ApiServerOptions, 'bookmarkMs' | 'authorizeAs'> = {}): Promise<ClusterNode> {
  const node = await createTestNode('direct');
  const api = await startApiServer(server);
  const confDir = join(node.dir, 'net.d');
  const kubeconfig = join(node.dir, 'kubeconfig');
  await mkdir(confDir);
  await api.writeKubeconfig(kubeconfig);
  await writeFile(
    join(confDir, '10-cluster.conf'),
    JSON.stringify(node.bridge('cluster-net', '10.244.0.0/16', { isDefaultGateway: true })),
  );
  let daemon: TestDaemon | undefined;
  const agents: ChildProcess[] = [];
  const path = [plugins ?? (await pluginsDir())];
  const start: ClusterNode['start'] = async (more = {}) => {
    const { flags, ...rest } = more;
    const own = {
      kubeconfig,
      'cni-dir': join(node.dir, 'state'),
      'cni-conf-dir': confDir,
      'conf-dir': join(node.dir, 'conf'),
      'manage-configuration': 'keep',
    };
    daemon = await startTestDaemon({ dir: node.dir, flags: { ...own, 'node-name': 'node-1', ...flags }, ...rest });
    await waitFor(
      'our configuration',
      async () => (await readFile(join(confDir, '00-plexus.conflist'), 'utf8')) !== '',
    );
    return daemon;
  };
  const conflist = async (): Promise<JsonObject> =>
    parseJsonObject(await readFile(join(confDir, '00-plexus.conflist'), 'utf8'), 'our configuration');
  const podObject: ClusterNode['podObject'] = (name, networks) => {
    const annotations = networks === undefined ? {} : { [networksKey]: networks };
    const { metadata } = api.put('pods', {
      metadata: { name, namespace: 'default', annotations },
      spec: { containers: [{ name: 'main', image: 'none' }] },
    });
    return { name, namespace: 'default', uid: metadata.uid ?? '' };
  };
  const annotationsOf = (pod: TestPod): Record<string, string> =>
    api.get('pods', pod.namespace, pod.name)?.metadata.annotations ?? {};
  return {
    node,
    api,
    confDir,
    daemon: () => {
      if (daemon === undefined) throw new Error('there is no daemon yet');
      return daemon;
    },
    start,
    startAgent: async (morePlugins = []) => {
      const words = [
        `--net=${node.netns.path}`,
        shim,
        'host-agent',
        '--socket',
        join(node.dir, 'run/plexus.sock'),
        '--cni-path',
        [...morePlugins, ...path].join(':'),
      ];
      const child = spawn('nsenter', words, { stdio: 'ignore' });
      const ended = once(child, 'close');
      agents.push(child);
      return async () => {
        child.kill('SIGKILL');
        await ended;
      };
    },
    nad: (name, config) =>
      void api.put('network-attachment-definitions', {
        metadata: { name, namespace: 'default' },
        spec: { config: JSON.stringify(config) },
      }),
    podObject,
    pod: async (name, networks) => ({ ...(await node.pod(name)), ...podObject(name, networks) }),
    call: async (command, pod, handed = true, executable = shim) => {
      const annotations = handed === true ? annotationsOf(pod) : handed === false ? undefined : handed;
      return callCni({
        executable,
        command,
        config: {
          ...configAsRuntime(await conflist(), annotations),
          ...(command === 'STATUS' && { cniVersion: '1.1.0' }),
        },
        containerId: pod.containerId,
        netns: pod.netns.path,
        ifName: 'eth0',
        args: podArgs(pod, pod.containerId),
        path,
        nodeNetns: node.netns.path,
        env: { PLEXUS_SOCKET: join(node.dir, 'run/plexus.sock') },
      });
    },
    status: (name) => {
      const text = api.get('pods', 'default', name)?.metadata.annotations?.[statusKey];
      return text === undefined ? undefined : (JSON.parse(text) as JsonObject[]);
    },
    conflist,
    remove: async () => {
      await daemon?.stop('SIGKILL');
      for (const agent of agents) agent.kill('SIGKILL');
      await node.remove();
      await api.close();
    },
  };
}
