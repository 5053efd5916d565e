import { unlinkSync } from 'node:fs';

/** Removes a file; one that is not there is as good as removed. (Node's own rm looks twice before it does.) */
export async function removeFile(path: string): Promise<void> {
  try {
    unlinkSync(path); // as in replace.ts
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
