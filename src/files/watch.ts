import { type FSWatcher, statSync, watch } from 'node:fs';

/** Reports that folders may have changed. Only a hint: the receiver reads everything again. */
export interface FolderWatch {
  /** Sets the folders. A missing or replaced folder is watched from the call that first finds it. Never rejects. */
  readonly refresh: (folders: readonly string[]) => void;
  readonly close: () => void;
}

interface Watched {
  /** Device and inode, because a folder can be replaced by another one of the same name. */
  readonly identity: string;
  readonly watcher: FSWatcher;
}

/** Watches the folders passed to `refresh`; calls `onChange` for any change in them. */
export function watchFolders(onChange: () => void): FolderWatch {
  const watched = new Map<string, Watched>();
  const drop = (folder: string): void => {
    watched.get(folder)?.watcher.close();
    watched.delete(folder);
  };
  const refreshOne = (folder: string): void => {
    const identity = identityOf(folder);
    if (watched.get(folder)?.identity === identity) return;
    drop(folder);
    if (identity === undefined) return;
    try {
      const watcher = watch(folder, onChange).on('error', () => drop(folder));
      watched.set(folder, { identity, watcher });
    } catch {
      // The folder is gone, or the node has no watch left: the next refresh retries.
    }
  };
  return {
    refresh: (folders) => {
      for (const folder of [...watched.keys()].filter((each) => !folders.includes(each))) drop(folder);
      for (const folder of folders) refreshOne(folder);
    },
    close: () => [...watched.keys()].forEach(drop),
  };
}

function identityOf(folder: string): string | undefined {
  try {
    // Synchronous: this runs every few seconds, and the thread pool would wake more threads.
    const { dev, ino } = statSync(folder);
    return `${dev}:${ino}`;
  } catch {
    return undefined; // The folder does not exist.
  }
}
