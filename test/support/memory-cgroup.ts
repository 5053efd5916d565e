import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A test's memory cgroup, version 1 or 2. */
export interface MemoryCgroup {
  readonly version: 'cgroup v1' | 'cgroup v2';
  readonly folder: string;
  /** Number of its processes that the kernel has killed for memory. */
  readonly kills: () => Promise<number>;
  /** Rejects while a process is in it. */
  readonly remove: () => Promise<void>;
}

const mount = '/sys/fs/cgroup';
let made = 0;

/** Creates a memory cgroup with a limit; undefined if this process may not create one. */
export async function createMemoryCgroup(limitBytes: number): Promise<MemoryCgroup | undefined> {
  const own = await readFile('/proc/self/cgroup', 'utf8');
  const name = `plexus-test-${process.pid}-${made++}`;
  const old = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m.exec(own)?.[1];
  const [version, root, start] =
    old === undefined
      ? (['cgroup v2', mount, unified(own)] as const)
      : (['cgroup v1', join(mount, 'memory'), old] as const);
  // Below the own cgroup, or below the next ancestor that allows it: version 2 allows no child of a cgroup that
  // contains processes.
  for (let parent = start; ; parent = dirname(parent)) {
    const folder = join(root, parent, name);
    if (await limited(version, folder, limitBytes)) return cgroup(version, folder);
    if (parent === '/' || parent === '.') return undefined;
  }
}

const unified = (own: string): string => /^0::(.*)$/m.exec(own)?.[1] ?? '/';

async function limited(version: MemoryCgroup['version'], folder: string, limitBytes: number): Promise<boolean> {
  try {
    if (version === 'cgroup v2')
      // It may already be set.
      await writeFile(join(dirname(folder), 'cgroup.subtree_control'), '+memory').catch(() => {});
    await mkdir(folder);
  } catch {
    return false;
  }
  try {
    await writeFile(join(folder, version === 'cgroup v2' ? 'memory.max' : 'memory.limit_in_bytes'), String(limitBytes));
    return true;
  } catch {
    await rmdir(folder);
    return false;
  }
}

const cgroup = (version: MemoryCgroup['version'], folder: string): MemoryCgroup => ({
  version,
  folder,
  kills: async () => {
    const counters = await readFile(
      join(folder, version === 'cgroup v2' ? 'memory.events' : 'memory.oom_control'),
      'utf8',
    );
    return Number(/^oom_kill (\d+)$/m.exec(counters)?.[1] ?? Number.NaN);
  },
  remove: () => rmdir(folder),
});
