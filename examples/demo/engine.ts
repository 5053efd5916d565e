import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type JsonObject, parseJsonObject } from '../../src/cni/index.ts';
import { installShim } from '../../src/install/index.ts';
import { type RuntimeAnswer, callCni, podArgs } from '../../test/support/cni-runtime.ts';
import { configAsRuntime } from '../../test/support/config-as-runtime.ts';
import { shim, startTestDaemon } from '../../test/support/daemon.ts';
import { openDoor } from '../../test/support/netns-door.ts';
import type { Netns } from '../../test/support/netns.ts';
import { pluginsDir } from '../../test/support/plugins-dir.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import type { DemoNode } from './node.ts';

export interface Pod {
  readonly name: string;
  readonly uid: string;
  readonly annotations: Record<string, string>;
  readonly containerId: string;
  readonly netns: Netns;
}
/** Plexus on a node, in one of its two forms. */
export interface Engine {
  /** What was put on the node, line by line. */
  readonly description: readonly string[];
  /** One call, as the container runtime makes it. */
  readonly call: (command: string, pod: Pod) => Promise<RuntimeAnswer>;
  /** The daemon's socket, if there is a daemon. */
  readonly socket?: string;
  readonly stop: () => Promise<void>;
}

/** The native program in the runtime's plugin folder, and the daemon that it talks to. */
export async function daemonEngine(node: DemoNode): Promise<Engine> {
  const [binDir, confDir] = [join(node.dir, 'bin'), join(node.dir, 'net.d')];
  for (const folder of [binDir, confDir]) await mkdir(folder);
  await writeFile(join(confDir, '10-cluster-net.conflist'), await node.file('cluster-net.conflist'));
  await installShim(shim, binDir, { arch: process.arch });
  const flags = {
    kubeconfig: join(node.dir, 'kubeconfig'),
    'cni-dir': join(node.dir, 'state'),
    'cni-conf-dir': confDir,
    'manage-configuration': 'keep',
    'node-name': 'demo',
  };
  const daemon = await startTestDaemon({ dir: node.dir, flags, wrapper: ['setsid'] }); // Ctrl-C must end only the demo.
  const file = join(confDir, '00-plexus.conflist');
  const read = async (): Promise<JsonObject> => parseJsonObject(await readFile(file, 'utf8'), file);
  await waitFor(`the daemon to write ${file}`, async () => (await read()) !== undefined);
  const kilobytes = Math.round((await stat(join(binDir, 'plexus'))).size / 1024);
  const path = [binDir, await pluginsDir()];
  const agent = startAgent(node, daemon.socket, path);
  return {
    description: [
      `shim, which the runtime executes: ${join(binDir, 'plexus')} (native, ${kilobytes} KiB; the node needs no Node.js)`,
      `daemon: process ${daemon.pid}, http://127.0.0.1:${daemon.httpPort}/metrics; it watches the networks and wrote`,
      `${file}: default network ${JSON.stringify((await read())['name'])}`,
    ],
    call: async (command, pod) =>
      callCni({
        ...callOf(command, pod, node),
        executable: join(binDir, 'plexus'),
        config: configAsRuntime(await read(), pod.annotations),
        path,
      }),
    socket: daemon.socket,
    stop: async () => {
      agent.kill();
      await daemon.stop();
    },
  };
}

/** The host agent, which runs plugins for the daemon. */
const startAgent = (node: DemoNode, socket: string, path: readonly string[]): ChildProcess =>
  spawn('nsenter', [`--net=${node.netns.path}`, shim, 'host-agent', '--socket', socket, '--cni-path', path.join(':')], {
    stdio: 'ignore',
  });

/** The plugin that does everything itself, in one Node.js process for each call. */
export async function directEngine(node: DemoNode, apiPort: number): Promise<Engine> {
  const closeDoor = await openDoor(node.netns, apiPort); // the API server, seen from the node
  const config = await node.file('plexus.conf');
  const path = [await pluginsDir()];
  return {
    description: ['direct mode: each call is one Node.js process; no daemon runs'],
    call: (command, pod) => callCni({ ...callOf(command, pod, node), config, path }),
    stop: closeDoor,
  };
}

const callOf = (command: string, pod: Pod, node: DemoNode) => ({
  command,
  containerId: pod.containerId,
  netns: pod.netns.path,
  ifName: 'eth0',
  args: podArgs({ namespace: 'default', name: pod.name, uid: pod.uid }, pod.containerId),
  nodeNetns: node.netns.path,
});
