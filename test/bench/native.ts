import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const out = join(import.meta.dirname, '../../dist/bench');

/** The benchmark's own native programs, built with gcc. */
export interface Native {
  /** Runs CNI calls and prints the duration of each. */
  readonly runCalls: string;
  /** Folder with the plugin `nothing`, which does nothing, and `pause`, which takes 250 ms to do nothing. */
  readonly plugins: string;
}

export async function buildNative(): Promise<Native> {
  const plugins = join(out, 'plugins');
  await mkdir(plugins, { recursive: true });
  const compile = (source: string, to: string, ...more: string[]): Promise<unknown> =>
    run('gcc', [
      '-std=c11',
      '-D_GNU_SOURCE',
      '-Os',
      '-Wall',
      '-Wextra',
      '-Werror',
      '-s',
      join(import.meta.dirname, 'native', source),
      '-o',
      to,
      ...more,
    ]);
  const runCalls = join(out, 'run-calls');
  await compile('run-calls.c', runCalls);
  await compile('nothing.c', join(plugins, 'nothing'), '-static', '-DSLEEP_MS=0');
  await compile('nothing.c', join(plugins, 'pause'), '-static', '-DSLEEP_MS=250');
  return { runCalls, plugins };
}
