import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readRegularText, removeFile, replaceBriefly } from '../files/index.ts';

// A sandbox without a record was undone, lost its record, or was never attached by Plexus. Marks identify the first
// case: one small file for each of the last sandboxes that were undone. A mark only saves work: without it, DEL runs
// the plugins again, which CNI allows. Therefore marks are not synced, and their number is fixed: a later sandbox
// replaces an earlier one.

const places = 512;

/** The place of a name. */
const placeOf = (folder: string, name: string): string =>
  join(folder, `.undone-${createHash('sha256').update(name).digest().readUInt32BE() % places}`);

/** Marks a name as undone. Never rejects. */
export async function markUndone(folder: string, name: string): Promise<void> {
  await replaceBriefly(placeOf(folder, name), name).catch(() => {}); // a full disk must not block DEL
}

/** Whether a name is marked as undone. */
export function isMarkedUndone(folder: string, name: string): boolean {
  try {
    return readRegularText(placeOf(folder, name), { mostBytes: 1024 }) === name;
  } catch {
    return false; // no mark
  }
}

/** Removes the mark of a name that is attached again. Never rejects. */
export const unmark = (folder: string, name: string): Promise<void> =>
  removeFile(placeOf(folder, name)).catch(() => {});
