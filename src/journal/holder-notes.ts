import { fstatSync, readSync, writeSync } from 'node:fs';
import { isJsonObject, jsonObjectIn } from '../cni/index.ts';
import type { ProcessIdentity } from './process-identity.ts';

// The file of locks also contains notes that name the holders: for DEL, which ends an ADD that holds its sandbox, and
// for error messages. A note proves nothing, because only the kernel knows which bytes are locked. Therefore notes are
// neither synced nor removed, two sandboxes may share the place of one note, and a full disk may prevent one.

/** The holder of a lock, as that process noted it. */
export interface HolderNote extends ProcessIdentity {
  /** The byte that it locked. */
  readonly offset: number;
  readonly command: string;
  readonly isDaemon: boolean;
}

const size = 128;
const places = 64;
const pageSize = 4096;
const positionOf = (offset: number): number => (offset % places) * size;

/** Makes a new file as large as its notes, so that they need no space later, on a full disk. Never throws. */
export function reserveNotes(fd: number): void {
  try {
    if (fstatSync(fd).size > 0) return;
    for (let end = pageSize; end <= places * size; end += pageSize) writeSync(fd, ' ', end - 1);
  } catch {
    // The disk is full already.
  }
}

/** Notes the holder of a byte. Never throws. */
export function writeHolderNote(fd: number, note: HolderNote): void {
  const text = Buffer.from(JSON.stringify(note));
  if (text.length > size) return;
  try {
    writeSync(fd, Buffer.concat([text, Buffer.alloc(size - text.length, ' ')]), 0, size, positionOf(note.offset));
  } catch {
    // The disk is full. The lock is held without a note.
  }
}

/** The note about the holder of a byte, if there is one. Never throws. */
export function readHolderNote(fd: number, offset: number): HolderNote | undefined {
  try {
    const text = Buffer.alloc(size);
    const length = readSync(fd, text, 0, size, positionOf(offset));
    const json = jsonObjectIn(text.toString('utf8', 0, length));
    return isNoteOf(offset, json) ? json : undefined;
  } catch {
    return undefined;
  }
}

const isNoteOf = (offset: number, json: unknown): json is HolderNote =>
  isJsonObject(json) &&
  json['offset'] === offset &&
  Number.isInteger(json['pid']) &&
  typeof json['pidNamespace'] === 'string' &&
  typeof json['command'] === 'string' &&
  typeof json['isDaemon'] === 'boolean';
