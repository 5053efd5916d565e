import { closeSync, constants as flags, fstatSync, openSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileFailed } from '../errors/index.ts';
import { loadNative, openFolderMade, shownPath } from '../files/index.ts';

/** How a byte may be locked: by many for reading, by one for writing, or not at all (fcntl(2)). */
export type ByteLock = 'shared' | 'exclusive' | 'none';

/** An open file whose bytes are locked. Closing it releases all of them, and so does the end of its process. */
export interface ByteLocks {
  readonly fd: number;
  /** Changes the lock of one byte without waiting; false: another open file holds it. fileUnusable. */
  readonly lock: (offset: number, kind: ByteLock) => boolean;
  /** Whether the path still leads to this file. */
  readonly isCurrent: () => boolean;
  readonly close: () => void;
}

const types = { shared: 0, exclusive: 1, none: 2 } as const; // F_RDLCK, F_WRLCK, F_UNLCK

/** Opens a file of a folder for its locks; makes both where they are missing. fileUnusable. */
export async function openByteLocks(folder: string, name: string): Promise<ByteLocks> {
  using open = await openFolderMade(folder);
  const file = join(folder, name);
  const lockByte = await (process.versions['bun'] === undefined ? loadNative().lockByte : lockByteOfBun());
  const fd = opened(join(open.path, name), file);
  const opener = fstatSync(fd);
  return {
    fd,
    lock: (offset, kind) => {
      const problem = lockByte(fd, types[kind], offset);
      if (problem === 0) return true;
      if (problem === constants.errno.EAGAIN || problem === constants.errno.EACCES) return false;
      throw fileFailed({ file, action: 'lock' }, new Error(`error number ${problem} of fcntl`));
    },
    isCurrent: () => {
      const now = statSync(file, { throwIfNoEntry: false });
      return now?.ino === opener.ino && now.dev === opener.dev;
    },
    close: () => closeSync(fd),
  };
}

// not blocking: a FIFO in its place is refused, not waited for
function opened(path: string, file: string): number {
  let fd: number | undefined;
  try {
    fd = openSync(path, flags.O_RDWR | flags.O_CREAT | flags.O_NOFOLLOW | flags.O_NONBLOCK, 0o600);
    const found = fstatSync(fd);
    if (!found.isFile() || found.nlink > 1) throw new Error('it is not a regular file with one name');
    return fd;
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    throw fileFailed({ file: shownPath(file), action: 'open' }, error);
  }
}

// In the one-file build, which holds no native addon. A failure whose error number is unknown counts as a held lock
// when the kernel knows of a holder.
async function lockByteOfBun(): Promise<(fd: number, type: number, offset: number) => number> {
  const { dlopen, ptr } = await import('bun:ffi');
  const { symbols } = dlopen('libc.so.6', { fcntl: { args: ['i32', 'i32', 'ptr'], returns: 'i32' } });
  const [getLock, setLock] = [36, 37]; // F_OFD_GETLK, F_OFD_SETLK
  return (fd, type, offset) => {
    const lock = new DataView(new ArrayBuffer(32)); // struct flock
    const fill = (): void => {
      lock.setInt16(0, type, true);
      lock.setBigInt64(8, BigInt(offset), true);
      lock.setBigInt64(16, 1n, true);
    };
    fill();
    if (symbols.fcntl(fd, setLock, ptr(lock)) === 0) return 0;
    fill();
    const isHeld = symbols.fcntl(fd, getLock, ptr(lock)) === 0 && lock.getInt16(0, true) !== types.none;
    return isHeld ? constants.errno.EAGAIN : constants.errno.ENOLCK;
  };
}
