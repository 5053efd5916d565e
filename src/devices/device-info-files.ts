import { copyFile, mkdir, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type PlexusError, asPlexusError, deviceInfoInvalid, fileFailed } from '../errors/index.ts';
import { removeFile } from '../files/index.ts';
import { parseDeviceInfo } from '../npwg/index.ts';

/** The files through which device plugins, CNI plugins and applications tell each other about devices (device information specification). */
export interface DeviceInfoFiles {
  /** Makes room for an attachment's file: no old one, and the device plugin's in its place if there is one (NPWG-112, NPWG-113). fileUnusable. */
  readonly prepare: (file: string, from: string | undefined) => Promise<void>;
  /** What is in it after the plugins have run: nothing, or nothing that counts with the reason (NPWG-115). */
  readonly read: (file: string) => Promise<{ readonly info?: ReturnType<typeof parseDeviceInfo>; readonly problem?: PlexusError }>;
  /** A file that is not there is no error (NPWG-116). fileUnusable. */
  readonly remove: (file: string) => Promise<void>;
}

/** The files of this machine. */
export const deviceInfoFiles = (): DeviceInfoFiles => ({
  prepare: async (file, from) => {
    try {
      await mkdir(dirname(file), { recursive: true, mode: 0o755 });
      await removeFile(file);
      if (from !== undefined && (await isReadable(from))) await copyFile(from, file);
    } catch (error) {
      throw fileFailed({ file, action: 'write' }, error);
    }
  },
  read: async (file) => {
    try {
      return (await isReadable(file)) ? { info: parseDeviceInfo(await readFile(file, 'utf8'), file) } : {};
    } catch (error) {
      return { problem: asPlexusError(error) };
    }
  },
  remove: async (file) => {
    try {
      await removeFile(file);
    } catch (error) {
      throw fileFailed({ file, action: 'remove' }, error);
    }
  },
});

// far above what the specification asks for; what a plugin writes ends in the journal
const mostBytes = 64 * 1024;

/** False when there is no such file. deviceInfoInvalid for one that is no file or too long, before it is opened: a FIFO would block. */
async function isReadable(file: string): Promise<boolean> {
  const found = await unlessMissing(stat(file));
  if (found === undefined) return false;
  if (!found.isFile()) throw deviceInfoInvalid({ file, problem: 'it is no regular file' });
  if (found.size > mostBytes) throw deviceInfoInvalid({ file, problem: `it has ${found.size} bytes, more than ${mostBytes}` });
  return true;
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (['ENOENT', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
