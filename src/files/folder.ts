import { lstat, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { attemptFile } from './attempt.ts';
import { syncFolder } from './replace.ts';

/**
 * Creates a folder and its parents durably, accessible to the owner only. Does nothing if the folder exists. Rejects
 * with fileUnusable.
 */
export const makeFolder = (path: string): Promise<void> => attemptFile('make', path, () => makeWithParents(path));

// Node's own `recursive` option loops forever where mkdir(2) returns ENOENT although the parent exists, as in /proc.
async function makeWithParents(path: string): Promise<void> {
  if (await makeOne(path)) return;
  const above = dirname(path);
  if (above !== path) await makeWithParents(above);
  if (!(await makeOne(path))) throw new Error(`nothing can be created in ${above}`);
}

/** Returns false if the parent folder does not exist. */
async function makeOne(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 });
    await syncFolder(dirname(path));
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return true;
    if (code === 'ENOENT') return false;
    throw error;
  }
}

const hour = 60 * 60 * 1000;

/** Removes temporary files with the prefix that are unchanged for an hour: left by killed processes. Never rejects. */
export async function removeLeftovers(folder: string, prefix: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    const path = join(folder, name);
    const found = await lstat(path).catch(() => undefined);
    const isTemporary = found?.isFile() === true || found?.isSymbolicLink() === true;
    if (isTemporary && found.mtimeMs < Date.now() - hour) await rm(path, { force: true }).catch(() => {});
  }
}
