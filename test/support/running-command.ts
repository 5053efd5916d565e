import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { repository } from './plexus-command.ts';

/** A program of dist/ that runs. */
export interface RunningCommand {
  readonly child: ChildProcess;
  /** Its output so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves with exit status and signal. */
  readonly ended: Promise<unknown[]>;
}

/** Starts a program of dist/; disposal kills it. */
export function startProgram(
  program: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningCommand & Disposable {
  const child = spawn(join(repository, 'dist', program), words, { env: { ...process.env, ...env } });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (chunk: string) => (text[name] += chunk));
  return {
    child,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    ended: once(child, 'exit'),
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  };
}
