import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';

/** Tells when something in some folders may have changed. A hint: whoever is told reads everything again. */
export interface FolderWatch {
  /** The folders from now on. One that is missing, or has been replaced, is watched from the call on that finds it. Never rejects. */
  readonly refresh: (folders: readonly string[]) => Promise<void>;
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
  const refreshOne = async (folder: string): Promise<void> => {
    const identity = await identityOf(folder);
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
    refresh: async (folders) => {
      for (const folder of [...watched.keys()].filter((each) => !folders.includes(each))) drop(folder);
      for (const folder of folders) await refreshOne(folder);
    },
    close: () => [...watched.keys()].forEach(drop),
  };
}

const identityOf = (folder: string): Promise<string | undefined> =>
  stat(folder).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => undefined, // not there
  );
