import { execFile } from 'node:child_process';
import { arch, cpus, loadavg, release, totalmem } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The machine and the software of a measurement. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
  readonly plugins: string;
  readonly commit: string;
  readonly date: string;
  /** Load average of the last minute before the measurement, caused by other work. */
  readonly load: number;
}

export async function describeMachine(): Promise<Machine> {
  return {
    cpu: `${cpus()[0]?.model.trim() ?? 'unknown'} (${arch()})`,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    plugins: await pluginsVersion(),
    commit: await commit(),
    date: new Date().toISOString().slice(0, 10),
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

// Debian's plugins themselves print "unknown".
async function pluginsVersion(): Promise<string> {
  const { stdout } = await run('dpkg-query', ['-W', '-f', '${Version}', 'containernetworking-plugins']).catch(() => ({
    stdout: 'unknown',
  }));
  return stdout;
}

async function commit(): Promise<string> {
  const git = async (...words: string[]): Promise<string> =>
    (await run('git', words, { cwd: import.meta.dirname })).stdout.trim();
  try {
    const changed = await git('status', '--porcelain', '--', '../../src');
    return `${await git('rev-parse', '--short', 'HEAD')}${changed === '' ? '' : ', with changes'}`;
  } catch {
    return 'unknown';
  }
}
