import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readRegularPart, writeBrieflyAt } from '../files/index.ts';

// A sandbox without a record was undone, lost its record, or was never attached by Plexus. Marks identify the first
// case: the names of the last sandboxes that were undone, each at one of the places of one file. A mark only saves
// work: without it, DEL runs the plugins again, which CNI allows. Therefore marks are not synced, a damaged one is none,
// and their number is fixed: a later sandbox replaces an earlier one.

const places = 512;
const placeBytes = 256;

const fileIn = (folder: string): string => join(folder, '.undone');
const placeOf = (name: string): number => createHash('sha256').update(name).digest().readUInt32BE() % places;
const marked = (name: string): string => `${name.slice(0, placeBytes - 1).padEnd(placeBytes - 1)}\n`;

/** Marks a name as undone. Never throws: a full disk must not block DEL. */
export function markUndone(folder: string, name: string): void {
  try {
    writeBrieflyAt(fileIn(folder), marked(name), placeOf(name) * placeBytes);
  } catch {
    // no mark
  }
}

/** Whether a name is marked as undone. */
export function isMarkedUndone(folder: string, name: string): boolean {
  try {
    return readRegularPart(fileIn(folder), placeOf(name) * placeBytes, placeBytes).toString() === marked(name);
  } catch {
    return false; // there are no marks
  }
}

/** Removes the mark of a name that is attached again. Never throws. */
export function unmark(folder: string, name: string): void {
  if (!isMarkedUndone(folder, name)) return;
  try {
    writeBrieflyAt(fileIn(folder), marked(''), placeOf(name) * placeBytes);
  } catch {
    // its record is what counts
  }
}
