import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A daemon process of its own, as the DaemonSet runs it. */
export interface TestDaemon {
  readonly pid: number;
  readonly socket: string;
  /** Port of its HTTP endpoints. */
  readonly httpPort: number;
  /** Every line of its log so far. */
  readonly log: readonly string[];
  /** Ends it with a signal and waits; its exit status, -1 for a signal. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number>;
}
export interface DaemonOptions {
  /** Folder for its socket; its state is where the test says. */
  readonly dir: string;
  /** Namespace that stands for the node; without it the daemon runs where the test runs. */
  readonly nodeNetns?: string;
  readonly flags?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Words before the program, for example setpriv with its options. */
  readonly wrapper?: readonly string[];
}

/** The native executable as built by `npm run build:shim`. */
export const shim = join(import.meta.dirname, '../../dist/shim/plexus');
const program = join(import.meta.dirname, '../../dist/plexus');

/** Starts a daemon and waits until it serves. Rejects with its log when it ends before. */
export async function startTestDaemon({ dir, nodeNetns, flags = {}, env = {}, wrapper = [] }: DaemonOptions): Promise<TestDaemon> {
  const socket = flags['socket'] ?? join(dir, 'run/plexus.sock');
  const all = { socket, http: '127.0.0.1:0', 'log-level': 'info', 'manage-configuration': 'off', ...flags };
  const words = Object.entries(all).flatMap(([key, value]) => [`--${key}`, value]);
  const node = nodeNetns === undefined ? [] : ['nsenter', `--net=${nodeNetns}`];
  const [file = '', ...args] = [...node, ...wrapper, program, 'daemon', ...words];
  const child = spawn(file, args, { env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
  const log: string[] = [];
  const lines = createInterface({ input: child.stderr });
  const serving = new Promise<number>((resolve, reject) => {
    lines.on('line', (line) => {
      log.push(line);
      const port = /serving .*http on port (\d+)/.exec(line)?.[1];
      if (port !== undefined || /"serving /.test(line)) resolve(Number(port ?? 0));
    });
    child.once('error', reject);
    child.once('exit', (status) => reject(new Error(`the daemon ended with ${status}:\n${log.join('\n')}`)));
  });
  const httpPort = await serving;
  return { pid: child.pid ?? 0, socket, httpPort, log, stop: (signal = 'SIGTERM') => stop(child, signal) };
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? -1;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
  return child.exitCode ?? -1;
}
