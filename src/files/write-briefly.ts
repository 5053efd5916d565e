import { closeSync, constants as flags, fstatSync, openSync, writeSync } from 'node:fs';
import { fileFailed } from '../errors/index.ts';
import { shownPath } from './shown-path.ts';

// For files that must outlive this process but not a failure of the machine: nothing waits for the disk. Changing a
// file in place also spares what ext4 does when a new file replaces one: it writes the content at once, which takes
// fifty times as long.

/** Adds text to the end of a file, which is created if missing (mode 0600). Throws fileUnusable. */
export function appendBriefly(path: string, text: string): void {
  writeWith(path, flags.O_APPEND, (file) => writeWhole(file, text));
}

/** Writes text into a file at a position; the file is created if missing (mode 0600). Throws fileUnusable. */
export function writeBrieflyAt(path: string, text: string, position: number): void {
  writeWith(path, 0, (file) => writeWhole(file, text, position));
}

function writeWith(path: string, flag: number, write: (file: number) => void): void {
  try {
    const file = openRegularFile(path, flags.O_WRONLY | flag);
    try {
      write(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw fileFailed({ file: shownPath(path), action: 'write' }, error);
  }
}

function writeWhole(file: number, text: string, position: number | null = null): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length;)
    done += writeSync(file, bytes, done, bytes.length - done, position === null ? null : position + done);
}

/**
 * Opens a file for writing in place; it is created if missing (mode 0600). Never blocks on a FIFO, never follows a link,
 * and rejects a file with another hard link, because its content would change, too. Throws as open(2) does.
 */
export function openRegularFile(path: string, access: number): number {
  const file = openSync(path, access | flags.O_CREAT | flags.O_NOFOLLOW | flags.O_NONBLOCK, 0o600);
  const found = fstatSync(file);
  if (found.isFile() && found.nlink === 1) return file;
  closeSync(file);
  throw new Error('it is not a regular file with one name');
}
