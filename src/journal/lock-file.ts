import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileUnusable, problemOf } from '../errors/index.ts';
import { type ProcessIdentity, mayBeAlive } from './process-identity.ts';

/** What a lock file says of its holder. */
export interface LockContent extends ProcessIdentity {
  readonly command: string;
  /** Different for every taking of every lock. */
  readonly nonce: string;
}

/**
 * Tries to take a lock: link(2) of a complete file either succeeds or finds that there is one. Returns undefined when
 * taken, else who holds it. The lock of a process that is gone is removed first.
 */
export async function tryLock(path: string, content: LockContent): Promise<LockContent | undefined> {
  const own = join(dirname(path), `.lock-${randomUUID()}`);
  try {
    await writeFile(own, JSON.stringify(content), { mode: 0o600, flag: 'wx' });
    for (;;) {
      if (await linked(own, path)) return undefined;
      const holder = await readLock(path);
      if (holder === undefined) continue; // it has just been released
      if (await mayBeAlive(holder)) return holder;
      await removeStale(path, holder);
    }
  } finally {
    await rm(own, { force: true });
  }
}

/** Who holds a lock; undefined when nobody does, or only a process that is gone. */
export async function liveHolder(path: string): Promise<LockContent | undefined> {
  const holder = await readLock(path);
  return holder !== undefined && (await mayBeAlive(holder)) ? holder : undefined;
}

/** Gives a lock back. */
export const unlock = (path: string): Promise<void> => rm(path, { force: true });

/**
 * Removes the lock of a process that is gone. Of several that try, only the one that links the claim of that very
 * nonce may remove it, and only while the lock still carries that nonce: a lock taken meanwhile by somebody else is
 * never removed. A claim whose maker died is taken over after the lock has stayed stale: see below.
 */
async function removeStale(path: string, stale: LockContent): Promise<void> {
  const claim = `${path}.stale-${stale.nonce}`;
  if (!(await linked(path, claim))) return yieldToClaimer(claim);
  const claimed = await readLock(claim);
  if (claimed?.nonce === stale.nonce) await rm(path, { force: true });
  await rm(claim, { force: true });
}

// Another process is removing that lock at this moment; it needs no longer than a few system calls. If it died in
// between, its claim would stand for ever, so a claim that outlives many looks at it is removed: then everybody tries again.
const looksBeforeTakeover = 200;
const lookPauseMs = 5;

async function yieldToClaimer(claim: string): Promise<void> {
  for (let look = 0; look < looksBeforeTakeover; look++) {
    if ((await readLock(claim)) === undefined) return;
    await new Promise((resolve) => setTimeout(resolve, lookPauseMs));
  }
  await rm(claim, { force: true });
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    throw fileUnusable({ file: to, action: 'lock', problem: problemOf(error) }, { cause: error });
  }
}

// a lock is complete from the moment it exists; anything else in its place is nobody's
async function readLock(path: string): Promise<LockContent | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as LockContent;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof SyntaxError) return damagedLock;
    throw fileUnusable({ file: path, action: 'read', problem: problemOf(error) }, { cause: error });
  }
}

// belongs to no boot, so it counts as the lock of a process that is gone
const damagedLock: LockContent = { pid: 0, startTime: '', bootId: 'damaged', pidNamespace: '', command: 'damaged', nonce: 'damaged' };
