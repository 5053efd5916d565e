import { type ByteLocks, type LockByte, loadLockByte, openByteLocks } from './byte-locks.ts';
import { reserveNotes } from './holder-notes.ts';
import { type ProcessIdentity, ownIdentity } from './process-identity.ts';

const fileName = 'sandboxes';

/** The open file of locks, which all operations of this process that run at the same time share. */
export interface LockFile {
  readonly bytes: ByteLocks;
  readonly own: ProcessIdentity;
  /** How many operations of this process hold a sandbox. */
  active: number;
}

/** Opens the file for the first operation and closes it after the last one, so that an idle daemon holds no disk. */
export interface SharedLockFile {
  /** Runs `work` with the open file. Rejects with fileUnusable. */
  readonly use: <T>(work: (file: LockFile) => Promise<T>) => Promise<T>;
}

interface Shared {
  readonly file: Promise<LockFile>;
  users: number;
}

/** The file of locks in a folder; both are created if they are missing. */
export function sharedLockFile(folder: string): SharedLockFile {
  let current: Shared | undefined;
  let prepared: Promise<readonly [LockByte, ProcessIdentity]> | undefined;
  const prepare = (): Promise<readonly [LockByte, ProcessIdentity]> =>
    Promise.all([loadLockByte(), ownIdentity()]).catch((error: unknown) => {
      prepared = undefined; // The next operation retries: there may have been no free descriptor.
      throw error;
    });
  const open = async (): Promise<LockFile> => {
    const [lockByte, own] = await (prepared ??= prepare());
    const bytes = await openByteLocks(folder, fileName, lockByte);
    reserveNotes(bytes.fd);
    return { bytes, own, active: 0 };
  };
  // Locks of a removed file exclude no other process: new operations open the new file.
  const dropRemoved = async (): Promise<void> => {
    const shared = current;
    if (shared !== undefined && !(await shared.file).bytes.isCurrent() && current === shared) current = undefined;
  };
  return {
    use: async (work) => {
      await dropRemoved();
      const shared = (current ??= { file: open(), users: 0 });
      shared.users++;
      try {
        return await work(await shared.file);
      } finally {
        shared.users--;
        if (shared.users === 0) {
          if (current === shared) current = undefined;
          await shared.file.then(
            ({ bytes }) => bytes.close(),
            () => {}, // reported above
          );
        }
      }
    },
  };
}
