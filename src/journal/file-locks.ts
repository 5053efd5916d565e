import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type PlexusError, is, operationCancelled, sandboxBusy } from '../errors/index.ts';
import { pauseAfter } from '../queue/index.ts';
import type { ByteLock } from './byte-locks.ts';
import { anyFormerProcess } from './former-locks.ts';
import { type HolderNote, readHolderNote, writeHolderNote } from './holder-notes.ts';
import { type LockFile, sharedLockFile } from './lock-file.ts';
import type { LockHolder, SandboxLocks } from './sandbox-lock.ts';
import { type SandboxTurns, type TurnHolder, type TurnOf, sandboxTurns } from './sandbox-turns.ts';

// Guarantees that one operation at a time works on a sandbox, across all processes of the node. Each sandbox is one
// byte of one file (the hash of its container ID), locked with fcntl(2) for the open file (F_OFD_SETLK). The kernel
// releases the lock when the process ends for any reason, also in another process-ID namespace, so nothing is written
// or removed for a lock. GC uses two more bytes: holders of a sandbox share `active`, and GC locks it exclusively.
// Every operation passes `gate` on its way to a sandbox, and GC keeps it closed from its first attempt on, so new
// operations cannot starve GC. All operations of one process use the same open file, so the kernel does not
// exclude them from each other; they do so in memory (sandbox-turns.ts). A lock is not fair between processes.

const gate = 0;
const active = 1;
const firstSandbox = 2;

const backOff = { firstMs: 5, longestMs: 50 };

/**
 * Creates locks between processes, in a folder that is created if missing. `owner` identifies the process in notes: an
 * ADD of another process may be cancelled, the daemon must not be.
 */
export function fileLocks(folder: string, owner?: 'daemon'): SandboxLocks {
  const isDaemon = owner !== undefined;
  const turns = sandboxTurns();
  const files = sharedLockFile(folder);
  let mayHaveFormer = true;
  const holding = async <T>(claim: Claim, signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    const endTurn = await acquireTurn(claim, turns, signal);
    try {
      return await files.use(async (file) => {
        if (mayHaveFormer) await retryUntilFree(() => heldByFormer(folder), claim, file, signal);
        mayHaveFormer = false;
        const release = await acquireBytes(claim, file, signal);
        try {
          return await work();
        } finally {
          release();
        }
      });
    } finally {
      endTurn();
    }
  };
  return {
    withSandbox: ({ containerId, command, onBusy }, signal, work) =>
      holding({ of: { sandbox: containerId }, command, isDaemon, onBusy: once(onBusy) }, signal, work),
    withAll: (command, signal, work) => holding({ of: 'all', command, isDaemon, onBusy: () => {} }, signal, work),
  };
}

interface Claim {
  readonly of: TurnOf;
  readonly command: string;
  readonly isDaemon: boolean;
  readonly onBusy: (holder: LockHolder) => void;
}

function once(report: ((holder: LockHolder) => void) | undefined): (holder: LockHolder) => void {
  let isReported = false;
  return (holder) => {
    if (!isReported) report?.(holder);
    isReported = true;
  };
}

async function acquireTurn(
  { of, command, isDaemon, onBusy }: Claim,
  turns: SandboxTurns,
  signal: AbortSignal,
): Promise<() => void> {
  let blocking: TurnHolder | undefined;
  try {
    const onTurnBusy = (holder: TurnHolder): void => {
      blocking = holder;
      onBusy({ pid: process.pid, command: holder.command, isDaemon });
    };
    return await turns.acquire({ of, command }, onTurnBusy, signal);
  } catch {
    throw busy(of, `${blocking?.command ?? 'another operation'} (process ${process.pid})`, signal);
  }
}

/** Acquires the bytes of a claim; returns the function that releases them. */
async function acquireBytes(claim: Claim, file: LockFile, signal: AbortSignal): Promise<() => void> {
  return claim.of === 'all' ? acquireAll(claim, file, signal) : acquireSandbox(claim, claim.of.sandbox, file, signal);
}

async function acquireSandbox(
  claim: Claim,
  containerId: string,
  file: LockFile,
  signal: AbortSignal,
): Promise<() => void> {
  const { bytes } = file;
  const offset = offsetOf(containerId);
  const enter = (): Held => {
    if (!bytes.lock(gate, 'shared')) return gate;
    try {
      if (file.active === 0 && !bytes.lock(active, 'shared')) return active;
      if (bytes.lock(offset, 'exclusive')) {
        file.active++;
        return undefined;
      }
      if (file.active === 0) bytes.lock(active, 'none');
      return offset;
    } finally {
      bytes.lock(gate, 'none');
    }
  };
  await retryUntilFree(enter, claim, file, signal);
  noteHolder(offset, claim, file);
  return () => {
    file.active--;
    bytes.lock(offset, 'none');
    if (file.active === 0) bytes.lock(active, 'none');
  };
}

// This operation has the turn of all, so no other operation of this process holds a lock now.
async function acquireAll(claim: Claim, file: LockFile, signal: AbortSignal): Promise<() => void> {
  const { bytes } = file;
  const acquire = async (offset: number, kind: ByteLock): Promise<void> => {
    // Several processes may share `active`, and its note may be from an earlier GC.
    const held = offset === active ? 'unknown' : offset;
    await retryUntilFree(() => (bytes.lock(offset, kind) ? undefined : held), claim, file, signal);
    noteHolder(offset, claim, file);
  };
  await acquire(gate, 'exclusive');
  try {
    await acquire(active, 'exclusive');
  } catch (error) {
    bytes.lock(gate, 'none');
    throw error;
  }
  return () => {
    bytes.lock(active, 'none');
    bytes.lock(gate, 'none');
  };
}

const noteHolder = (offset: number, { command, isDaemon }: Claim, { bytes, own }: LockFile): void =>
  writeHolderNote(bytes.fd, { ...own, offset, command, isDaemon });

const heldByFormer = async (folder: string): Promise<Held> =>
  (await anyFormerProcess(folder)) ? 'unknown' : undefined;

/**
 * The byte that another process holds; 'unknown' if its note would not name that process; undefined if it holds
 * none.
 */
type Held = number | 'unknown' | undefined;

/** Retries with back-off until `attempt` returns undefined. Rejects with sandboxBusy when the signal is aborted. */
async function retryUntilFree(
  attempt: () => Held | Promise<Held>,
  claim: Claim,
  { bytes, own }: LockFile,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 1; ; failures++) {
    const held = await attempt();
    if (held === undefined) return;
    const holder = held === 'unknown' ? undefined : readHolderNote(bytes.fd, held);
    // A process ID of another namespace would name another process here.
    if (holder?.pidNamespace === own.pidNamespace) {
      const { pid, command, isDaemon } = holder;
      claim.onBusy({ pid, command, isDaemon });
    }
    try {
      await delay(pauseAfter(failures, backOff), undefined, { signal });
    } catch {
      throw busy(claim.of, nameOfHolder(holder), signal);
    }
  }
}

const nameOfHolder = (holder: HolderNote | undefined): string =>
  holder === undefined ? 'another process' : `${holder.command} (process ${holder.pid})`;

function busy(of: TurnOf, holder: string, signal: AbortSignal): PlexusError {
  const reason: unknown = signal.reason;
  if (is(reason, operationCancelled)) return reason;
  return sandboxBusy({ sandbox: of === 'all' ? 'all sandboxes' : of.sandbox, holder }, { cause: reason });
}

// Two sandboxes with the same hash exclude each other, which is harmless.
const offsetOf = (containerId: string): number =>
  firstSandbox + createHash('sha256').update(containerId).digest().readUIntBE(0, 6);
