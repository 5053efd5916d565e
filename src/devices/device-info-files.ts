import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type PlexusError, asPlexusError, deviceInfoInvalid, fileFailed, problemOf } from '../errors/index.ts';
import { beneath, beneathIfPresent, isFileName, readRegularFile, readRegularText, removeFile } from '../files/index.ts';
import { attachmentInfoFile, parseDeviceInfo } from '../npwg/index.ts';

// Device plugins, CNI plugins and applications write into these folders too. So links in them are not followed, and
// only regular files are read.

/** Names the attachment that a file describes. */
export type AttachmentNames = Parameters<typeof attachmentInfoFile>[1];

/**
 * The files through which device plugins, CNI plugins and applications exchange device information (device information
 * specification).
 */
export interface DeviceInfoFiles {
  /**
   * Prepares an attachment's file: removes an old one and copies the device plugin's file, if any (NPWG-112, NPWG-113).
   * Rejects with fileUnusable.
   */
  readonly prepare: (file: string, from: string | undefined) => Promise<void>;
  /** Reads the file after the plugins have run. Returns nothing, or why its content is ignored (NPWG-115). */
  readonly read: (
    file: string,
  ) => Promise<{ readonly info?: ReturnType<typeof parseDeviceInfo>; readonly problem?: PlexusError }>;
  /**
   * Removes an attachment's file; a missing file is not an error (NPWG-116). The file name is derived from the
   * attachment, because a journal record must not decide which file of the host is removed. Rejects with fileUnusable.
   */
  readonly remove: (attachment: AttachmentNames) => Promise<void>;
}

// Far above what the specification requires; the journal stores what a plugin writes.
const mostBytes = 64 * 1024;

/** The device information files of this node, in the folder deviceInfoDir. */
export const deviceInfoFiles = (folder: string): DeviceInfoFiles => ({
  prepare: async (file, from) => {
    try {
      await mkdir(dirname(file), { recursive: true, mode: 0o755 });
      const content = from === undefined ? undefined : unlessMissing(() => readRegularFile(from, { mostBytes }));
      await beneath(dirname(file), async (open) => {
        await removeFile(join(open, basename(file)));
        if (content !== undefined) writeFileSync(join(open, basename(file)), content, { flag: 'wx' });
      });
    } catch (error) {
      throw fileFailed({ file, action: 'write' }, error);
    }
  },
  read: async (file) => {
    try {
      const text = unlessMissing(() => textOf(file));
      return text === undefined ? {} : { info: parseDeviceInfo(text, file) };
    } catch (error) {
      return { problem: asPlexusError(error) };
    }
  },
  remove: async (attachment) => {
    const file = attachmentInfoFile(folder, attachment);
    if (!isOneFile(attachment) || !isFileName(basename(file))) return; // No such file was ever created.
    await beneathIfPresent(dirname(file), (open) => removeFile(join(open, basename(file))));
  },
});

function textOf(file: string): string {
  try {
    return readRegularText(file, { mostBytes });
  } catch (error) {
    if (isMissing(error)) throw error;
    throw deviceInfoInvalid({ file, problem: problemOf(error) }, { cause: error });
  }
}

const isOneFile = ({ containerId, interfaceName }: AttachmentNames): boolean =>
  !/[/\0]/.test(containerId + interfaceName);

const isMissing = (error: unknown): boolean =>
  ['ENOENT', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? '');

function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
