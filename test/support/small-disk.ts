import { execFile } from 'node:child_process';
import { appendFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A file system of a few KiB, mounted at a folder. */
export interface SmallDisk {
  /** Fills it completely. */
  readonly fill: () => Promise<void>;
  readonly free: () => Promise<void>;
  readonly setReadOnly: (isReadOnly: boolean) => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** Mounts a small disk; `remove` it at the end. */
export async function mountSmallDisk(folder: string, kib = 64): Promise<SmallDisk> {
  await mkdir(folder, { recursive: true });
  await run('mount', ['-t', 'tmpfs', '-o', `size=${kib}k,mode=700`, 'none', folder]);
  const filler = join(folder, 'filler');
  return {
    fill: async () => {
      for (const size of [1024, 1]) {
        const chunk = Buffer.alloc(size);
        while (await appended(filler, chunk));
      }
    },
    free: () => rm(filler, { force: true }),
    setReadOnly: async (isReadOnly) => void (await run('mount', ['-o', `remount,${isReadOnly ? 'ro' : 'rw'}`, folder])),
    remove: async () => void (await run('umount', ['-l', folder])),
  };
}

const appended = (file: string, chunk: Buffer): Promise<boolean> =>
  appendFile(file, chunk).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOSPC') throw error;
      return false;
    },
  );
