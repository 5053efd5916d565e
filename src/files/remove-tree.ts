import { readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { openFolder } from './open-folder.ts';

/**
 * Removes a file, or a folder with everything in it, where a less trusted program can write meanwhile: a folder that
 * becomes a symbolic link to elsewhere is not entered. (Node's own rm looks, and then goes by the path.) What is not
 * there is as good as removed. Throws as unlink(2), open(2) and rmdir(2) do.
 */
export function removeTree(path: string): void {
  if (removed(() => unlinkSync(path))) return;
  using folder = openFolder(path);
  for (const name of readdirSync(folder.path)) removeTree(join(folder.path, name));
  removed(() => rmdirSync(path));
}

// false: it is a folder
function removed(remove: () => void): boolean {
  try {
    remove();
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return true;
    if (code === 'EISDIR') return false;
    throw error;
  }
}
