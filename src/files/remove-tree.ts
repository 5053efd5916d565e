import { randomUUID } from 'node:crypto';
import { readdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { openFolder } from './open-folder.ts';

/**
 * Removes a file, or a folder with its content, while a less trusted program can write there. A folder that is replaced
 * by a symbolic link is not entered, whereas Node's own rm checks first and then follows the path. Works at any depth
 * and for names that are not UTF-8. A missing path counts as removed. Throws as unlink(2), open(2) and rmdir(2) do.
 */
export function removeTree(path: string): void {
  if (tryRemove(() => unlinkSync(path))) return;
  {
    using top = openFolder(path);
    for (let round = 0; round < mostRounds && !isEmpty(top.path); round++) emptyFolder(top.path, top.path, mostDepth);
  }
  tryRemove(() => rmdirSync(path));
}

const mostRounds = 10_000; // Otherwise a program that fills the folder meanwhile would keep this one busy forever.
const mostDepth = 64;

// Moves folders below a certain depth to the top, for the next round. So neither the stack nor the number of descriptors
// nor a path grows with the depth of the tree.
function emptyFolder(folder: string, top: string, depth: number): void {
  for (const path of namesIn(folder).map((name) => Buffer.concat([Buffer.from(`${folder}/`), name]))) {
    if (tryRemove(() => unlinkSync(path))) continue;
    if (depth === 0) renameSync(path, `${top}/.removed-${randomUUID()}`);
    else {
      {
        using inner = openFolder(path);
        emptyFolder(inner.path, top, depth - 1);
      }
      tryRemove(() => rmdirSync(path));
    }
  }
}

const isEmpty = (folder: string): boolean => namesIn(folder).length === 0;
const namesIn = (folder: string): readonly Buffer[] => readdirSync(folder, 'buffer');

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
