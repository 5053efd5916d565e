import { createHash } from 'node:crypto';
import { link, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ConfPath } from '../cni/index.ts';
import { type PlexusError, fileUnusable, folderNotWritable, problemOf } from '../errors/index.ts';
import { readRegularText, removeTree, replaceAtomically, syncFolder } from '../files/index.ts';
import { ownerOf } from './conflist.ts';
import type { ConfEntry } from './standing.ts';

/** Suffix of files that were moved aside; without it, they are restored. */
export const savedSuffix = '.plexus-saved';
/** A file that no runtime reads; rewriting it makes every runtime reload the folder. */
export const nudgeName = '.plexus-written';

/** The configuration files of a listing, with their owners. */
export function entriesOf(listing: ConfPath): readonly ConfEntry[] {
  if (listing.kind !== 'folder') return [];
  return listing.files.map(({ path, content }) => {
    const text = 'text' in content ? content.text : '';
    return { name: basename(path), text, owner: 'text' in content ? ownerOf(text) : 'unreadable' };
  });
}

const mostBytes = 1024 * 1024;

/**
 * Reads a file in the runtime's folder, where less trusted programs can write: never blocks. Undefined if the file is
 * missing or cannot be a configuration.
 */
export function configurationText(file: string): string | undefined {
  try {
    return readRegularText(file, { follow: true, mostBytes });
  } catch {
    return undefined;
  }
}

/** All names in the runtime's folder; empty if the folder does not exist. */
export const readableNames = (folder: string): Promise<readonly string[]> => readdir(folder).catch(() => []);

/**
 * Writes a configuration atomically and so that containerd and CRI-O both notice. The new file is written beside the
 * target under a name that no runtime reads, then renamed. A further write event follows, because containerd ignores
 * created files and misses some renames (K8S-52). Rejects with folderNotWritable, fileUnusable.
 */
export async function putConfiguration(folder: string, name: string, text: string): Promise<void> {
  await inFolder(folder, `write ${name}`, () => replaceAtomically(join(folder, name), text, 0o644));
  await nudge(folder, text);
}

/** Causes a write event in the folder. */
export async function nudge(folder: string, text: string): Promise<void> {
  await inFolder(folder, `write ${nudgeName}`, async () => {
    // Recreated each time: it may be a link to elsewhere, a FIFO or a folder, and uninstall runs as root on the
    // node.
    removeTree(join(folder, nudgeName));
    const file = await open(join(folder, nudgeName), 'wx', 0o644);
    try {
      await file.writeFile(`${createHash('sha256').update(text).digest('hex')}\n`);
    } finally {
      await file.close();
    }
  });
}

/**
 * Moves a file aside, so that no runtime reads it and uninstall finds it. `copy` keeps the file in place for the caller
 * to replace.
 */
export async function moveAside(folder: string, name: string, how: 'move' | 'copy' = 'move'): Promise<void> {
  const [from, to] = [join(folder, name), join(folder, `${name}${savedSuffix}`)];
  await inFolder(folder, `move ${name} aside`, async () => {
    if (how === 'move') await rename(from, to);
    else {
      await rm(to, { force: true });
      await link(from, to);
    }
    await syncFolder(folder);
  });
}

/** Removes one of our files. */
export const removeConfiguration = (folder: string, name: string): Promise<void> =>
  inFolder(folder, `remove ${name}`, async () => {
    await rm(join(folder, name), { force: true });
    await syncFolder(folder);
  });

const unwritable: readonly string[] = ['EROFS', 'EACCES', 'EPERM', 'ENOENT', 'ENOTDIR', 'ENOSPC', 'EDQUOT'];

/**
 * Runs work in a folder and reports what the folder itself forbids with its name and errno. Rejects with
 * folderNotWritable, fileUnusable.
 */
export async function inFolder<T>(folder: string, action: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw folderError(folder, action, thrown);
  }
}

// Only the errno: the system's message names a temporary file, which differs each time.
function folderError(folder: string, action: string, thrown: unknown): PlexusError {
  const errno = errnoOf(thrown);
  if (errno !== undefined && unwritable.includes(errno))
    return folderNotWritable({ folder, errno, action }, { cause: thrown });
  return fileUnusable({ file: folder, action: `${action} in`, problem: errno ?? problemOf(thrown) }, { cause: thrown });
}

function errnoOf(thrown: unknown): string | undefined {
  const { code, cause } = thrown as { readonly code?: unknown; readonly cause?: unknown };
  if (typeof code === 'string') return code;
  return cause === undefined ? undefined : errnoOf(cause);
}
