import { closeSync, constants as flags, fstatSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileFailed } from '../errors/index.ts';
import { attemptFile, loadNative, openFolderMade, openRegularFile } from '../files/index.ts';

/** The lock of a byte: shared by many open files, exclusive to one, or none (fcntl(2)). */
export type ByteLock = 'shared' | 'exclusive' | 'none';

/** An open file whose bytes can be locked. The locks end when it is closed, at the latest with this process. */
export interface ByteLocks {
  readonly fd: number;
  /** Changes the lock of one byte without waiting. Returns false if another open file holds it. Throws fileUnusable. */
  readonly lock: (offset: number, kind: ByteLock) => boolean;
  /** Whether the path still leads to this file. */
  readonly isCurrent: () => boolean;
  readonly close: () => void;
}

const types = { shared: 0, exclusive: 1, none: 2 } as const; // F_RDLCK, F_WRLCK, F_UNLCK

/** Changes the lock of a byte; returns 0 or an error number. */
export type LockByte = (fd: number, type: number, offset: number) => number;

/** Loads fcntl(2) for locks: from the native addon, or from libc in the one-file build. Rejects with fileUnusable. */
export const loadLockByte = async (): Promise<LockByte> =>
  process.versions['bun'] === undefined ? loadNative().lockByte : lockByteOfBun();

/** Opens a file in a folder for its locks; creates both if they are missing. Rejects with fileUnusable. */
export async function openByteLocks(folder: string, name: string, lockByte: LockByte): Promise<ByteLocks> {
  using open = await openFolderMade(folder);
  const file = join(folder, name);
  const path = join(open.path, name);
  const fd = await attemptFile('open', path, () => openRegularFile(path, flags.O_RDWR));
  const opened = fstatSync(fd);
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
      return now?.ino === opened.ino && now.dev === opened.dev;
    },
    close: () => closeSync(fd),
  };
}

// The one-file build contains no native addon, and cannot read errno. A lock that fails therefore counts as held by
// another process, unless the kernel also rejects a query about locks.
async function lockByteOfBun(): Promise<LockByte> {
  const { dlopen, ptr } = await import('bun:ffi');
  const { symbols } = dlopen('libc.so.6', { fcntl: { args: ['i32', 'i32', 'ptr'], returns: 'i32' } });
  const [getLock, setLock] = [36, 37]; // F_OFD_GETLK, F_OFD_SETLK
  return (fd, type, offset) => {
    const isDone = (command: number): boolean => {
      const lock = new DataView(new ArrayBuffer(32)); // struct flock
      lock.setInt16(0, type, true);
      lock.setBigInt64(8, BigInt(offset), true);
      lock.setBigInt64(16, 1n, true);
      return symbols.fcntl(fd, command, ptr(lock)) === 0;
    };
    if (isDone(setLock)) return 0;
    return isDone(getLock) ? constants.errno.EAGAIN : constants.errno.ENOLCK;
  };
}
