import { type ChildProcess, spawn } from 'node:child_process';
import type { Env } from '../cni/index.ts';
import { PlexusError, operationCancelled, problemOf } from '../errors/index.ts';
import { byteStore } from './byte-store.ts';

export interface ChildRun {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Env;
  readonly stdin: string;
  /** The child is killed if it writes more than this to stdout. */
  readonly mostStdoutBytes: number;
}
/** How a child ended. */
export type ChildEnd =
  | { readonly kind: 'exited'; readonly exitCode: number; readonly stdout: Buffer; readonly stderr: string }
  | { readonly kind: 'not-started'; readonly code: string; readonly problem: string }
  | { readonly kind: 'too-much-output' };

// How long to wait for a child that has exited while its own children hold its pipes open.
const graceMs = 500;
// Most children exit on their own within this time; a child killed midway may leave something that no DEL finds.
const killMs = 500;
const mostStderrBytes = 64 * 1024;

/**
 * Runs one child to its end in its own process group. If the signal is aborted and the child does not exit within a
 * moment, kills the group. Rejects with the signal's reason after the child has been reaped (CNI-68), or with
 * operationCancelled if the reason is not one of Plexus.
 */
export async function runChild(run: ChildRun, signal: AbortSignal): Promise<ChildEnd> {
  assertNotAborted(run.file, signal);
  const { promise, resolve } = Promise.withResolvers<ChildEnd>();
  const child = start(run);
  if (child instanceof Error) return notStarted(child);
  let killTimer: NodeJS.Timeout | undefined;
  const stop = (): void => void (killTimer = setTimeout(() => killGroup(child), killMs));
  signal.addEventListener('abort', stop);
  follow(child, run, resolve);
  try {
    const end = await promise;
    assertNotAborted(run.file, signal);
    return end;
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(killTimer);
  }
}

/** Throws if the signal is aborted, with its reason. */
export function assertNotAborted(file: string, signal: AbortSignal): void {
  if (!signal.aborted) return;
  const reason: unknown = signal.reason;
  throw reason instanceof PlexusError
    ? reason
    : operationCancelled({ command: file, reason: problemOf(reason) }, { cause: reason });
}

// Node.js reports some failures by an event and throws others (ETXTBSY, E2BIG).
function start({ file, args, env }: ChildRun): ChildProcess | NodeJS.ErrnoException {
  try {
    return spawn(file, args, { env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  } catch (error) {
    return error instanceof Error ? error : new Error(problemOf(error));
  }
}

const notStarted = (error: NodeJS.ErrnoException): ChildEnd => ({
  kind: 'not-started',
  code: error.code ?? '',
  problem: error.message,
});

function follow(child: ChildProcess, run: ChildRun, resolve: (end: ChildEnd) => void): void {
  const stdout = byteStore();
  const stderr = byteStore(mostStderrBytes); // The end of stderr explains the failure.
  let tooMuch = false;
  child.stdout?.on('data', (chunk: Buffer) => {
    if (tooMuch) return;
    stdout.add(chunk);
    if (stdout.bytes().length <= run.mostStdoutBytes) return;
    tooMuch = true;
    killGroup(child);
  });
  child.stderr?.on('data', stderr.add);
  const ended = (exitCode: number | null): void =>
    resolve(
      tooMuch
        ? { kind: 'too-much-output' }
        : { kind: 'exited', exitCode: exitCode ?? -1, stdout: stdout.bytes(), stderr: stderr.bytes().toString() },
    );
  child.once('error', (error) => resolve(notStarted(error)));
  child.once('exit', (exitCode) => {
    const timer = setTimeout(() => abandonPipes(child, () => ended(exitCode)), graceMs);
    child.once('close', () => clearTimeout(timer));
  });
  child.once('close', ended);
  child.stdin?.on('error', () => {}); // A plugin need not read its stdin: its exit status decides.
  child.stdin?.end(run.stdin);
}

function abandonPipes(child: ChildProcess, done: () => void): void {
  killGroup(child);
  child.stdout?.destroy();
  child.stderr?.destroy();
  done();
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group has already exited.
  }
}
