import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, copyFile, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type PlexusError, problemOf, shimUnusable, standInUnusable } from '../errors/index.ts';
import { newPrefix, removeLeftovers, syncFolder } from '../files/index.ts';
import { inFolder } from './conf-folder.ts';
import { elfProblem } from './elf.ts';
import { isSameContent } from './same-content.ts';

/** The shim's file name, which is the `type` in our configuration. */
export const shimName = 'plexus';
/** Direct mode as one file beside the shim: answers calls while the daemon is unavailable. */
export const standInName = 'plexus-direct';

interface PutOptions {
  /** As in process.arch. */
  readonly arch: string;
  readonly dryRun?: boolean;
}
interface Program {
  readonly name: string;
  readonly unusable: (context: { file: string; problem: string }, options?: { cause: unknown }) => PlexusError;
}

/**
 * Installs the shim in the runtime's plugin folder as `plexus`. The file is written beside the target and renamed, so a
 * running shim does not block the update ("text file busy"), and each call gets the old or the new binary, complete.
 * Returns whether anything changed. Rejects with shimUnusable if the file is not for this machine; folderNotWritable,
 * fileUnusable.
 */
export const installShim = (source: string, folder: string, options: PutOptions): Promise<boolean> =>
  installProgram({ name: shimName, unusable: shimUnusable }, source, folder, options);

/** Installs the fallback binary as `plexus-direct`. Rejects with standInUnusable, folderNotWritable, fileUnusable. */
export const installStandIn = (source: string, folder: string, options: PutOptions): Promise<boolean> =>
  installProgram({ name: standInName, unusable: standInUnusable }, source, folder, options);

// The fallback binary is larger than the memory of an init container, so nothing here reads a whole file.
async function installProgram(
  program: Program,
  source: string,
  folder: string,
  { arch, dryRun = false }: PutOptions,
): Promise<boolean> {
  await assertUsable(program, source, arch);
  const target = join(folder, program.name);
  if (await isInstalled(target, source)) return false;
  if (!dryRun) await inFolder(folder, `install ${program.name}`, () => replaceExecutable(folder, target, source));
  return true;
}

/** Rejects with the program's error if the file is missing or is not for this machine. */
async function assertUsable({ unusable }: Program, file: string, arch: string): Promise<void> {
  const header = await headerOf(file).catch((error: unknown) => {
    throw unusable({ file, problem: problemOf(error) }, { cause: error });
  });
  const problem = elfProblem(header, arch);
  if (problem !== undefined) throw unusable({ file, problem });
}

async function headerOf(path: string): Promise<Buffer> {
  await using file = await open(path, 'r');
  const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
  return buffer.subarray(0, bytesRead);
}

const mode = 0o755;

async function isInstalled(target: string, source: string): Promise<boolean> {
  try {
    const found = await stat(target);
    return found.isFile() && (found.mode & 0o7777) === mode && (await isSameContent(target, source));
  } catch {
    return false; // Writing reports whatever blocks the path.
  }
}

const ourPrefix = `${newPrefix}plexus-`;

async function replaceExecutable(folder: string, target: string, source: string): Promise<void> {
  await removeLeftovers(folder, ourPrefix);
  const temporary = join(folder, `${ourPrefix}${randomUUID()}`);
  try {
    await copyFile(source, temporary, constants.COPYFILE_EXCL);
    await finish(temporary);
    await rename(temporary, target);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}); // Report the first problem, not this one.
    throw error;
  }
}

// Close the file last: a file that is open for writing cannot be executed.
async function finish(path: string): Promise<void> {
  await using file: FileHandle = await open(path, 'r+');
  await file.chmod(mode); // Independent of the umask.
  await file.sync();
}
