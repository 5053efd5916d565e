import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NetworkStatus, parseStatus } from '../../src/npwg/index.ts';
import { type RuntimeAnswer, callCni, plexusCni, plexusDirect, podArgs } from './cni-runtime.ts';
import { type TestDaemon, shim, startTestDaemon } from './daemon.ts';
import { type Netns, createNetns } from './netns.ts';
import { pluginsDir } from './plugins-dir.ts';

/** One pod's sandbox on a test node. */
export interface TestPod {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly containerId: string;
  readonly netns: Netns;
}
export interface CallOptions {
  readonly netns?: string;
  readonly config?: object | string;
  readonly path?: readonly string[];
  readonly ifName?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Used instead of the engine's. */
  readonly executable?: string;
}
const engines = ['direct', 'standalone', 'daemon'] as const;
/** What answers calls on a node: the plugin alone in one process (with Node.js, or as one file), or shim and daemon. */
export type Engine = (typeof engines)[number];
/** The engine of this test run; all suites support every engine. */
export const engineUnderTest: Engine =
  engines.find((engine) => engine === process.env['PLEXUS_TEST_ENGINE']) ?? 'direct';

/** A namespace that represents a node, with its own folders; the machine is not affected. */
export interface TestNode {
  readonly netns: Netns;
  readonly dir: string;
  /** Plexus's configuration as on stdin. */
  readonly config: (more?: object) => Record<string, unknown>;
  /** A bridge network whose host-local addresses are stored in this node's folder. */
  readonly bridge: (name: string, subnet: string, more?: object) => Record<string, unknown>;
  readonly nad: (
    name: string,
    config: object | undefined,
    more?: { readonly namespace?: string; readonly annotations?: object },
  ) => Promise<void>;
  readonly removeManifest: (file: string) => Promise<void>;
  /** Creates a pod object and a network namespace. */
  readonly pod: (name: string, networks?: string | object, more?: object) => Promise<TestPod>;
  readonly call: (command: string, pod: TestPod, options?: CallOptions) => Promise<RuntimeAnswer>;
  readonly status: (pod: TestPod) => Promise<readonly NetworkStatus[]>;
  /** Everything that pods have left: interfaces, address leases, journal files. */
  readonly leftovers: () => Promise<readonly string[]>;
  /** The program that the runtime executes, and its environment besides CNI. */
  readonly caller: () => Promise<{ readonly executable: string; readonly env: Readonly<Record<string, string>> }>;
  /** The node's daemon, started with the first call; undefined for engines without a daemon. */
  readonly daemon: () => Promise<TestDaemon | undefined>;
  readonly remove: () => Promise<void>;
}

let pods = 0;

