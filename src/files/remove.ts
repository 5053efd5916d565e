import { unlinkSync } from 'node:fs';

/** Removes a file; a missing file counts as removed. Node's own rm checks the file twice first. */
export async function removeFile(path: string): Promise<void> {
  try {
    unlinkSync(path); // Synchronous for the reason given in replace.ts.
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
