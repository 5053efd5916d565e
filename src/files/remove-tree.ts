import { readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { openFolder } from './open-folder.ts';

/**
 * Removes a file, or a folder with its content, while a less trusted program can write there. A folder that is replaced
 * by a symbolic link is not entered, whereas Node's own rm checks first and then follows the path. A missing path
 * counts as removed. Throws as unlink(2), open(2) and rmdir(2) do.
 */
export function removeTree(path: string): void {
  if (tryRemove(() => unlinkSync(path))) return;
  using folder = openFolder(path);
  for (const name of readdirSync(folder.path)) removeTree(join(folder.path, name));
  tryRemove(() => rmdirSync(path));
}

// Returns false for a folder.
function tryRemove(remove: () => void): boolean {
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
