import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import net from 'node:net';
import { createInterface } from 'node:readline';
import { waitFor } from './wait-for.ts';

/** A daemon in its own process, as the DaemonSet runs it. */
export interface TestDaemon {
  readonly pid: number;
  readonly socket: string;
  /** Port of its HTTP endpoints. */
  readonly httpPort: number;
  /** All log lines so far. */
  readonly log: readonly string[];
  readonly isRunning: () => boolean;
  /** Whether it accepts a connection on its socket. */
  readonly answers: () => Promise<boolean>;
  /** Ends it with a signal and waits; returns its exit status, or -1 after a signal. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number>;
}
export interface DaemonOptions {
  /** Folder of its socket; the test chooses the state folder. */
  readonly dir: string;
  /** Namespace that represents the node; without it the daemon runs in the test's namespace. */
  readonly nodeNetns?: string;
  readonly flags?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Command prefix, for example setpriv with its options. */
  readonly wrapper?: readonly string[];
  /** Used instead of the installed program, which finds its Node.js itself. */
  readonly program?: readonly string[];
}

/** The native executable as built by `npm run build:shim`. */
export const shim = join(import.meta.dirname, '../../dist/shim/plexus');
const installed = [join(import.meta.dirname, '../../dist/plexus')];

/** Starts a daemon and waits until it serves. Rejects with its log if it ends earlier. */
export async function startTestDaemon(options: DaemonOptions): Promise<TestDaemon> {
  const { dir, flags = {}, env = {} } = options;
  const socket = flags['socket'] ?? join(dir, 'run/plexus.sock');
  // Most tests end before a warm daemon would save time. An older release has no such flag.
  const warmUp = options.program === undefined ? { 'warm-up': 'off' } : {};
  const all = { socket, http: '127.0.0.1:0', 'log-level': 'info', 'manage-configuration': 'off', ...warmUp, ...flags };
  const [file = '', ...args] = commandOf(options, all);
  const child = spawn(file, args, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const log: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => reject(new Error(`the daemon ended with ${status}:\n${log.join('\n')}`)));
  });
  ended.catch(() => {}); // Later, its end is expected.
  await Promise.race([ended, waitFor('the daemon serves', () => accepts(socket))]);
  const speaks = all.http !== 'off' && ['info', 'debug'].includes(all['log-level']);
  // The daemon logs its port right after it serves.
  if (speaks) await Promise.race([ended, waitFor('the daemon names its port', async () => portIn(log) > 0)]);
  return {
    pid: child.pid ?? 0,
    socket,
    httpPort: portIn(log),
    log,
    isRunning: () => !hasEnded(child),
    answers: () => accepts(socket),
    stop: (signal = 'SIGTERM') => stop(child, signal),
  };
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

function commandOf(
  { nodeNetns, wrapper = [], program = installed }: DaemonOptions,
  flags: Readonly<Record<string, string>>,
): readonly string[] {
  const words = Object.entries(flags).flatMap(([key, value]) => [`--${key}`, value]);
  return [
    ...(nodeNetns === undefined ? [] : ['nsenter', `--net=${nodeNetns}`]),
    ...wrapper,
    ...program,
    'daemon',
    ...words,
  ];
}

/** 0 if it has not logged one. */
const portIn = (log: readonly string[]): number =>
  log.map((line) => Number(/http on port (\d+)/.exec(line)?.[1] ?? 0)).find((port) => port > 0) ?? 0;

function accepts(socket: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const probe = net.connect(socket, () => resolve(true)).on('error', () => resolve(false));
  return promise.finally(() => probe.destroy());
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number> {
  if (hasEnded(child)) return child.exitCode ?? -1;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
  return child.exitCode ?? -1;
}
