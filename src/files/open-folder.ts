import { closeSync, constants, openSync } from 'node:fs';
import { fileFailed } from '../errors/index.ts';
import { makeFolder } from './folder.ts';
import { shownPath } from './shown-path.ts';

// Folders in which a less trusted program may write (the state folder: the daemon) are opened, and whatever is done in
// them is done beneath the descriptor: the folder may be exchanged for a symbolic link to anywhere at any moment, and
// nothing follows it. Linux lets every call take such a path, /proc/self/fd/N/name, so that code that works with paths
// need not know.

const pathOnly = 0o10000000;

/** A path that leads to an open folder, and stays valid until it is closed. */
interface OpenFolder extends Disposable {
  readonly path: string;
}

/**
 * Opens a folder; a symbolic link in its last place is none, unless `follow` says otherwise. Throws as open(2) does.
 */
export function openFolder(path: string, { follow = false } = {}): OpenFolder {
  const fd = opened(path, follow);
  return { path: `/proc/self/fd/${fd}`, [Symbol.dispose]: () => closeSync(fd) };
}

function opened(path: string, follow: boolean): number {
  try {
    return openSync(path, pathOnly | constants.O_DIRECTORY | (follow ? 0 : constants.O_NOFOLLOW));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR' || code === 'ELOOP')
      throw Object.assign(new Error('it is not a folder; a symbolic link to one is not followed'), { code: 'ENOTDIR' });
    throw error;
  }
}

/**
 * Works in a folder with its path beneath a descriptor. Rejects with ENOENT when there is none. fileUnusable when it is
 * a link or no folder.
 */
export async function beneath<T>(folder: string, work: (path: string) => Promise<T>): Promise<T> {
  using open = openedFor(folder);
  return await work(open.path);
}

function openedFor(folder: string): OpenFolder {
  try {
    return openFolder(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw error;
    throw fileFailed({ file: shownPath(folder), action: 'open' }, error);
  }
}

/** The same, and makes the folder when there is none: then the work is done again. */
export async function beneathMade<T>(folder: string, work: (path: string) => Promise<T>): Promise<T> {
  try {
    return await beneath(folder, work);
  } catch (error) {
    const { code, cause } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && (cause as NodeJS.ErrnoException | undefined)?.code !== 'ENOENT') throw error;
    await makeFolder(folder);
    return beneath(folder, work);
  }
}

/** Opens a folder, which it makes when there is none. fileUnusable. */
export async function openFolderMade(folder: string): Promise<OpenFolder> {
  try {
    return openedFor(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await makeFolder(folder);
    return openedFor(folder);
  }
}
