import { randomUUID } from 'node:crypto';
import { closeSync, fsync, openSync, renameSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { attemptFile } from './attempt.ts';

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
  await replaceContent(path, text, mode);
  await writing(path, () => syncFolder(dirname(path)));
}

/**
 * Like replaceAtomically, but does not wait until the folder is on disk: after a failure of the machine, the file has
 * the old text or the new one.
 */
export async function replaceContent(path: string, text: string, mode = 0o600): Promise<void> {
  const temporary = temporaryBeside(path);
  await writing(path, async () => {
    await writeDurably(temporary, text, mode);
    renameSync(temporary, path);
  }).catch(removing(temporary));
}

const temporaryBeside = (path: string): string => join(dirname(path), `${newPrefix}${randomUUID()}`);

const writing = <T>(path: string, work: () => Promise<T>): Promise<T> => attemptFile('write', path, work);

const removing =
  (temporary: string) =>
  async (error: unknown): Promise<never> => {
    await rm(temporary, { force: true }).catch(() => {}); // Report the first problem, not this one.
    throw error;
  };

async function writeDurably(path: string, text: string, mode: number): Promise<void> {
  const file = openSync(path, 'wx', mode);
  try {
    writeFileSync(file, text);
    await synced(file);
  } finally {
    closeSync(file);
  }
}

/** A file that other processes can read, and that is on its way to the disk. */
export interface Replaced {
  /** Resolves when file and folder are on disk. Rejects with fileUnusable. */
  readonly onDisk: Promise<void>;
}

/** Like replaceAtomically, but resolves before the new text is on disk. Rejects with fileUnusable. */
export function replaceAhead(path: string, text: string, mode = 0o600): Promise<Replaced> {
  const temporary = temporaryBeside(path);
  return writing(path, async () => {
    const file = openSync(temporary, 'wx', mode);
    try {
      writeFileSync(file, text);
      renameSync(temporary, path);
      const onDisk = syncInOrder(file, openSync(dirname(path), 'r'), basename(path));
      onDisk.catch(() => {}); // awaited later; attach a handler now so a rejection is not reported as unhandled
      return { onDisk };
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }).catch(removing(temporary));
}

// By descriptors only: the caller may close what the path leads through.
async function syncInOrder(file: number, folder: number, name: string): Promise<void> {
  try {
    await writing(`/proc/self/fd/${folder}/${name}`, async () => {
      await synced(file);
      await synced(folder);
    });
  } finally {
    closeSync(file);
    closeSync(folder);
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
