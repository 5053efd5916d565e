import { type ChildProcess, spawn } from 'node:child_process';
import type { Env } from '../cni/index.ts';
import { PlexusError, operationCancelled, problemOf } from '../errors/index.ts';
import { byteStore } from './byte-store.ts';

export interface ChildRun {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Env;
  readonly stdin: string;
  /** More than this on stdout kills the child. */
  readonly mostStdoutBytes: number;
}
/** How a child ended. */
export type ChildEnd =
  | { readonly kind: 'exited'; readonly exitCode: number; readonly stdout: Buffer; readonly stderr: string }
  | { readonly kind: 'not-started'; readonly code: string; readonly problem: string }
  | { readonly kind: 'too-much-output' };

// a child that has ended but whose own children hold its pipes open is not waited for longer than this
const graceMs = 500;
// most end in a moment by themselves, and one that is killed half way may leave what no DEL finds
const killMs = 500;
const mostStderrBytes = 64 * 1024;

/**
 * Runs one child in a process group of its own to its end. When the signal is aborted the whole group is killed,
 * unless it ends within a moment, and the signal's reason thrown, after the child has been reaped (CNI-68);
 * operationCancelled for a reason that is not ours.
 */
export async function runChild(run: ChildRun, signal: AbortSignal): Promise<ChildEnd> {
  assertWanted(run.file, signal);
  const { promise, resolve } = Promise.withResolvers<ChildEnd>();
  const child = start(run);
  if (child instanceof Error) return notStarted(child);
  let impatient: NodeJS.Timeout | undefined;
  const stop = (): void => void (impatient = setTimeout(() => killGroup(child), killMs));
  signal.addEventListener('abort', stop);
  follow(child, run, resolve);
  try {
    const end = await promise;
    assertWanted(run.file, signal);
    return end;
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(impatient);
  }
}

/** Throws the reason why nobody waits for a child any more, if so. */
export function assertWanted(file: string, signal: AbortSignal): void {
  if (!signal.aborted) return;
  const reason: unknown = signal.reason;
  throw reason instanceof PlexusError
    ? reason
    : operationCancelled({ command: file, reason: problemOf(reason) }, { cause: reason });
}

// Node.js tells of some failures by an event and throws others (ETXTBSY, E2BIG)
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
  const stderr = byteStore(mostStderrBytes); // the end of what it said is what tells why it failed
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
  child.stdin?.on('error', () => {}); // a plugin need not read its stdin: its exit status decides
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
    // the group is gone already
  }
}
