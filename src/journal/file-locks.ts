import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PlexusError, fileUnusable, problemOf, sandboxBusy } from '../errors/index.ts';
import { type LockContent, liveHolder, tryLock, unlock } from './lock-file.ts';
import { ownIdentity } from './process-identity.ts';
import { type LockHolder, type SandboxLocks } from './sandbox-lock.ts';

/** Locks as files in a folder (made when missing), held between processes; those of killed processes give way. */
export function fileLocks(folder: string): SandboxLocks {
  return {
    withSandbox: async (claim, signal, work) => {
      const path = join(folder, lockName(claim.containerId));
      await makeFolder(folder);
      await takeSandbox({ path, folder, sandbox: claim.containerId, command: claim.command, onBusy: claim.onBusy }, signal);
      return release(path, work);
    },
    withAll: async (command, signal, work) => {
      const path = join(folder, allName);
      await makeFolder(folder);
      await take({ path, sandbox: 'all sandboxes', command }, signal);
      return release(path, async () => {
        await waitForOthers(folder, signal);
        return work();
      });
    },
  };
}

const allName = 'all.lock';
const lockName = (containerId: string): string => (containerId.length <= 180 ? `${containerId}@.lock` : `${createHash('sha256').update(containerId).digest('hex')}@.lock`);

async function release<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await unlock(path);
  }
}

interface Wish {
  readonly path: string;
  readonly sandbox: string;
  readonly command: string;
  readonly onBusy?: ((holder: LockHolder) => void) | undefined;
}

// Each side takes its own lock first and then looks for the other's: of two that meet, at least one sees the other (CNI-63).
async function takeSandbox(wish: Wish & { readonly folder: string }, signal: AbortSignal): Promise<void> {
  for (;;) {
    await take(wish, signal);
    const all = await liveHolder(join(wish.folder, allName));
    if (all === undefined) return;
    await unlock(wish.path);
    await pause(0, wish, all, signal);
  }
}

async function waitForOthers(folder: string, signal: AbortSignal): Promise<void> {
  for (const name of (await readdir(folder)).filter((each) => each.endsWith('@.lock'))) {
    const path = join(folder, name);
    for (let tries = 0; ; tries++) {
      const holder = await liveHolder(path);
      if (holder === undefined) break;
      await pause(tries, { path, sandbox: name, command: 'GC' }, holder, signal);
    }
  }
}

async function take(wish: Wish, signal: AbortSignal): Promise<void> {
  const content: LockContent = { ...(await ownIdentity()), command: wish.command, nonce: randomUUID() };
  for (let tries = 0; ; tries++) {
    const holder = await tryLock(wish.path, content);
    if (holder === undefined) return;
    if (tries === 0) wish.onBusy?.(holder);
    await pause(tries, wish, holder, signal);
  }
}

// 5, 10, 20, 40, then 50 ms
async function pause(tries: number, wish: Wish, holder: LockContent, signal: AbortSignal): Promise<void> {
  try {
    await delay(Math.min(50, 5 * 2 ** Math.min(tries, 4)), undefined, { signal });
  } catch {
    const busy = sandboxBusy({ sandbox: wish.sandbox, holder: `${holder.command} (process ${holder.pid})` }, { cause: signal.reason });
    throw signal.reason instanceof PlexusError && signal.reason.id === 'PLX-OPERATION-CANCELLED' ? signal.reason : busy;
  }
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw fileUnusable({ file: folder, action: 'make', problem: problemOf(error) }, { cause: error });
  });
}
