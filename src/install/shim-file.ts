import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { problemOf, shimUnusable } from '../errors/index.ts';
import { newPrefix, syncFolder } from '../files/index.ts';
import { inFolder } from './conf-folder.ts';
import { elfProblem } from './elf.ts';

/** The plugin's file name: its `type` in our configuration. */
export const shimName = 'plexus';

/**
 * Puts the shim into the runtime's plugin folder under the name `plexus`: written beside and renamed, so that a running
 * one never stands in the way ("text file busy") and a call meets the old or the new one, whole. Returns whether anything
 * had to be done. shimUnusable when it is not for this machine; folderNotWritable, fileUnusable.
 */
export async function installShim(
  source: string,
  folder: string,
  { arch, dryRun = false }: { readonly arch: string; readonly dryRun?: boolean },
): Promise<boolean> {
  const content = await readShim(source, arch);
  const target = join(folder, shimName);
  if (await isInstalled(target, content)) return false;
  if (!dryRun) await inFolder(folder, `install ${shimName}`, () => replaceExecutable(folder, target, content));
  return true;
}

/** The shim's content. shimUnusable when it is missing, or not made for this machine (`arch` as process.arch says it). */
async function readShim(source: string, arch: string): Promise<Buffer> {
  const content = await readFile(source).catch((error: unknown) => {
    throw shimUnusable({ file: source, problem: problemOf(error) }, { cause: error });
  });
  const problem = elfProblem(content, arch);
  if (problem !== undefined) throw shimUnusable({ file: source, problem });
  return content;
}

const mode = 0o755;

async function isInstalled(target: string, content: Buffer): Promise<boolean> {
  try {
    const found = await stat(target);
    return found.isFile() && (found.mode & 0o7777) === mode && found.size === content.length && content.equals(await readFile(target));
  } catch {
    return false; // whatever is in the way is said when it is written
  }
}

async function replaceExecutable(folder: string, target: string, content: Buffer): Promise<void> {
  const temporary = join(folder, `${newPrefix}${randomUUID()}`);
  try {
    await writeExecutable(temporary, content);
    await rename(temporary, target);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}); // the first problem is the one to tell
    throw error;
  }
}

async function writeExecutable(path: string, content: Buffer): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(content);
    await file.chmod(mode); // whatever the umask
    await file.sync();
  } finally {
    await file.close(); // what is open for writing cannot be executed
  }
}
