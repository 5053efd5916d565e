import { type FSWatcher, statSync, watch } from 'node:fs';

/** Tells when something in some folders may have changed. A hint: whoever is told reads everything again. */
export interface FolderWatch {
  /**
   * The folders from now on. One that is missing, or has been replaced, is watched from the call on that finds it.
   * Never rejects.
   */
  readonly refresh: (folders: readonly string[]) => void;
  readonly close: () => void;
}

interface Watched {
  /** Device and inode: a folder can be replaced by another of its name. */
  readonly identity: string;
  readonly watcher: FSWatcher;
}

/** Watches the folders that `refresh` names; `onChange` is called for anything that happens in them. */
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
      // it has gone meanwhile, or the node has no watch left: the next refresh tries again
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
    const { dev, ino } = statSync(folder); // synchronous: this runs every few seconds, and the thread pool would wake more threads
    return `${dev}:${ino}`;
  } catch {
    return undefined; // not there
  }
}
