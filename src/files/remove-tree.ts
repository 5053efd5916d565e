import { randomUUID } from 'node:crypto';
import { readdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { openFolder } from './open-folder.ts';

/**
 * Removes a file, or a folder with its content, while a less trusted program can write there. A folder that is replaced
 * by a symbolic link is not entered, whereas Node's own rm checks first and then follows the path. Works at any depth
 * and for names that are not UTF-8. A missing path counts as removed. Throws as unlink(2), open(2) and rmdir(2) do.
 */
export function removeTree(path: string | Buffer): void {
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
  for (const path of namesIn(folder).map((name) => within(folder, name))) {
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
/**
 * Removes what is in a folder as removeTree does, except entries of some names. Reports each failure and continues.
 * Returns the number of removed entries. Throws as open(2) does.
 */
export function removeContent(
  path: string,
  keep: readonly string[],
  onFailure: (name: string, error: unknown) => void,
): number {
  using folder = openFolder(path);
  const removed = namesIn(folder.path).filter((name) => {
    if (keep.includes(name.toString())) return false;
    try {
      removeTree(within(folder.path, name));
      return true;
    } catch (error) {
      onFailure(name.toString(), error);
      return false;
    }
  });
  return removed.length;
}

const within = (folder: string, name: Buffer): Buffer => Buffer.concat([Buffer.from(`${folder}/`), name]);
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
