import { type ByteLocks, openByteLocks } from './byte-locks.ts';
import { reserveNotes } from './holder-notes.ts';
import { type ProcessIdentity, ownIdentity } from './process-identity.ts';

const fileName = 'sandboxes';

/** The open file of locks, as all operations of this process share it. */
export interface LockFile {
  readonly folder: string;
  readonly bytes: ByteLocks;
  readonly own: ProcessIdentity;
  /** How many operations of this process hold a sandbox. */
  active: number;
  /** Whether a process of a version with other locks may be at work (former-locks.ts). */
  mayHaveFormer: boolean;
}

/** One open file for all operations that run at the same time. */
export interface SharedLockFile {
  /** Runs `work` with the open file. Rejects with fileUnusable. */
  readonly use: <T>(work: (file: LockFile) => Promise<T>) => Promise<T>;
}

interface Shared {
  readonly file: Promise<LockFile>;
  users: number;
}

/** Opens the file when it is first used. `isKept`: it stays open; otherwise the last user closes it. */
export function sharedLockFile(folder: string, isKept: boolean): SharedLockFile {
  let current: Shared | undefined;
  const leave = async (shared: Shared): Promise<void> => {
    shared.users--;
    if (shared.users > 0) return;
    if (current === shared) current = undefined;
    (await shared.file).bytes.close();
  };
  // Locks of a removed file exclude no other process: new operations open the new file.
  const replaceRemoved = async (): Promise<void> => {
    const shared = current;
    if (shared === undefined || (await shared.file).bytes.isCurrent() || current !== shared) return;
    current = undefined;
    if (isKept) await leave(shared);
  };
  return {
    use: async (work) => {
      await replaceRemoved();
      const shared = (current ??= { file: open(folder), users: isKept ? 1 : 0 });
      shared.users++;
      const file = await shared.file.catch((error: unknown) => {
        if (current === shared) current = undefined;
        throw error;
      });
      try {
        return await work(file);
      } finally {
        await leave(shared);
      }
    },
  };
}

async function open(folder: string): Promise<LockFile> {
  const own = await ownIdentity();
  const bytes = await openByteLocks(folder, fileName);
  reserveNotes(bytes.fd);
  return { folder, bytes, own, active: 0, mayHaveFormer: true };
}
