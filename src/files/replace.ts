import { randomUUID } from 'node:crypto';
import { closeSync, fsync, openSync, renameSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { fileFailed } from '../errors/index.ts';
import { shownPath } from './shown-path.ts';

// Only the disk is waited for without blocking. The other calls take microseconds, and waiting for each of them in
// Node's thread pool, behind whatever else goes on, took longer than the disk.
const synced = promisify(fsync);

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
    renameSync(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}); // the first problem is the one to tell
    throw fileFailed({ file: shownPath(path), action: 'write' }, error);
  }
}

async function writeDurably(path: string, text: string, mode: number): Promise<void> {
  const file = openSync(path, 'wx', mode);
  try {
    writeFileSync(file, text);
    await synced(file);
  } finally {
    closeSync(file);
  }
}

/**
 * The same for what only has to outlive this process, not a failure of the machine: nothing waits for the disk. After
 * such a failure the file may be anything.
 */
export async function replaceBriefly(path: string, text: string, mode = 0o600): Promise<void> {
  const temporary = join(dirname(path), `${newPrefix}${randomUUID()}`);
  try {
    writeFileSync(temporary, text, { mode, flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}); // the first problem is the one to tell
    throw fileFailed({ file: shownPath(path), action: 'write' }, error);
  }
}

/** Makes sure that files made, renamed or removed in a folder stay so. */
export async function syncFolder(path: string): Promise<void> {
  const folder = openSync(path, 'r');
  try {
    await synced(folder);
  } finally {
    closeSync(folder);
  }
}
