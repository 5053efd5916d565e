import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readRegularText, removeFile, replaceBriefly } from '../files/index.ts';

// A sandbox that is not in the journal was undone, or its record was lost, or it was never attached by Plexus. Marks tell the
// first from the others: one small file for each of the last sandboxes that were undone. They are a hint that saves work, and
// nothing depends on one: without it DEL calls plugins for which DEL may be repeated. So they are not synced, and there is a
// fixed number of places: a later sandbox takes the place of an earlier one.

const places = 512;

/** The place of a name. */
const placeOf = (folder: string, name: string): string => join(folder, `.undone-${createHash('sha256').update(name).digest().readUInt32BE() % places}`);

/** Remembers that what a name stands for was undone. Never rejects. */
export async function markUndone(folder: string, name: string): Promise<void> {
  await replaceBriefly(placeOf(folder, name), name).catch(() => {}); // a full disk must not hold up a DEL
}

/** Whether it was, as far as that is remembered. */
export function isMarkedUndone(folder: string, name: string): boolean {
  try {
    return readRegularText(placeOf(folder, name)) === name;
  } catch {
    return false; // not remembered
  }
}

/** Frees the place of a name, which is being attached again. Never rejects. */
export const unmark = (folder: string, name: string): Promise<void> => removeFile(placeOf(folder, name)).catch(() => {});
