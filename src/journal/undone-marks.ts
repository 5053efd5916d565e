import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readRegularText, removeFile, replaceBriefly } from '../files/index.ts';

// A sandbox that is not in the journal was undone, or its record was lost, or it was never attached by Plexus. Marks
// distinguish the first case: one small file for each of the last sandboxes that were undone. A mark is a hint that
// saves work, and nothing depends on it: without one, DEL runs the plugins again, which CNI allows. So marks are not
// synced, and their number is fixed: a later sandbox replaces an earlier one.

const places = 512;

/** The place of a name. */
const placeOf = (folder: string, name: string): string =>
  join(folder, `.undone-${createHash('sha256').update(name).digest().readUInt32BE() % places}`);

/** Remembers that what a name stands for was undone. Never rejects. */
export async function markUndone(folder: string, name: string): Promise<void> {
  await replaceBriefly(placeOf(folder, name), name).catch(() => {}); // a full disk must not hold up a DEL
}

/** Whether it was, as far as that is remembered. */
export function isMarkedUndone(folder: string, name: string): boolean {
  try {
    return readRegularText(placeOf(folder, name), { mostBytes: 1024 }) === name;
  } catch {
    return false; // not remembered
  }
}

/** Frees the place of a name, which is being attached again. Never rejects. */
export const unmark = (folder: string, name: string): Promise<void> =>
  removeFile(placeOf(folder, name)).catch(() => {});
