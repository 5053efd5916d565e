import { readSync, writeSync } from 'node:fs';
import { isJsonObject, parseJson } from '../cni/index.ts';
import type { ProcessIdentity } from './process-identity.ts';

// Beside its locks, the file of locks holds notes about who has them: for DEL, which ends an ADD that holds its sandbox,
// and for people. A note proves nothing: only the kernel knows which byte is locked. So notes are neither synced nor
// removed, two sandboxes may share the place of one, and a full disk may keep one out.

/** Who holds a lock, as that process noted. */
export interface HolderNote extends ProcessIdentity {
  /** The byte that it locked. */
  readonly offset: number;
  readonly command: string;
  readonly isDaemon: boolean;
}

const size = 128;
const places = 64;
const positionOf = (offset: number): number => (offset % places) * size;

/** Notes who holds a byte. Never throws. */
export function writeHolderNote(fd: number, note: HolderNote): void {
  const text = Buffer.from(JSON.stringify(note));
  if (text.length > size) return;
  try {
    writeSync(fd, Buffer.concat([text, Buffer.alloc(size - text.length, ' ')]), 0, size, positionOf(note.offset));
  } catch {
    // a full disk: the lock counts, not the note
  }
}

/** The note about the holder of a byte, if there is one. Never throws. */
export function readHolderNote(fd: number, offset: number): HolderNote | undefined {
  try {
    const text = Buffer.alloc(size);
    const length = readSync(fd, text, 0, size, positionOf(offset));
    const json = parseJson(text.toString('utf8', 0, length), 'note of a lock');
    return isJsonObject(json) && isNote(json) && json.offset === offset ? json : undefined;
  } catch {
    return undefined;
  }
}

const isNote = (json: object): json is HolderNote => {
  const { pid, pidNamespace, offset, command, isDaemon } = json as Record<keyof HolderNote, unknown>;
  return (
    Number.isInteger(pid) &&
    Number.isInteger(offset) &&
    typeof pidNamespace === 'string' &&
    typeof command === 'string' &&
    typeof isDaemon === 'boolean'
  );
};
