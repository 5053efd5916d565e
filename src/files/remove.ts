import { unlink } from 'node:fs/promises';

/** Removes a file; one that is not there is as good as removed. (Node's own rm looks twice before it does.) */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
