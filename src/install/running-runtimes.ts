import { readFile, readdir, readlink } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';

/** A running container runtime, described by its command line. Paths as the node sees them. */
export interface RunningRuntime {
  readonly kind: 'containerd' | 'cri-o';
  readonly pid: number;
  /** The file of --config; absent: the usual one. */
  readonly configuration?: string;
  /** The socket of --address or --listen; absent: the usual one. */
  readonly socket?: string;
}

const programs: Readonly<Record<string, RunningRuntime['kind']>> = { containerd: 'containerd', crio: 'cri-o' };
const options = { configuration: ['--config', '-c'], socket: ['--address', '-a', '--listen'] } as const;

/** Identifies the runtime of a command line (its words); undefined for another program. */
function runtimeOf(words: readonly string[], pid: number): RunningRuntime | undefined {
  const name = basename(words[0] ?? '');
  const kind = Object.hasOwn(programs, name) ? programs[name] : undefined;
  if (kind === undefined) return undefined;
  const [configuration, socket] = [valueOf(words, options.configuration), valueOf(words, options.socket)];
  return {
    kind,
    pid,
    ...(configuration !== undefined && isAbsolute(configuration) && { configuration }),
    ...(socket !== undefined && isAbsolute(socket) && { socket }),
  };
}

/** The last value of an option, written as "--name value" or "--name=value". */
function valueOf(words: readonly string[], names: readonly string[]): string | undefined {
  const values = words.flatMap((word, index) => {
    if (names.includes(word)) return words.slice(index + 1, index + 2);
    const name = names.find((each) => word.startsWith(`${each}=`));
    return name === undefined ? [] : [word.slice(name.length + 1)];
  });
  return values.at(-1);
}

/**
 * Finds the container runtimes among the processes of the node whose files are mounted under `root`; empty if the
 * processes are not visible. Skips a runtime inside a container (a node inside a node). Never rejects.
 */
export async function runningRuntimes(root: string): Promise<readonly RunningRuntime[]> {
  const proc = join(root, 'proc');
  const pids = (await readdir(proc).catch(() => [])).filter((name) => /^\d+$/.test(name));
  const own = await mountNamespace(join(proc, '1'));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const words = (await readFile(join(proc, pid, 'cmdline'), 'utf8').catch(() => '')).split('\0');
      const runtime = runtimeOf(words, Number(pid));
      return runtime !== undefined && (await mountNamespace(join(proc, pid))) === own ? [runtime] : [];
    }),
  );
  return found.flat().toSorted((one, other) => one.pid - other.pid);
}

// Also undefined without permission to read it, which then is missing for all processes.
const mountNamespace = (process: string): Promise<string | undefined> =>
  readlink(join(process, 'ns/mnt')).catch(() => undefined);
