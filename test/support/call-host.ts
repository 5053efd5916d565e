import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type IncomingCall, serveLink } from '../../src/daemon/link/link-server.ts';
import { loadNative } from '../../src/files/index.ts';
import type { PlexusError } from '../../src/errors/index.ts';
import type { Host } from '../../src/host/index.ts';
import { shim } from './daemon.ts';

/** Loads the daemon's own function for the user at the other end of a socket. */
export function realPeerUid(): (socket: object) => number | undefined {
  const native = loadNative();
  return (socket) => native.peerUid((socket as { readonly _handle?: { readonly fd?: number } })._handle?.fd ?? -1);
}

export interface CallHost {
  /** A Host that starts a separate ADD for every list of plugin folders and every namespace. */
  readonly host: Host;
  /** The Host of the ADD for a list of plugin folders, without a namespace. */
  readonly hostOf: (path: readonly string[]) => Promise<Host>;
  readonly problems: readonly PlexusError[];
  readonly close: () => Promise<void>;
}

interface OpenCall {
  readonly host: Host;
  readonly child: ChildProcess;
  /** Answers the call, and waits for its end. */
  readonly finish: () => Promise<void>;
}

/**
 * A remote host: a link server in this process, with the native executable at the other end, during an ADD.
 * `executable`: another build of it.
 */
export async function callHost(dir: string, executable = shim): Promise<CallHost> {
  const calls = new Map<string, Promise<OpenCall>>();
  const problems: PlexusError[] = [];
  const arrivals = new Map<string, (call: IncomingCall, answer: () => void) => void>();
  const socket = join(dir, 'link.sock');
  const server = await serveLink({
    socket,
    program: 'test',
    peerUid: realPeerUid(),
    onCall: (call) =>
      new Promise((resolve) =>
        arrivals.get(call.env['CNI_TEST'] ?? '')?.(call, () => resolve({ stdout: '', exitCode: 0 })),
      ),
    onAgent: () => {},
    onProblem: (error) => problems.push(error),
  });
  const start = async (path: string, netns: string): Promise<OpenCall> => {
    const name = `${calls.size}`;
    const arrived = new Promise<{ readonly host: Host; readonly answer: () => void }>((resolve) =>
      arrivals.set(name, ({ host }, answer) => resolve({ host, answer })),
    );
    const env = {
      PATH: '/usr/bin:/bin',
      CNI_COMMAND: 'ADD',
      CNI_PATH: path,
      CNI_NETNS: netns,
      CNI_TEST: name,
      PLEXUS_SOCKET: socket,
    };
    const child = spawn(executable, [], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    const ended = once(child, 'exit');
    const { host, answer } = await arrived;
    const finish = async (): Promise<void> => {
      answer();
      const [status] = (await ended) as [number | null];
      if (status !== 0) throw new Error(`the call ended with ${status ?? child.signalCode}`);
    };
    return { host, child, finish };
  };
  const hostFor = async (path: readonly string[], netns: string): Promise<Host> => {
    const key = `${path.join(':')} ${netns}`;
    const call = calls.get(key) ?? start(path.join(':'), netns);
    calls.set(key, call);
    return (await call).host;
  };
  return {
    problems,
    hostOf: (path) => hostFor(path, ''),
    host: {
      runPlugin: async (run, signal) => (await hostFor(run.path, run.env['CNI_NETNS'] ?? '')).runPlugin(run, signal),
      settle: async (of, signal) => (await hostFor([], '')).settle(of, signal),
      listLinks: async (netns, signal) => (await hostFor([], netns)).listLinks(netns, signal),
      defaultRoutes: async (target, signal) => (await hostFor([], target.netns)).defaultRoutes(target, signal),
      setDefaultRoutes: async (target, routes, signal) =>
        (await hostFor([], target.netns)).setDefaultRoutes(target, routes, signal),
    },
    close: async () => {
      for (const call of calls.values()) await (await call).finish();
      await server.close();
    },
  };
}
