import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isJsonObject, parseJson } from '../cni/index.ts';
import { fileUnusable, problemOf } from '../errors/index.ts';
import { isLit } from './beacon.ts';
import { type ProcessIdentity, isOfOwnNamespace, mayBeAlive } from './process-identity.ts';

/** What a lock file says of its holder. */
export interface LockContent extends ProcessIdentity {
  readonly command: string;
  /** Present when the holder is the only one of its kind on the node: the next one of that kind may drop its locks. */
  readonly owner?: string;
  /** File name of its holder's beacon, beside the lock. */
  readonly beacon?: string;
  /** Different for every taking of every lock: once a lock is gone, its nonce never comes back. */
  readonly nonce: string;
}
/** A complete lock under a name of its own, ready to be linked to the name of the lock. */
export interface ReadyLock {
  readonly file: string;
  readonly content: LockContent;
}
/** 'changing': nobody is known to hold it; try again. */
export type LockAttempt = { readonly kind: 'taken' } | { readonly kind: 'held'; readonly holder: LockContent } | { readonly kind: 'changing' };

/** Start of the names that readyLock gives. */
export const readyPrefix = '.lock-';

/** Writes a lock that is not yet anybody's. `discard` it when it is no longer needed. fileUnusable. */
export async function readyLock(folder: string, content: LockContent): Promise<ReadyLock> {
  const file = join(folder, `${readyPrefix}${randomUUID()}`);
  try {
    await writeFile(file, JSON.stringify(content), { mode: 0o600, flag: 'wx' });
    return { file, content };
  } catch (error) {
    await discard(file);
    throw fileUnusable({ file, action: 'write', problem: problemOf(error) }, { cause: error });
  }
}

/** Removes a file that nobody may depend on; garbage is no failure. */
export const discard = (file: string): Promise<void> => rm(file, { force: true }).catch(() => {});

/** Tries once to take a lock: link(2) of a complete file either succeeds or finds that there is one. The lock of a process that is gone is removed. fileUnusable. */
export async function tryLock(path: string, own: ReadyLock): Promise<LockAttempt> {
  if (await linked(own.file, path)) return { kind: 'taken' };
  const holder = await readLock(path);
  if (holder === undefined) return { kind: 'changing' };
  if (await isHeld(holder, path)) return { kind: 'held', holder };
  await removeStale(path, holder, own);
  return { kind: 'changing' };
}

/** Who holds a lock; undefined when nobody does, or only a process that is gone. */
export async function liveHolder(path: string): Promise<LockContent | undefined> {
  const holder = await readLock(path);
  return holder !== undefined && (await isHeld(holder, path)) ? holder : undefined;
}

// a process of another process-ID namespace can only be seen by its beacon
async function isHeld(holder: LockContent, path: string): Promise<boolean> {
  if (!(await mayBeAlive(holder))) return false;
  return holder.beacon === undefined || (await isOfOwnNamespace(holder)) || isLit(join(dirname(path), holder.beacon));
}

/** The owner that a lock names. */
export const ownerOf = async (path: string): Promise<string | undefined> => (await readLock(path))?.owner;

/** Gives a lock back. fileUnusable. */
export const unlock = (path: string): Promise<void> => remove(path);

const mostClaims = 100;
const claimName = (path: string, nonce: string, number: number): string => `${path}.stale-${nonce}.${number}`;

/**
 * Removes the lock of a process that is gone. Several may try at once, any of them may be stopped or killed at any
 * point, and a lock that somebody has taken meanwhile must never be removed. So a stale lock (named by its nonce) is
 * removed only by the process that holds its claim, and claims are numbered: number n may be taken when the makers of
 * all lower ones are gone. A claim of a dead process is passed over and never removed while the lock is there, hence
 * of all living processes at most one holds a claim. It sees the nonce still in place and nobody else may change that.
 */
async function removeStale(path: string, stale: LockContent, own: ReadyLock): Promise<void> {
  for (let number = 0; number < mostClaims; number++) {
    const claim = claimName(path, stale.nonce, number);
    if (await linked(own.file, claim)) {
      if ((await readLock(path))?.nonce === stale.nonce) await remove(path);
      // the nonce is gone for good: from here on its claims mean nothing
      for (let each = 0; each <= number; each++) await discard(claimName(path, stale.nonce, each));
      return;
    }
    const claimer = await readLock(claim);
    if (claimer === undefined || (await isHeld(claimer, claim))) return; // being removed at this moment
  }
}

/** Whether a file is a claim on a lock that is gone. */
export async function isVainClaim(path: string): Promise<boolean> {
  const parts = /^(.+)\.stale-([\w-]+)\.\d+$/.exec(path);
  return parts?.[1] !== undefined && (await readLock(parts[1]))?.nonce !== parts[2];
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw fileUnusable({ file: to, action: 'lock', problem: problemOf(error) }, { cause: error });
  }
}

async function remove(path: string): Promise<void> {
  await rm(path, { force: true }).catch((error: unknown) => {
    throw fileUnusable({ file: path, action: 'unlock', problem: problemOf(error) }, { cause: error });
  });
}

async function readLock(path: string): Promise<LockContent | undefined> {
  try {
    return contentOf(await readFile(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileUnusable({ file: path, action: 'read', problem: problemOf(error) }, { cause: error });
  }
}

// A lock is complete from the moment it exists: anything else was left by a crash of the machine. It belongs to no
// boot, so it counts as the lock of a process that is gone.
const damaged: LockContent = { pid: 0, startTime: '', bootId: 'damaged', pidNamespace: '', command: 'damaged', nonce: 'damaged' };

function contentOf(text: string): LockContent {
  try {
    const json = parseJson(text, 'lock file');
    return isJsonObject(json) && isContent(json) ? json : damaged;
  } catch {
    return damaged;
  }
}

const isContent = (json: object): json is LockContent => {
  const { pid, startTime, bootId, pidNamespace, command, nonce, beacon } = json as Record<keyof LockContent, unknown>;
  const texts = [startTime, bootId, pidNamespace, command];
  if (beacon !== undefined && !(typeof beacon === 'string' && /^[\w.-]{1,64}$/.test(beacon))) return false;
  return Number.isInteger(pid) && texts.every((each) => typeof each === 'string') && typeof nonce === 'string' && /^[\w-]{1,64}$/.test(nonce);
};
