import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, copyFile, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type PlexusError, problemOf, shimUnusable, standInUnusable } from '../errors/index.ts';
import { newPrefix, removeLeftovers, syncFolder } from '../files/index.ts';
import { inFolder } from './conf-folder.ts';
import { elfProblem } from './elf.ts';
import { isSameContent } from './same-content.ts';

/** The plugin's file name: its `type` in our configuration. */
export const shimName = 'plexus';
/** Direct mode as one file, beside the plugin: answers calls while the daemon is away. */
export const standInName = 'plexus-direct';

interface PutOptions {
  /** As process.arch says it. */
  readonly arch: string;
  readonly dryRun?: boolean;
}
interface Program {
  readonly name: string;
  readonly unusable: (context: { file: string; problem: string }, options?: { cause: unknown }) => PlexusError;
}

/**
 * Puts the shim into the runtime's plugin folder under the name `plexus`: written beside and renamed, so that a running
 * one never stands in the way ("text file busy") and a call meets the old or the new one, whole. Returns whether
 * anything had to be done. shimUnusable when it is not for this machine; folderNotWritable, fileUnusable.
 */
export const installShim = (source: string, folder: string, options: PutOptions): Promise<boolean> =>
  installProgram({ name: shimName, unusable: shimUnusable }, source, folder, options);

/** The same with the stand-in, under the name `plexus-direct`. standInUnusable, folderNotWritable, fileUnusable. */
export const installStandIn = (source: string, folder: string, options: PutOptions): Promise<boolean> =>
  installProgram({ name: standInName, unusable: standInUnusable }, source, folder, options);

// the stand-in is larger than the memory that an init container has: nothing here reads a whole file
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

/** Throws the program's error when it is missing, or not made for this machine. */
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
    return false; // whatever is in the way is said when it is written
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
    await rm(temporary, { force: true }).catch(() => {}); // the first problem is the one to tell
    throw error;
  }
}

// closed at the end: what is open for writing cannot be executed
async function finish(path: string): Promise<void> {
  await using file: FileHandle = await open(path, 'r+');
  await file.chmod(mode); // whatever the umask
  await file.sync();
}
