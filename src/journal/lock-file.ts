import { randomUUID } from 'node:crypto';
import { linkSync, readlinkSync, writeFileSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileFailed, isOutOfSpace } from '../errors/index.ts';
import { beneath, readRegularText, removeFile, shownPath } from '../files/index.ts';
import { type LockContent, briefLock, briefLockFrom, lockFrom, lockText } from './lock-content.ts';
import { isLit } from './beacon.ts';
import { bootIdNow, isOfOwnNamespace, mayBeAlive } from './process-identity.ts';

/** A complete lock under a name of its own, ready to be linked to the name of the lock. */
export interface ReadyLock {
  readonly file: string;
  readonly content: LockContent;
}
/** 'changing': nobody is known to hold it; try again. */
export type LockAttempt =
  | { readonly kind: 'taken' }
  | { readonly kind: 'held'; readonly holder: LockContent }
  | { readonly kind: 'changing' };

/** Start of the names that readyLock gives. */
export const readyPrefix = '.lock-';

/** Writes a lock that is not yet anybody's. `discard` it when it is no longer needed. fileUnusable. */
export async function readyLock(folder: string, content: LockContent): Promise<ReadyLock> {
  const file = join(folder, `${readyPrefix}${randomUUID()}`);
  try {
    // without waiting in the thread pool for what takes microseconds (files/replace.ts)
    writeFileSync(file, lockText(content), { mode: 0o600, flag: 'wx' });
    return { file, content };
  } catch (error) {
    await discard(file);
    const brief = isOutOfSpace(error) ? await readyBriefLock(file, content) : undefined;
    if (brief !== undefined) return brief;
    throw fileFailed({ file: shownPath(folder), action: 'create a lock in' }, error);
  }
}

// On a full disk: a short symbolic link needs no space beyond its name, so that DEL, which makes space, still works.
async function readyBriefLock(file: string, content: LockContent): Promise<ReadyLock | undefined> {
  const brief = briefLock(content);
  try {
    await symlink(brief.text, file);
    return { file, content: brief.content };
  } catch {
    return undefined; // not even a name fits in: the first problem is the one to tell
  }
}

/** Removes a file that nobody may depend on; garbage is no failure. */
export const discard = (file: string): Promise<void> => removeFile(file).catch(() => {});

/**
 * Tries once to take a lock: link(2) of a complete file either succeeds or finds that there is one. The lock of a
 * process that is gone is removed. fileUnusable.
 */
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

/**
 * Removes a lock that names that owner, unless its process shows that it lives; never one that somebody takes
 * meanwhile. fileUnusable.
 */
export async function dropLock(path: string, owner: string, own: ReadyLock): Promise<void> {
  const holder = await readLock(path);
  if (holder?.owner === owner && !(await showsLife(holder, path))) await removeStale(path, holder, own);
}

async function showsLife(holder: LockContent, path: string): Promise<boolean> {
  if (await isOfOwnNamespace(holder)) return mayBeAlive(holder);
  return holder.beacon !== undefined && isLit(join(dirname(path), holder.beacon));
}

const againMs = 500;

/**
 * Gives a lock back. One that cannot be removed is tried again for as long as this process lives: nobody else may.
 * fileUnusable.
 */
export async function unlock(path: string): Promise<void> {
  try {
    await remove(path);
  } catch (error) {
    void removeLater(shownPath(path)).catch(() => {}); // not even read: it stays, and the error below says so
    throw error;
  }
}

async function removeLater(path: string): Promise<void> {
  const own = await nonceOf(path);
  for (let isOurs = own !== undefined; isOurs;) {
    await delay(againMs, undefined, { ref: false });
    // somebody may have removed it by hand, and somebody else have taken it since
    const triedAgain = async (): Promise<boolean> =>
      (await nonceOf(path)) === own &&
      (await beneath(dirname(path), (folder) => removeFile(join(folder, basename(path)))), false);
    isOurs = await triedAgain().catch(() => true);
  }
}

const nonceOf = (path: string): Promise<string | undefined> =>
  beneath(dirname(path), async (folder) => (await readLock(join(folder, basename(path))))?.nonce);

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
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw fileFailed({ file: shownPath(to), action: 'lock' }, error);
  }
}

async function remove(path: string): Promise<void> {
  await removeFile(path).catch((error: unknown) => {
    throw fileFailed({ file: shownPath(path), action: 'unlock' }, error);
  });
}

// as a link first: where there is no lock at all, which is usual, that is the only look
async function readLock(path: string): Promise<LockContent | undefined> {
  try {
    return briefLockFrom(readlinkSync(path), await bootIdNow());
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'EINVAL') return readWholeLock(path);
    throw fileFailed({ file: shownPath(path), action: 'read' }, error);
  }
}

const mostLockBytes = 64 * 1024;

function readWholeLock(path: string): LockContent | undefined {
  try {
    return lockFrom(readRegularText(path, { mostBytes: mostLockBytes }));
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ELOOP'].includes(code)) return undefined; // gone meanwhile, or a link by now: nobody who stays
    if (['EISDIR', 'EINVAL', 'EFBIG'].includes(code)) return lockFrom(''); // no lock of ours: damage
    throw fileFailed({ file: shownPath(path), action: 'read' }, error);
  }
}
