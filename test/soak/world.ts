import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { podArgs } from '../support/cni-runtime.ts';
import { type ClusterNode, createClusterNode } from '../support/cluster-node.ts';
import { configAsRuntime } from '../support/config-as-runtime.ts';
import { type TestDaemon, shim } from '../support/daemon.ts';
import type { Netns } from '../support/netns.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { type ShimEnd, startShim } from '../support/shim-call.ts';
import { type FaultyPlugins, faultyPlugins } from './faulty-plugins.ts';

export interface Sandbox {
  readonly containerId: string;
  readonly netns: Netns;
  readonly pod: { readonly name: string; readonly namespace: string; readonly uid: string };
  /** The annotations that the runtime passes; undefined: the daemon must request them. */
  readonly annotations: Record<string, string> | undefined;
}
export type Command = 'ADD' | 'DEL' | 'CHECK';

/** A node with daemon and host agent, its networks, and plugins that can fail on request. */
export interface World {
  readonly at: ClusterNode;
  readonly plugins: FaultyPlugins;
  readonly agentPid: number;
  /** Makes a call as the runtime. `killAfterMs`: the shim then gets SIGKILL unless it has exited. */
  readonly call: (command: Command, sandbox: Sandbox, killAfterMs?: number) => Promise<ShimEnd>;
  /** Starts the daemon after the first one has ended. */
  readonly startDaemon: () => Promise<TestDaemon>;
  /** Stops daemon and agent cleanly; returns their exit statuses. */
  readonly stop: () => Promise<readonly (number | null)[]>;
  readonly remove: () => Promise<void>;
}

/** The additional networks of this node, and the plugins of each. */
export const networks = {
  storage: ['bridge'],
  fast: ['macvlan'],
  tuned: ['bridge', 'tuning'],
  guarded: ['bridge', 'firewall'],
  ports: ['bridge', 'portmap'],
} as const;
export type NetworkName = keyof typeof networks;
export const networkNames = Object.keys(networks) as [NetworkName, ...NetworkName[]];

export interface Deadlines {
  readonly addSeconds: number;
  readonly delSeconds: number;
  readonly pluginSeconds: number;
}
// Longer than any real plugin takes on a busy machine: a plugin killed midway may leave something that nobody finds.
const usualDeadlines: Deadlines = { addSeconds: 20, delSeconds: 30, pluginSeconds: 6 };

export async function createWorld(deadlines = usualDeadlines): Promise<World> {
  const at = await createClusterNode();
  const real = await pluginsDir();
  const plugins = await faultyPlugins(at.node.dir, real, [...new Set(Object.values(networks).flat())]);
  const path = [plugins.folder, real];
  addNetworks(at);
  const startDaemon = (): Promise<TestDaemon> =>
    at.start({ flags: { deadlines: JSON.stringify(deadlines), 'multus-state-dir': join(at.node.dir, 'multus') } });
  const { socket } = await startDaemon();
  const agent = spawn(
    'nsenter',
    [`--net=${at.node.netns.path}`, shim, 'host-agent', '--socket', socket, '--cni-path', path.join(':')],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  return {
    at,
    plugins,
    agentPid: agent.pid ?? 0,
    startDaemon,
    call: (command, sandbox, killAfterMs) => callShim(at, { command, sandbox, path: path.join(':'), killAfterMs }),
    stop: async () => [await stopAgent(agent), await at.daemon().stop()],
    remove: async () => {
      await stopAgent(agent);
      await at.remove();
    },
  };
}

async function stopAgent(agent: ChildProcess): Promise<number | null> {
  if (agent.exitCode !== null || agent.signalCode !== null) return agent.exitCode;
  const ended = once(agent, 'exit');
  agent.kill('SIGTERM');
  await ended;
  return agent.exitCode;
}

function addNetworks(at: ClusterNode): void {
  const ipam = (subnet: string): object => ({
    type: 'host-local',
    dataDir: join(at.node.dir, 'leases'),
    ranges: [[{ subnet }]],
  });
  const list = (name: string, subnet: string, more: object, chained: object): object => {
    const { cniVersion, name: _name, ...bridge } = at.node.bridge(name, subnet, more);
    // portmap's own CHECK expects IPv6 rules that its ADD has not created.
    return { cniVersion, name, disableCheck: name === 'ports', plugins: [bridge, chained] };
  };
  at.nad('storage', at.node.bridge('storage', '10.30.0.0/16'));
  at.nad('fast', {
    cniVersion: '1.0.0',
    name: 'fast',
    type: 'macvlan',
    master: 'eth1',
    mode: 'bridge',
    ipam: ipam('10.31.0.0/16'),
  });
  at.nad(
    'tuned',
    list(
      'tuned',
      '10.32.0.0/16',
      {},
      { type: 'tuning', sysctl: { 'net.core.somaxconn': '500' }, dataDir: join(at.node.dir, 'tuning') },
    ),
  );
  // So small that addresses are soon reused: see useGuardedAddresses.
  at.nad('guarded', list('guarded', '10.33.0.0/26', {}, { type: 'firewall', backend: 'iptables' }));
  at.nad(
    'ports',
    list(
      'ports',
      '10.34.0.0/16',
      { isGateway: true },
      { type: 'portmap', snat: true, capabilities: { portMappings: true } },
    ),
  );
}

interface ShimTask {
  readonly command: Command;
  readonly sandbox: Sandbox;
  readonly path: string;
  readonly killAfterMs: number | undefined;
}

async function callShim(at: ClusterNode, { command, sandbox, path, killAfterMs }: ShimTask): Promise<ShimEnd> {
  const { containerId, netns, pod, annotations } = sandbox;
  const env = {
    PATH: process.env['PATH'] ?? '',
    CNI_COMMAND: command,
    CNI_CONTAINERID: containerId,
    CNI_NETNS: netns.path,
    CNI_IFNAME: 'eth0',
    CNI_ARGS: podArgs(pod, containerId),
    CNI_PATH: path,
    PLEXUS_SOCKET: join(at.node.dir, 'run/plexus.sock'),
  };
  const config = JSON.stringify(configAsRuntime(await at.conflist(), annotations));
  const { child, ended } = startShim(['nsenter', `--net=${at.node.netns.path}`, shim], env, config);
  // At an arbitrary moment.
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  return ended.finally(() => clearTimeout(timer));
}
