import { lstatSync, opendirSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileUnusable, problemOf } from '../errors/index.ts';
import {
  beneath,
  beneathMade,
  newPrefix,
  readRegularFile,
  removeLeftovers,
  removeTree,
  replaceAtomically,
  shownPath,
  syncFolder,
} from '../files/index.ts';
import type { RecordKey } from './journal.ts';

/** DELs that the shim deferred while no daemon was running, for the daemon to carry out. Rejects with fileUnusable. */
export interface DeferredCalls {
  /** Allows the shim to defer calls: creates the file `.open`, without which it defers none. */
  open(): Promise<void>;
  /** Forbids the shim to defer calls. Deferred calls stay. */
  close(): Promise<void>;
  has(key: RecordKey): Promise<boolean>;
  /** Resolves also if there is none. */
  remove(key: RecordKey): Promise<void>;
  /** The deferred calls by their file names, at most ten thousand at a time. Reads no file: they may be large. */
  list(): Promise<readonly RecordKey[]>;
  /**
   * The content of one file: HELLO and CALL of the host link. Empty if it is not a regular file or too long; undefined
   * if there is none.
   */
  read(key: RecordKey): Promise<Buffer | undefined>;
  /** Moves a call that cannot be decoded aside. Returns its new path. */
  setAside(key: RecordKey): Promise<string>;
}

const suffix = '.call';
const fileName = ({ containerId, ifName }: RecordKey): string => `${containerId}@${ifName}${suffix}`;

/** The calls in a folder that the shim writes to (src/shim/defer.c). */
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
    list: async () => (await present(keysIn)) ?? [],
    read: async (key) => (isName(key) ? present(async (path) => bytesIn(join(path, fileName(key)))) : undefined),
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

async function keysIn(folder: string): Promise<readonly RecordKey[]> {
  const names = namesIn(folder);
  if (names.some((name) => name.startsWith(newPrefix))) await removeLeftovers(folder, newPrefix);
  return names
    .toSorted()
    .map(keyOf)
    .filter((key) => key !== undefined);
}

// Anything but a regular file is no call: the caller sets it aside as damaged.
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

// The shim defers no call whose names cannot be file names.
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

const mostNames = 10_000;

// Synchronous, because the thread pool would wake more threads: it is listed every few seconds and is nearly always
// empty.
function namesIn(folder: string): readonly string[] {
  try {
    return firstNames(folder);
  } catch (error) {
    throw fileUnusable({ file: shownPath(folder), action: 'list', problem: problemOf(error) }, { cause: error });
  }
}

function firstNames(folder: string): readonly string[] {
  const entries = opendirSync(folder);
  try {
    const names: string[] = [];
    for (let entry = entries.readSync(); entry !== null && names.length < mostNames; entry = entries.readSync())
      names.push(entry.name);
    return names;
  } finally {
    entries.closeSync();
  }
}

// not through the thread pool, because every call checks this
const isThere = (path: string): Promise<boolean> => whether((async () => lstatSync(path))());
/** Returns whether it existed. The daemon may have put a folder in its place. */
const removed = async (path: string): Promise<boolean> => {
  if (!(await isThere(path))) return false;
  removeTree(path);
  return true;
};

const whether = (done: Promise<unknown>): Promise<boolean> =>
  done.then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (['ENOENT', 'ENAMETOOLONG'].includes(error.code ?? '')) return false;
      throw error;
    },
  );
