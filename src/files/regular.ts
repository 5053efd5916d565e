import { closeSync, constants, fstatSync, openSync, readSync, readlinkSync, type Stats } from 'node:fs';
import { fileFailed } from '../errors/index.ts';
import { isAbsent } from './attempt.ts';
import { shownPath } from './shown-path.ts';

// O_PATH: opens without reading, so that a FIFO does not block and a device is not touched. Node.js has no name for it.
const pathOnly = 0o10000000;
/** The longest file that is read, unless the caller sets another limit. */
export const usualMostBytes = 16 * 1024 * 1024;
const chunkBytes = 64 * 1024;

interface ReadOptions {
  /** Whether to follow a symbolic link as the last component; default: no. */
  readonly follow?: boolean;
  readonly mostBytes?: number;
  /** Checks the open file by its stat(2) result and its path without links. Throws to reject the file. */
  readonly check?: (found: Stats, realPath: string) => void;
}

/**
 * Reads a file that another program may have created: only a regular file up to a size limit, never a link, FIFO or
 * device. Never blocks. The file is opened before it is checked, so that the checked file is the one that is read.
 * Throws as open(2) does.
 */
export function readRegularFile(
  path: string,
  { follow = false, mostBytes = usualMostBytes, check }: ReadOptions = {},
): Buffer {
  return withRegular(path, follow, (place, found) => {
    if (found.size > mostBytes) throw tooLong(path, mostBytes);
    check?.(found, readlinkSync(place));
    return contentOf(place, path, mostBytes);
  });
}

/** Like readRegularFile, decoded as UTF-8. */
export const readRegularText = (path: string, options?: ReadOptions): string =>
  readRegularFile(path, options).toString('utf8');

// symbolic link, folder, FIFO or device, file that is too long
const unfitCodes: readonly unknown[] = ['ELOOP', 'EISDIR', 'EINVAL', 'EFBIG'];

/**
 * Like readRegularFile, but returns undefined if there is no file, and what `unfit` returns if the file is not regular
 * or too long. Throws fileUnusable.
 */
export function readIfPresent(
  path: string,
  { unfit, ...options }: ReadOptions & { readonly unfit?: (error: unknown) => Buffer } = {},
): Buffer | undefined {
  try {
    return readRegularFile(path, options);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    if (unfit !== undefined && unfitCodes.includes((error as NodeJS.ErrnoException).code)) return unfit(error);
    throw fileFailed({ file: shownPath(path), action: 'read' }, error);
  }
}

/** Reads `length` bytes of a regular file from a position on, or fewer at its end, otherwise like readRegularFile. */
export const readRegularPart = (path: string, position: number, length: number): Buffer =>
  withRegular(path, false, (place) => {
    const file = openSync(place, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const part = Buffer.alloc(length);
      return part.subarray(0, readSync(file, part, 0, length, position));
    } finally {
      closeSync(file);
    }
  });

/** Passes the place of an open file, which leads to that file only, to `read` if it is a regular file. */
function withRegular<T>(path: string, follow: boolean, read: (place: string, found: Stats) => T): T {
  const opened = openSync(path, pathOnly | (follow ? 0 : constants.O_NOFOLLOW));
  try {
    const found = fstatSync(opened);
    if (!found.isFile()) throw notRegular(path, found);
    return read(`/proc/self/fd/${opened}`, found);
  } finally {
    closeSync(opened);
  }
}

function contentOf(place: string, path: string, mostBytes: number): Buffer {
  const file = openSync(place, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const chunks: Buffer[] = [];
    for (let bytes = 0; bytes <= mostBytes;) {
      const chunk = Buffer.allocUnsafe(chunkBytes);
      const count = readSync(file, chunk);
      if (count === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, count));
      bytes += count;
    }
    throw tooLong(path, mostBytes); // The file has grown since it was checked.
  } finally {
    closeSync(file);
  }
}

const errorWithCode = (code: string, message: string): NodeJS.ErrnoException =>
  Object.assign(new Error(message), { code });

const notRegular = (path: string, found: Stats): Error =>
  errorWithCode(
    found.isSymbolicLink() ? 'ELOOP' : found.isDirectory() ? 'EISDIR' : 'EINVAL',
    `${path} is ${kindOf(found)}, not a regular file`,
  );

function kindOf(found: Stats): string {
  if (found.isSymbolicLink()) return 'a symbolic link';
  if (found.isDirectory()) return 'a folder';
  return found.isFIFO() ? 'a FIFO' : found.isSocket() ? 'a socket' : 'a device';
}

const tooLong = (path: string, mostBytes: number): Error =>
  errorWithCode('EFBIG', `${path} is longer than ${mostBytes} bytes`);
