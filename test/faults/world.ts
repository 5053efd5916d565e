import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type ClusterNode, createClusterNode } from '../support/cluster-node.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { waitFor } from '../support/wait-for.ts';
import type { Fault } from './scenarios.ts';

const run = promisify(execFile);
const gated = ['bridge', 'firewall', 'tuning'];

/** A node on which one fault at a time occurs: real plugins behind gates, and a daemon whose files may fail. */
export interface World {
  readonly at: ClusterNode;
  /** Folder of the gates, used as CNI_PATH. */
  readonly plugins: string;
  /** Arms a fault for that sandbox; it occurs once. */
  readonly arm: (fault: Fault, containerId: string, command: string) => Promise<void>;
  /** Whether the fault has occurred. */
  readonly hasStruck: (fault: Fault) => boolean;
  /** Heals the disk and the API server. */
  readonly heal: () => Promise<void>;
  /** Resolves when the daemon serves and has an agent. */
  readonly ready: () => Promise<void>;
  readonly restartDaemon: () => Promise<void>;
  /** Starts a host agent in place of one that was killed. */
  readonly restartAgent: () => Promise<void>;
  readonly networks: readonly string[];
  readonly remove: () => Promise<void>;
}

/** Builds the gate and the preloaded library in a folder. */
export async function buildFaulty(folder: string): Promise<{ readonly gate: string; readonly files: string }> {
  const [gate, files] = [join(folder, 'gate'), join(folder, 'faulty-files.so')];
  const source = (name: string): string => join(import.meta.dirname, name);
  await run('gcc', ['-O1', '-Wall', '-Wextra', '-Werror', '-o', gate, source('gate.c')]);
  await run('gcc', [
    '-O1',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-shared',
    '-fPIC',
    '-o',
    files,
    source('faulty-files.c'),
    '-ldl',
  ]);
  return { gate, files };
}

/** Creates a node with an agent and a daemon that is restarted whenever it ends, as kubelet does. */
export async function createWorld(
  built: { readonly gate: string; readonly files: string },
  plugins: string,
): Promise<World> {
  await mkdir(join(plugins, 'real'), { recursive: true });
  for (const name of gated) {
    await copyFile(built.gate, join(plugins, name));
    await symlink(join(await pluginsDir(), name), join(plugins, 'real', name));
  }
  await symlink(join(await pluginsDir(), 'host-local'), join(plugins, 'host-local'));
  const at = await createClusterNode({ plugins });
  const filePlan = join(plugins, 'files');
  const networks = defineNetworks(at);
  let isAway = false;
  const keeper = keepRunning(at, plugins, { LD_PRELOAD: built.files, PLEXUS_FAULTY_FILES: filePlan });
  await keeper.ready();
  await at.startAgent();
  await waitFor('the agent', async () => existsSync(join(at.node.dir, 'state/deferred/.open')));
  return {
    at,
    plugins,
    networks,
    arm: async (fault, containerId, command) => {
      for (const name of ['count', 'done', 'plan', 'files.done']) await rm(join(plugins, name), { force: true });
      if (fault.kind === 'plugin')
        await writeFile(
          join(plugins, 'plan'),
          `${containerId} ${command} ${fault.number} ${fault.when} ${fault.action}\n`,
        );
      if (fault.kind === 'file') await writeFile(filePlan, `${fault.call} ${fault.number} ${fault.action}`);
      if (fault.kind === 'api') await armApi(at, fault.action);
      isAway = fault.kind === 'api' && fault.action === 'away';
    },
    hasStruck: (fault) => {
      if (fault.kind === 'plugin') return existsSync(join(plugins, 'done'));
      return fault.kind === 'api' || fault.number === 0 || existsSync(join(plugins, 'files.done'));
    },
    heal: async () => {
      for (const name of ['plan', 'files']) await rm(join(plugins, name), { force: true });
      at.api.faults.clear();
      if (isAway) await at.api.comeBack();
      isAway = false;
    },
    ready: keeper.ready,
    restartDaemon: keeper.restart,
    restartAgent: async () => void (await at.startAgent()),
    remove: async () => {
      await keeper.end();
      await at.remove();
    },
  };
}

async function armApi(at: ClusterNode, action: string): Promise<void> {
  const { faults } = at.api;
  if (action === 'away') await at.api.goAway();
  if (action === 'slow') faults.delay(1500);
  if (action === 'watch-closed') faults.watch('drop', 0);
  if (action === '429') faults.tooManyRequests(1, { times: 2 });
  if (action === '409') faults.answer(409, { match: ({ verb }) => verb === 'patch', times: 1 });
  if (action === '500') faults.answer(500, { times: 3 });
}

const mostNetworks = 8;

// NADs single-1 … and chained-1 …, and a chained default network, whose firewall rules must be removed too.
function defineNetworks(at: ClusterNode): readonly string[] {
  const names: string[] = [];
  for (let index = 1; index < mostNetworks; index++) {
    const bridge = (name: string, net: number): Record<string, unknown> => at.node.bridge(name, `10.${net}.0.0/16`);
    const { cniVersion, name: _single, ...single } = bridge(`single-${index}`, 30 + index);
    const { cniVersion: _same, name: _chained, ...first } = bridge(`chained-${index}`, 60 + index);
    const second =
      index % 2 === 0
        ? { type: 'firewall', backend: 'iptables' }
        : { type: 'tuning', mtu: 1400, dataDir: join(at.node.dir, 'leases/tuning') };
    at.nad(`single-${index}`, { cniVersion, name: `single-${index}`, plugins: [single] });
    at.nad(`chained-${index}`, { cniVersion, name: `chained-${index}`, plugins: [first, second] });
    names.push(String(index));
  }
  const {
    cniVersion,
    name: _default,
    ...bridge
  } = at.node.bridge('cluster-net', '10.244.0.0/16', { isDefaultGateway: true });
  const config = JSON.stringify({
    cniVersion,
    name: 'chained-default',
    plugins: [bridge, { type: 'firewall', backend: 'iptables' }],
  });
  at.api.put('network-attachment-definitions', {
    metadata: { name: 'chained-default', namespace: 'kube-system' },
    spec: { config },
  });
  return names;
}

interface Keeper {
  readonly ready: () => Promise<void>;
  readonly restart: () => Promise<void>;
  readonly end: () => Promise<void>;
}

function keepRunning(at: ClusterNode, plugins: string, env: Record<string, string>): Keeper {
  const stop = new AbortController();
  const flags = { 'reclaim-seconds': '3600', deadlines: '{"pluginSeconds":4}', http: 'off', 'log-level': 'info' };
  let pid = 0;
  const isRunning = (): boolean => {
    try {
      return pid !== 0 && process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  const loop = (async () => {
    while (!stop.signal.aborted) {
      if (isRunning()) {
        await delay(20, undefined, { signal: stop.signal }).catch(() => {}); // The condition handles an abort.
        continue;
      }
      const daemon = await at.start({ flags, env });
      await writeFile(join(plugins, 'daemon.pid'), `${daemon.pid}\n`);
      ({ pid } = daemon);
    }
  })();
  const ready = (): Promise<void> => waitFor('the daemon', async () => isRunning());
  return {
    ready,
    restart: async () => {
      const before = pid;
      process.kill(before, 'SIGKILL');
      await waitFor('another daemon', async () => pid !== before && isRunning());
    },
    end: async () => {
      stop.abort();
      await loop;
    },
  };
}

/** Files of a folder that must not contain anything of a scenario. */
export const filesIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
