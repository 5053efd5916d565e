import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type JsonObject, formatJson } from '../cni/index.ts';
import { readRegularText, replaceAtomically, syncFolder } from '../files/index.ts';
import { hostFileName, hostPathsFrom } from '../plan/index.ts';
import { inFolder } from './conf-folder.ts';

/**
 * Writes the file that lists the paths that programs of the host may use into the runtime's plugin folder, readable for
 * all and writable for root. Removes the file if there are no paths. Returns the actions. Rejects with hostFileInvalid,
 * folderNotWritable, fileUnusable.
 */
export async function installHostFile(
  paths: JsonObject,
  folder: string,
  { dryRun }: { readonly dryRun: boolean },
): Promise<'written' | 'removed' | undefined> {
  const file = join(folder, hostFileName);
  hostPathsFrom(paths, file);
  const isEmpty = Object.keys(paths).length === 0;
  const text = `${formatJson(paths)}\n`;
  const present = textOf(file);
  if (isEmpty ? present === undefined : present === text) return undefined;
  if (!dryRun)
    await inFolder(folder, `write ${hostFileName}`, async () => {
      if (isEmpty) await removeHostFile(folder);
      else await replaceAtomically(file, text, 0o644);
    });
  return isEmpty ? 'removed' : 'written';
}

/** Returns whether the file existed. */
export async function removeHostFile(folder: string): Promise<boolean> {
  const file = join(folder, hostFileName);
  const found = await lstat(file).catch(() => undefined); // The file does not exist.
  if (found === undefined) return false;
  await inFolder(folder, `remove ${hostFileName}`, async () => {
    await rm(file, { force: true });
    await syncFolder(folder);
  });
  return true;
}

function textOf(file: string): string | undefined {
  try {
    return readRegularText(file);
  } catch (error) {
    // Anything else at this path is replaced.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : '';
  }
}
