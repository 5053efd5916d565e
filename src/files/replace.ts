import { randomUUID } from 'node:crypto';
import { closeSync, fsync, openSync, renameSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { fileFailed } from '../errors/index.ts';
import { shownPath } from './shown-path.ts';

// Only fsync runs asynchronously. The other calls take microseconds; queueing each of them in Node's thread pool took
// longer than the disk.
const synced = promisify(fsync);

/** Prefix of the temporary files that replaceAtomically creates beside its target. */
export const newPrefix = '.new-';

/**
 * Replaces a file's text atomically and durably: readers see the old text or the new one, and the new one is on disk
 * when this resolves. The folder must exist. Rejects with fileUnusable.
 */
export async function replaceAtomically(path: string, text: string, mode = 0o600): Promise<void> {
  const temporary = join(dirname(path), `${newPrefix}${randomUUID()}`);
  try {
    await writeDurably(temporary, text, mode);
    renameSync(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}); // Report the first problem, not this one.
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
 * Like replaceAtomically, for files that must outlive this process but not a crash of the node: does not wait for the
 * disk. After such a crash the file may have any content.
 */
export async function replaceBriefly(path: string, text: string, mode = 0o600): Promise<void> {
  const temporary = join(dirname(path), `${newPrefix}${randomUUID()}`);
  try {
    writeFileSync(temporary, text, { mode, flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}); // Report the first problem, not this one.
    throw fileFailed({ file: shownPath(path), action: 'write' }, error);
  }
}

/** Makes the creation, renaming and removal of files in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = openSync(path, 'r');
  try {
    await synced(folder);
  } finally {
    closeSync(folder);
  }
}
