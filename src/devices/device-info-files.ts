import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type PlexusError, asPlexusError, fileFailed } from '../errors/index.ts';
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
      if (from !== undefined) await unlessMissing(copyFile(from, file));
    } catch (error) {
      throw fileFailed({ file, action: 'write' }, error);
    }
  },
  read: async (file) => {
    try {
      const text = await unlessMissing(readFile(file, 'utf8'));
      return text === undefined ? {} : { info: parseDeviceInfo(text, file) };
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

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (['ENOENT', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
