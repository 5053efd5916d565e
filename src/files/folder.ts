import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileUnusable, problemOf } from '../errors/index.ts';
import { syncFolder } from './replace.ts';

/** Makes a folder for its owner only, and those above it, durably. Nothing happens when it is there. fileUnusable. */
export async function makeFolder(path: string): Promise<void> {
  try {
    const made = await mkdir(path, { recursive: true, mode: 0o700 });
    if (made !== undefined) await syncFolder(dirname(made));
  } catch (error) {
    throw fileUnusable({ file: path, action: 'make', problem: problemOf(error) }, { cause: error });
  }
}

const hour = 60 * 60 * 1000;

/** Removes temporary files with that prefix that nobody has written to for an hour: what killed processes left. Never rejects. */
export async function removeLeftovers(folder: string, prefix: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    const path = join(folder, name);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isFile() === true && found.mtimeMs < Date.now() - hour) await rm(path, { force: true }).catch(() => {});
  }
}
