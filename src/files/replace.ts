import { randomUUID } from 'node:crypto';
import { open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileFailed } from '../errors/index.ts';

/** Start of the names of temporary files that replaceAtomically makes beside its target. */
export const newPrefix = '.new-';

/**
 * Puts a text in place of a file, at once and durably: whoever reads sees the old text or the new one, and when this
 * resolves the new one is on the disk. The folder must exist. fileUnusable.
 */
export async function replaceAtomically(path: string, text: string, mode = 0o600): Promise<void> {
  const temporary = join(dirname(path), `${newPrefix}${randomUUID()}`);
  try {
    await writeDurably(temporary, text, mode);
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}); // the first problem is the one to tell
    throw fileFailed({ file: path, action: 'write' }, error);
  }
}

async function writeDurably(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * The same for what only has to outlive this process, not a failure of the machine: nothing waits for the disk. After such a
 * failure the file may be anything.
 */
export async function replaceBriefly(path: string, text: string, mode = 0o600): Promise<void> {
  const temporary = join(dirname(path), `${newPrefix}${randomUUID()}`);
  try {
    await writeFile(temporary, text, { mode, flag: 'wx' });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}); // the first problem is the one to tell
    throw fileFailed({ file: path, action: 'write' }, error);
  }
}

/** Makes sure that files made, renamed or removed in a folder stay so. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
