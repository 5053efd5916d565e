import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type LinkServer, serveLink } from '../../src/daemon/link-server.ts';
import type { PlexusError } from '../../src/errors/index.ts';
import type { Host } from '../../src/host/index.ts';
import { shim } from './daemon.ts';

/** Who is at the other end of a socket: the real thing, as the daemon uses it. */
export function realPeerUid(): (socket: object) => number | undefined {
  const addon = createRequire(import.meta.url)('../../dist/peer-credentials.node') as { readonly peerUid: (fd: number) => number | undefined };
  return (socket) => addon.peerUid((socket as { readonly _handle?: { readonly fd?: number } })._handle?.fd ?? -1);
}

export interface AgentHost {
  /** Runs plugins through an agent of its own for every list of plugin folders. */
  readonly host: Host;
  readonly problems: readonly PlexusError[];
  readonly close: () => Promise<void>;
}

interface Agent {
  readonly host: Host;
  readonly child: ChildProcess;
  readonly server: LinkServer;
}

/** A remote host: a link server in this process, and the native executable in agent mode at the other end. `executable`: another build of it. */
export function agentHost(dir: string, executable = shim): AgentHost {
  const agents = new Map<string, Promise<Agent>>();
  const problems: PlexusError[] = [];
  const agentFor = async (path: readonly string[]): Promise<Host> => {
    const key = path.join(':');
    const started = agents.get(key) ?? startAgent(join(dir, `agent-${agents.size}.sock`), key, { executable, onProblem: (error) => problems.push(error) });
    agents.set(key, started);
    return (await started).host;
  };
  return {
    problems,
    host: {
      runPlugin: async (run, signal) => (await agentFor(run.path)).runPlugin(run, signal),
      settle: async (of, signal) => (await agentFor([])).settle(of, signal),
      listLinks: async (netns, signal) => (await agentFor([])).listLinks(netns, signal),
      defaultRoutes: async (target, signal) => (await agentFor([])).defaultRoutes(target, signal),
      setDefaultRoutes: async (target, routes, signal) => (await agentFor([])).setDefaultRoutes(target, routes, signal),
    },
    close: async () => {
      for (const agent of agents.values()) await stopAgent(await agent);
    },
  };
}

interface StartOptions {
  readonly executable: string;
  readonly onProblem: (error: PlexusError) => void;
}

async function startAgent(socket: string, path: string, { executable, onProblem }: StartOptions): Promise<Agent> {
  const { promise, resolve } = Promise.withResolvers<Host>();
  const server = await serveLink({
    socket,
    program: 'test',
    peerUid: realPeerUid(),
    onCall: async () => ({ stdout: '', exitCode: 1 }),
    onAgent: (come) => come !== undefined && resolve(come.host),
    onProblem,
  });
  const child = spawn(executable, ['host-agent', '--socket', socket, '--cni-path', path], { stdio: ['ignore', 'ignore', 'inherit'] });
  return { host: await promise, child, server };
}

async function stopAgent({ child, server }: Agent): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const [status] = (await ended) as [number | null];
  await server.close();
  if (status !== 0) throw new Error(`the agent ended with ${status ?? child.signalCode}`);
}
