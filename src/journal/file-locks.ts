import { createHash, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileFailed, is, operationCancelled, sandboxBusy } from '../errors/index.ts';
import { openFolderMade, removeLeftovers, shownPath } from '../files/index.ts';
import { pauseAfter } from '../queue/index.ts';
import { type Beacon, beaconPrefix, lightBeacon, removeIfDark } from './beacon.ts';
import type { LockContent } from './lock-content.ts';
import { discard, isVainClaim, liveHolder, dropLock, readyLock, readyPrefix, tryLock, unlock } from './lock-file.ts';
import { type ProcessIdentity, ownIdentity } from './process-identity.ts';
import type { LockHolder, SandboxLocks } from './sandbox-lock.ts';

/**
 * Locks as files in a folder (made when missing), held between processes; those of killed processes give way. `owner`:
 * see dropLocksOf.
 */
export function fileLocks(folder: string, owner?: string): SandboxLocks {
  const beacon = sharedBeacon(folder, owner !== undefined);
  let identity: Promise<ProcessIdentity> | undefined;
  return {
    withSandbox: async ({ containerId, command, onBusy }, signal, work) => {
      using open = await openFolderMade(folder);
      const own = await (identity ??= ownIdentity());
      return await beacon(async (name) => {
        const path = join(open.path, lockName(containerId));
        const wish = {
          folder: open.path,
          path,
          sandbox: containerId,
          command,
          own,
          owner,
          beacon: name,
          onBusy: once(onBusy),
        };
        await takeSandbox(wish, join(open.path, allName), signal);
        return release(wish.path, work);
      });
    },
    withAll: async (command, signal, work) => {
      using open = await openFolderMade(folder);
      const own = await (identity ??= ownIdentity());
      return await beacon(async (name) => {
        const wish = {
          folder: open.path,
          path: join(open.path, allName),
          sandbox: 'all sandboxes',
          command,
          own,
          owner,
          beacon: name,
        };
        await take(wish, signal);
        return release(wish.path, async () => {
          await waitForSandboxes(wish, signal);
          await removeGarbage(open.path);
          return work();
        });
      });
    },
  };
}

const allName = 'all.lock';

/**
 * Removes the locks that an earlier process of that owner left. For the daemon at its start: in a container it cannot
 * see whether the process of an earlier container lives. One that still ends its calls keeps its locks: its beacon is
 * lit.
 */
export async function dropLocksOf(owner: string, folder: string): Promise<void> {
  using open = await openFolderMade(folder);
  const names = await namesIn(open.path);
  for (const name of names.filter((each) => each.startsWith(beaconPrefix))) await removeIfDark(join(open.path, name));
  const locks = names.filter((each) => each.endsWith('.lock'));
  if (locks.length === 0) return;
  const own = await readyLock(open.path, { ...(await ownIdentity()), command: 'drop', nonce: randomUUID() });
  try {
    for (const name of locks) await dropLock(join(open.path, name), owner, own);
  } finally {
    await discard(own.file);
  }
}

// for every container ID there is (CNI-17) the ID itself; a path never
function lockName(containerId: string): string {
  const name = encodeURIComponent(containerId.toWellFormed());
  return name.length <= 150 ? `${name}@.lock` : `${createHash('sha256').update(containerId).digest('hex')}@.lock`;
}

async function release<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await unlock(path);
  }
}

type WithBeacon = <T>(work: (name: string | undefined) => Promise<T>) => Promise<T>;

/** One beacon for everything that runs at the same time; for a process of long life (`stays`) one for good. */
function sharedBeacon(folder: string, stays: boolean): WithBeacon {
  let users = stays ? 1 : 0;
  let lit: Promise<Beacon> | undefined;
  return async (work) => {
    users++;
    const current = (lit ??= lightBeacon(folder));
    try {
      return await work((await current).name);
    } finally {
      users--;
      if (users === 0) {
        lit = undefined;
        await (await current).end();
      }
    }
  };
}

interface Wish {
  readonly folder: string;
  readonly path: string;
  readonly sandbox: string;
  readonly command: string;
  readonly own: ProcessIdentity;
  readonly owner: string | undefined;
  readonly beacon: string | undefined;
  readonly onBusy?: (holder: LockHolder) => void;
}

function once(tell: ((holder: LockHolder) => void) | undefined): (holder: LockHolder) => void {
  let told = false;
  return (holder) => {
    if (!told) tell?.(holder);
    told = true;
  };
}

// Each side takes its own lock first and then looks for the other's: of two that meet, at least one sees the other
// (CNI-63).
async function takeSandbox(wish: Wish, all: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    await take(wish, signal);
    if (await isFree(all, wish.path)) return;
    await unlock(wish.path);
    await waitUntilFree(all, wish, signal);
  }
}

async function isFree(all: string, own: string): Promise<boolean> {
  try {
    return (await liveHolder(all)) === undefined;
  } catch (error) {
    await unlock(own);
    throw error;
  }
}

async function waitForSandboxes(wish: Wish, signal: AbortSignal): Promise<void> {
  for (const name of await namesIn(wish.folder)) {
    if (name.endsWith('@.lock')) await waitUntilFree(join(wish.folder, name), wish, signal);
  }
}

async function waitUntilFree(path: string, wish: Wish, signal: AbortSignal): Promise<void> {
  for (let tries = 0; ; tries++) {
    const holder = await liveHolder(path);
    if (holder === undefined) return;
    await pause(tries, { wish, holder }, signal);
  }
}

async function take(wish: Wish, signal: AbortSignal): Promise<void> {
  const { owner, beacon } = wish;
  const optional = { ...(owner !== undefined && { owner }), ...(beacon !== undefined && { beacon }) };
  const own = await readyLock(wish.folder, { ...wish.own, ...optional, command: wish.command, nonce: randomUUID() });
  try {
    for (let tries = 0; ; tries++) {
      const attempt = await tryLock(wish.path, own);
      if (attempt.kind === 'taken') return;
      const holder = attempt.kind === 'held' ? attempt.holder : undefined;
      // a process ID of another namespace would name somebody else here
      if (holder?.pidNamespace === own.content.pidNamespace)
        wish.onBusy?.({ pid: holder.pid, command: holder.command, isDaemon: holder.owner !== undefined });
      if (holder !== undefined || tries > 2) await pause(tries, { wish, holder }, signal);
    }
  } finally {
    await discard(own.file);
  }
}

// 5, 10, 20, 40, then 50 ms
async function pause(
  tries: number,
  { wish, holder }: { readonly wish: Wish; readonly holder: LockContent | undefined },
  signal: AbortSignal,
): Promise<void> {
  try {
    await delay(pauseAfter(tries + 1, { firstMs: 5, longestMs: 50 }), undefined, { signal });
  } catch {
    const reason: unknown = signal.reason;
    if (is(reason, operationCancelled)) throw reason;
    const name = holder === undefined ? 'another process' : `${holder.command} (process ${holder.pid})`;
    throw sandboxBusy({ sandbox: wish.sandbox, holder: name }, { cause: reason });
  }
}

// what killed processes left behind: nobody else is at work now
async function removeGarbage(folder: string): Promise<void> {
  await removeLeftovers(folder, readyPrefix);
  for (const name of await namesIn(folder)) {
    if (name.startsWith(beaconPrefix)) await removeIfDark(join(folder, name));
    if (await isVainClaim(join(folder, name))) await discard(join(folder, name));
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: unknown) => {
    throw fileFailed({ file: shownPath(folder), action: 'list' }, error);
  });
}
