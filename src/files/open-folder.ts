import { closeSync, constants, openSync } from 'node:fs';
import { fileFailed } from '../errors/index.ts';
import { makeFolder } from './folder.ts';
import { shownPath } from './shown-path.ts';

// A less trusted program may write in some folders: the daemon writes in the state folder. Such a folder is opened
// once, and all work in it uses paths beneath the descriptor, so a symbolic link that replaces the folder meanwhile is
// never followed. Linux accepts /proc/self/fd/N/name in every call, so code that takes paths needs no change. Links
// inside the folder are not covered: the code that opens a file there rejects them.

const pathOnly = 0o10000000;

/** A path to an open folder, valid until the folder is closed. */
interface OpenFolder extends Disposable {
  readonly path: string;
}

/** Opens a folder. Rejects a symbolic link as the last component unless `follow` is set. Throws as open(2) does. */
export function openFolder(path: string | Buffer, { follow = false } = {}): OpenFolder {
  const fd = openDescriptor(path, follow);
  return { path: `/proc/self/fd/${fd}`, [Symbol.dispose]: () => closeSync(fd) };
}

function openDescriptor(path: string | Buffer, follow: boolean): number {
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
 * Runs work in a folder with a path beneath its descriptor. Rejects with ENOENT if the folder does not exist, and with
 * fileUnusable if it is a link or not a folder.
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

/** Like `beneath`, but resolves with undefined if the folder does not exist, or the work rejects with ENOENT. */
export const beneathIfPresent = <T>(folder: string, work: (path: string) => Promise<T>): Promise<T | undefined> =>
  beneath(folder, work).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });

/** Like `beneath`, but creates a missing folder and then runs the work again. */
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

/** Opens a folder and creates it if it is missing. Rejects with fileUnusable. */
export async function openFolderMade(folder: string): Promise<OpenFolder> {
  try {
    return openedFor(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await makeFolder(folder);
    return openedFor(folder);
  }
}
