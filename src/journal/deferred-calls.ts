import { opendirSync } from 'node:fs';
import { join } from 'node:path';
import {
  attemptFile,
  beneath,
  beneathIfPresent,
  beneathMade,
  exists,
  isFileName,
  newPrefix,
  readIfPresent,
  removeLeftovers,
  removeTree,
  replaceAtomically,
  syncFolder,
} from '../files/index.ts';
import { setAside } from './damaged.ts';
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

const mark = '.open';
const suffix = '.call';
const fileName = ({ containerId, ifName }: RecordKey): string => `${containerId}@${ifName}${suffix}`;

/**
 * The calls in a folder that the shim writes to (src/shim/defer.c). The shim defers no call whose names cannot be part
 * of a file name.
 */
export function deferredCalls(folder: string): DeferredCalls {
  const present = <T>(work: (path: string) => Promise<T>): Promise<T | undefined> => beneathIfPresent(folder, work);
  const has = async (name: string): Promise<boolean> => (await present((path) => exists(join(path, name)))) ?? false;
  const remove = (name: string): Promise<void> =>
    present(async (path) => {
      const file = join(path, name);
      if (!(await exists(file))) return;
      await attemptFile('remove', file, () => {
        removeTree(file); // the daemon may have put a folder in its place
        return syncFolder(path);
      });
    });
  return {
    open: async () => {
      if (!(await has(mark))) await beneathMade(folder, (path) => replaceAtomically(join(path, mark), ''));
    },
    close: () => remove(mark),
    has: async (key) => isFileName(fileName(key)) && has(fileName(key)),
    remove: async (key) => {
      if (isFileName(fileName(key))) await remove(fileName(key));
    },
    list: async () => (await present(keysIn)) ?? [],
    read: async (key) =>
      isFileName(fileName(key)) ? present(async (path) => bytesIn(join(path, fileName(key)))) : undefined,
    setAside: (key) => beneath(folder, (path) => setAside(path, fileName(key))),
  };
}

async function keysIn(folder: string): Promise<readonly RecordKey[]> {
  const names = await attemptFile('list', folder, () => firstNames(folder));
  if (names.some((name) => name.startsWith(newPrefix))) await removeLeftovers(folder, newPrefix);
  return names
    .toSorted()
    .map(keyOf)
    .filter((key) => key !== undefined);
}

// Anything but a regular file is no call: the caller sets it aside as damaged.
const bytesIn = (file: string): Buffer | undefined =>
  readIfPresent(file, { mostBytes: mostCallBytes, unfit: () => Buffer.alloc(0) });

const mostCallBytes = 32 * 1024 * 1024; // two frames of the host link at most: HELLO and CALL

function keyOf(name: string): RecordKey | undefined {
  const at = name.indexOf('@');
  return at > 0 && name.endsWith(suffix)
    ? { containerId: name.slice(0, at), ifName: name.slice(at + 1, -suffix.length) }
    : undefined;
}

const mostNames = 10_000;

// Synchronous, because the thread pool would wake more threads: it is listed every few seconds and is nearly always
// empty.
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
