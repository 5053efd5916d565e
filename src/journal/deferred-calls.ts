import { lstatSync, readdirSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileUnusable, problemOf } from '../errors/index.ts';
import {
  beneath,
  beneathMade,
  newPrefix,
  readRegularFile,
  removeLeftovers,
  replaceAtomically,
  shownPath,
  syncFolder,
} from '../files/index.ts';
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
    (action: string, file: string) =>
    (error: unknown): never => {
      throw fileUnusable({ file: shownPath(file), action, problem: problemOf(error) }, { cause: error });
    };
  const present = <T>(work: (path: string) => Promise<T>): Promise<T | undefined> =>
    beneath(folder, work).catch(absent);
  const has = (name: string): Promise<boolean> =>
    present((path) => isThere(join(path, name)).catch(unusable('check', join(path, name)))).then(
      (found) => found ?? false,
    );
  return {
    open: async () => {
      if (!(await has(mark))) await beneathMade(folder, (path) => replaceAtomically(join(path, mark), ''));
    },
    close: async () => {
      await present((path) => removed(join(path, mark)).catch(unusable('remove', join(path, mark))));
    },
    has: async (key) => isName(key) && has(fileName(key)),
    remove: async (key) => {
      if (!isName(key)) return;
      await present(async (path) => {
        const file = join(path, fileName(key));
        if (await removed(file).catch(unusable('remove', file))) await syncFolder(path).catch(unusable('remove', file));
      });
    },
    list: async () => (await present(callsIn)) ?? [],
    setAside: (key) =>
      beneath(folder, async (path) => {
        const target = join(path, 'damaged', fileName(key));
        await beneathMade(join(path, 'damaged'), (damaged) =>
          rename(join(path, fileName(key)), join(damaged, fileName(key))).catch(
            unusable('set aside', join(path, fileName(key))),
          ),
        );
        return shownPath(target);
      }),
  };
}

const mark = '.open';

async function callsIn(folder: string): Promise<readonly KeptCall[]> {
  const names = namesIn(folder);
  if (names.some((name) => name.startsWith(newPrefix))) await removeLeftovers(folder, newPrefix);
  return names.toSorted().flatMap((name) => {
    const key = keyOf(name);
    const bytes = key && bytesIn(join(folder, name));
    return key !== undefined && bytes !== undefined ? [{ ...key, bytes }] : [];
  });
}

// what is not a regular file is not a call: the caller sets it aside as damaged
function bytesIn(file: string): Buffer | undefined {
  try {
    return readRegularFile(file, { mostBytes: mostCallBytes });
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (['ELOOP', 'EISDIR', 'EINVAL', 'EFBIG'].includes(code)) return Buffer.alloc(0);
    throw fileUnusable({ file: shownPath(file), action: 'read', problem: problemOf(error) }, { cause: error });
  }
}

const mostCallBytes = 32 * 1024 * 1024; // two frames of the host link at most: HELLO and CALL

// the program on the host keeps no call whose names are no file names
const isName = ({ containerId, ifName }: RecordKey): boolean =>
  ![containerId, ifName].some((each) => each.includes('/') || each.includes('\0'));

function keyOf(name: string): RecordKey | undefined {
  const at = name.indexOf('@');
  return at > 0 && name.endsWith(suffix)
    ? { containerId: name.slice(0, at), ifName: name.slice(at + 1, -suffix.length) }
    : undefined;
}

function absent(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

// without the thread pool, which would wake further threads: listed every few seconds, and nearly always empty
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw fileUnusable({ file: shownPath(folder), action: 'list', problem: problemOf(error) }, { cause: error });
  }
}

const isThere = (path: string): Promise<boolean> => whether((async () => lstatSync(path))()); // without the thread pool: each call checks here
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
