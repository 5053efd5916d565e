import { access, constants, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isPluginType } from '../cni/index.ts';
import { pluginMissing, pluginNotRunnable, problemOf } from '../errors/index.ts';

/**
 * Finds a plugin's file: the first regular file of that bare name in the folders (CNI-47). Rejects with pluginMissing,
 * pluginNotRunnable.
 */
export async function findPlugin(plugin: string, path: readonly string[]): Promise<string> {
  if (!isPluginType(plugin)) throw pluginMissing({ plugin, folders: path });
  for (const folder of path.filter((each) => each !== '')) {
    const file = join(folder, plugin);
    if (await isFile(file)) return executable(plugin, file);
  }
  throw pluginMissing({ plugin, folders: path });
}

// Follows symbolic links; a file that cannot be inspected counts as missing.
const isFile = (file: string): Promise<boolean> =>
  stat(file).then(
    (found) => found.isFile(),
    () => false,
  );

async function executable(plugin: string, file: string): Promise<string> {
  const problem = await access(file, constants.X_OK).then(
    () => undefined,
    (error: unknown) => `it is not executable (${problemOf(error)})`,
  );
  if (problem !== undefined) throw pluginNotRunnable({ plugin, file, problem });
  return file;
}

/**
 * Whether a file starts like something that the kernel can execute: ELF, or a script with an interpreter. True if it
 * cannot be read.
 */
export async function isProgram(file: string): Promise<boolean> {
  const opened = await open(file, 'r').catch(() => undefined);
  if (opened === undefined) return true;
  try {
    const { buffer } = await opened.read({ buffer: Buffer.alloc(4) });
    return buffer.toString('latin1') === '\x7fELF' || buffer.toString('latin1', 0, 2) === '#!';
  } finally {
    await opened.close();
  }
}
