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
 * Finds the container runtimes among the processes of a node whose files are mounted under `root`; returns none if the
 * processes are not visible. Ignores a runtime in a container of its own (a node inside a node), and any process that
 * merely has the command line of a runtime, because any user of the node can start one. Never rejects.
 */
export async function runningRuntimes(root: string): Promise<readonly RunningRuntime[]> {
  const proc = join(root, 'proc');
  const pids = (await readdir(proc).catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const words = (await textOf(join(proc, pid, 'cmdline'))).split('\0');
      const runtime = runtimeOf(words, Number(pid));
      const isGenuine = runtime !== undefined && (await isOfRoot(join(proc, pid), basename(words[0] ?? '')));
      return isGenuine && (await haveSameMounts(join(proc, pid), join(proc, '1'))) ? [runtime] : [];
    }),
  );
  return found.flat().toSorted((one, other) => one.pid - other.pid);
}

const textOf = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');

/**
 * Whether root started the process from a file of that name. Checks the real user ID, so a setuid program does not
 * count.
 */
async function isOfRoot(process: string, name: string): Promise<boolean> {
  const status = await textOf(join(process, 'status'));
  return /^Uid:\t0\t/m.test(status) && status.startsWith(`Name:\t${name}\n`);
}

/**
 * Whether two processes see the same mounts. Compares their mount namespaces or, without permission to read both, the
 * IDs of their root mounts.
 */
async function haveSameMounts(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map(mountNamespace));
  if (a !== undefined && b !== undefined) return a === b;
  const [x, y] = await Promise.all([one, other].map(rootMount));
  return x === y;
}

const mountNamespace = (process: string): Promise<string | undefined> =>
  readlink(join(process, 'ns/mnt')).catch(() => undefined); // no permission to read it

const rootMount = async (process: string): Promise<string | undefined> =>
  /^(\d+) \d+ \S+ \S+ \/ /m.exec(await textOf(join(process, 'mountinfo')))?.[1];