/** Creates a node; `remove` it at the end. `wrapper`: command prefix of its daemon. */
export async function createTestNode(
  engine: Engine = engineUnderTest,
  flags: Readonly<Record<string, string>> = {},
  wrapper: readonly string[] = [],
): Promise<TestNode> {
  const dir = await mkdtemp(join(tmpdir(), 'plexus-node-'));
  const netns = await createNetns();
  const made: Netns[] = [];
  await netns.exec(['ip', 'link', 'set', 'lo', 'up']);
  await netns.exec(['ip', 'link', 'add', 'eth1', 'type', 'veth', 'peer', 'name', 'wire']);
  for (const link of ['eth1', 'wire']) await netns.exec(['ip', 'link', 'set', link, 'up']);
  await mkdir(join(dir, 'manifests'));
  const write = (file: string, object: object): Promise<void> =>
    writeFile(join(dir, 'manifests', file), JSON.stringify(object));
  const bridge = (name: string, subnet: string, more: object = {}): Record<string, unknown> => ({
    cniVersion: '1.0.0',
    name,
    type: 'bridge',
    bridge: name.slice(0, 15),
    ipam: { type: 'host-local', dataDir: join(dir, 'leases'), ranges: [[{ subnet }]] },
    ...more,
  });
  const config = (more: object = {}): Record<string, unknown> => ({
    cniVersion: '1.0.0',
    name: 'plexus',
    type: 'plexus-cni',
    manifestsDir: join(dir, 'manifests'),
    confDir: join(dir, 'conf'),
    cniDir: join(dir, 'state'),
    delegates: [bridge('cluster-net', '10.244.0.0/24', { isDefaultGateway: true })],
    ...more,
  });
  let daemon: Promise<TestDaemon> | undefined;
  const startDaemon = (): Promise<TestDaemon> =>
    startTestDaemon({
      dir,
      nodeNetns: netns.path,
      wrapper,
      flags: {
        'manifests-dir': join(dir, 'manifests'),
        'conf-dir': join(dir, 'conf'),
        'cni-dir': join(dir, 'state'),
        'log-level': 'warn',
        http: 'off',
        ...flags,
      },
    });
  const caller: TestNode['caller'] = async () => {
    if (engine === 'direct') return { executable: plexusCni, env: {} };
    if (engine === 'standalone') return { executable: plexusDirect, env: {} };
    daemon ??= startDaemon();
    return { executable: shim, env: { PLEXUS_SOCKET: (await daemon).socket } };
  };
  return {
    netns,
    dir,
    config,
    bridge,
    nad: (name, spec, more = {}) =>
      write(`nad-${more.namespace ?? 'default'}-${name}.yaml`, nadObject(name, spec, more)),
    removeManifest: (file) => rm(join(dir, 'manifests', file)),
    pod: async (name, networks, more = {}) => {
      const pod = {
        name,
        namespace: 'default',
        uid: `uid-${name}`,
        containerId: `c${process.pid}n${pods++}`,
        netns: await createNetns(),
      };
      made.push(pod.netns);
      await write(`pod-${name}.yaml`, podObject(pod, networks, more));
      return pod;
    },
    call: async (command, pod, options = {}) => {
      const { executable, env } = await caller();
      return callCni({
        executable: options.executable ?? executable,
        command,
        config: options.config ?? config(),
        containerId: pod.containerId,
        netns: options.netns ?? pod.netns.path,
        ifName: options.ifName ?? 'eth0',
        args: podArgs(pod, pod.containerId),
        path: options.path ?? [await pluginsDir()],
        nodeNetns: netns.path,
        env: { ...env, ...options.env },
      });
    },
    status: async (pod) => statusIn(join(dir, 'manifests/status', `${pod.namespace}.${pod.name}.json`)),
    caller,
    leftovers: () => leftoversOf(netns, dir),
    daemon: async () => {
      await caller();
      return daemon;
    },
    remove: async () => {
      await (await daemon)?.stop();
      for (const pod of made) await pod.remove();
      await netns.remove();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const nadObject = (
  name: string,
  spec: object | undefined,
  more: { readonly namespace?: string; readonly annotations?: object },
): object => ({
  apiVersion: 'k8s.cni.cncf.io/v1',
  kind: 'NetworkAttachmentDefinition',
  metadata: {
    name,
    namespace: more.namespace ?? 'default',
    ...(more.annotations !== undefined && { annotations: more.annotations }),
  },
  ...(spec !== undefined && { spec: { config: JSON.stringify(spec) } }),
});

function podObject(pod: TestPod, networks: string | object | undefined, more: object): object {
  const text = typeof networks === 'string' || networks === undefined ? networks : JSON.stringify(networks);
  const annotations = { ...(text !== undefined && { 'k8s.v1.cni.cncf.io/networks': text }), ...more };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: pod.name, namespace: pod.namespace, uid: pod.uid, annotations },
    spec: { containers: [{ name: 'main', image: 'none' }] },
  };
}

async function statusIn(file: string): Promise<readonly NetworkStatus[]> {
  const text = await readFile(file, 'utf8').catch(() => '[]');
  return parseStatus(text);
}

async function leftoversOf(netns: Netns, dir: string): Promise<string[]> {
  const links = (JSON.parse(await netns.exec(['ip', '-j', 'link'])) as { ifname: string }[]).map(
    ({ ifname }) => ifname,
  );
  const veths = links.filter((name) => name.startsWith('veth')).map((name) => `link ${name}`);
  const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const kept = files
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
    .filter((file) => /^(leases|state)\/(?!last-good|stand-in\.json$|deferred\/\.open$|locks\/sandboxes$)/.test(file));
  // Partial files of killed processes are not leftovers of pods: they are removed when they are old.
  return [...veths, ...kept.filter((file) => !/\/(lock|last_reserved_ip\.\d+|\.new-[\w-]+|\.undone)$/.test(file))];
}
