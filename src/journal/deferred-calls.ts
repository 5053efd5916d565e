import { readdirSync, statSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileUnusable, problemOf } from '../errors/index.ts';
import { makeFolder, newPrefix, removeLeftovers, replaceAtomically, syncFolder } from '../files/index.ts';
import type { RecordKey } from './journal.ts';

/** A call that the program on the host kept, as it is in its file: HELLO and CALL of the host link. */
export interface KeptCall extends RecordKey {
  readonly bytes: Buffer;
}
/** DELs that were answered while there was no daemon, to be carried out when there is one. fileUnusable. */
export interface DeferredCalls {
  /** From now on the program on the host keeps calls: it does so only while the file `.open` is there. */
  open(): Promise<void>;
  /** From now on it keeps none; nothing that is kept is lost. */
  close(): Promise<void>;
  has(key: RecordKey): Promise<boolean>;
  /** Also when there is none. */
  remove(key: RecordKey): Promise<void>;
  list(): Promise<readonly KeptCall[]>;
  /** Takes one that cannot be understood out of the way, content kept. Returns where it is. */
  setAside(key: RecordKey): Promise<string>;
}

const suffix = '.call';
const fileName = ({ containerId, ifName }: RecordKey): string => `${containerId}@${ifName}${suffix}`;

/** The calls in a folder that the program on the host writes to (src/shim/defer.c). */
export function deferredCalls(folder: string): DeferredCalls {
  const unusable =
    (action: string, file = folder) =>
    (error: unknown) => {
      throw fileUnusable({ file, action, problem: problemOf(error) }, { cause: error });
    };
  const pathOf = (key: RecordKey): string => join(folder, fileName(key));
  const mark = join(folder, '.open');
  return {
    open: async () => {
      if (await isThere(mark)) return;
      await makeFolder(folder);
      await replaceAtomically(mark, '');
    },
    close: async () => void (await removed(mark).catch(unusable('remove', mark))),
    has: async (key) => isName(key) && (await isThere(pathOf(key)).catch(unusable('look at', pathOf(key)))),
    remove: async (key) => {
      if (!isName(key) || !(await removed(pathOf(key)).catch(unusable('remove', pathOf(key))))) return;
      await syncFolder(folder).catch(unusable('remove', pathOf(key)));
    },
    list: async () => {
      const names = namesIn(folder);
      if (names.some((name) => name.startsWith(newPrefix))) await removeLeftovers(folder, newPrefix);
      const kept: KeptCall[] = [];
      for (const name of names.toSorted()) {
        const key = keyOf(name);
        const bytes = key && (await readFile(join(folder, name)).catch(absent(unusable('read', join(folder, name)))));
        if (key !== undefined && bytes !== undefined) kept.push({ ...key, bytes });
      }
      return kept;
    },
    setAside: async (key) => {
      const damaged = join(folder, 'damaged');
      const target = join(damaged, fileName(key));
      await mkdir(damaged, { mode: 0o700, recursive: true }).catch(unusable('make', damaged));
      await rename(pathOf(key), target).catch(unusable('set aside', pathOf(key)));
      return target;
    },
  };
}

// the program on the host keeps no call whose names are no file names
const isName = ({ containerId, ifName }: RecordKey): boolean => ![containerId, ifName].some((each) => each.includes('/') || each.includes('\0'));

function keyOf(name: string): RecordKey | undefined {
  const at = name.indexOf('@');
  return at > 0 && name.endsWith(suffix) ? { containerId: name.slice(0, at), ifName: name.slice(at + 1, -suffix.length) } : undefined;
}

const absent = (otherwise: (error: unknown) => never) => (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? undefined : otherwise(error));

// without the thread pool, which would wake further threads: listed every few seconds, and nearly always empty
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw fileUnusable({ file: folder, action: 'list', problem: problemOf(error) }, { cause: error });
  }
}

const isThere = (path: string): Promise<boolean> => whether((async () => statSync(path))()); // without the thread pool: each call looks here
/** Whether there was such a file. */
const removed = (path: string): Promise<boolean> => whether(rm(path));

const whether = (done: Promise<unknown>): Promise<boolean> =>
  done.then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (['ENOENT', 'ENAMETOOLONG'].includes(error.code ?? '')) return false;
      throw error;
    },
  );
