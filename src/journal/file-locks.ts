import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { PlexusError, sandboxBusy } from '../errors/index.ts';
import { type ByteLock, type ByteLocks, openByteLocks } from './byte-locks.ts';
import { type HolderNote, readHolderNote, writeHolderNote } from './holder-notes.ts';
import { type ProcessIdentity, ownIdentity } from './process-identity.ts';
import type { LockHolder, SandboxLocks } from './sandbox-lock.ts';
import { type TurnHolder, type TurnOf, sandboxTurns } from './sandbox-turns.ts';

// One operation at a time works on a sandbox, in all processes of the node. The kernel keeps the locks: each sandbox is
// one byte of one file (its hash), locked with fcntl(2) for the open file (F_OFD_SETLK), so a lock ends with its process
// however that ends, also in a container with process IDs of its own, and nothing has to be written or removed. Two more
// bytes make room for GC: `active` is shared by everybody who holds a sandbox and taken alone by GC; `gate` is passed on
// the way to a sandbox and held by GC from its first attempt on, so that new operations cannot keep GC out for ever.
// Within one process, which owns all locks of its open file, turns in memory do the same (sandbox-turns.ts).

const fileName = 'sandboxes';
const gate = 0;
const active = 1;
const firstSandbox = 2;

/** Locks of a folder (made when missing), held between processes. `owner`: a daemon, which keeps the file open. */
export function fileLocks(folder: string, owner?: 'daemon'): SandboxLocks {
  const turns = sandboxTurns();
  const files = openFiles(folder, owner !== undefined);
  const holding = async <T>(claim: Claim, signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    const endTurn = await takeTurn(claim, turns.take, signal);
    try {
      return await files.use(async (file) => {
        const release = await takeBytes(claim, file, signal);
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
  const isDaemon = owner !== undefined;
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

/** The open file, how many of this process are active in it, and who this process is. */
interface LockFile {
  readonly bytes: ByteLocks;
  readonly own: ProcessIdentity;
  active: number;
}

interface OpenFiles {
  readonly use: <T>(work: (file: LockFile) => Promise<T>) => Promise<T>;
}

/** One open file for everything that runs at the same time; `stays`: also for what comes later. */
function openFiles(folder: string, stays: boolean): OpenFiles {
  let current: Shared | undefined;
  const open = async (): Promise<LockFile> => ({
    bytes: await openByteLocks(folder, fileName),
    own: await ownIdentity(),
    active: 0,
  });
  const leave = async (shared: Shared): Promise<void> => {
    shared.users--;
    if (shared.users > 0) return;
    if (current === shared) current = undefined;
    (await shared.file).bytes.close();
  };
  // a file that was removed locks nobody out: new operations open the new one
  const replaceRemoved = async (): Promise<void> => {
    const shared = current;
    if (shared === undefined || (await shared.file).bytes.isCurrent() || current !== shared) return;
    current = undefined;
    if (stays) await leave(shared);
  };
  return {
    use: async (work) => {
      await replaceRemoved();
      const shared = (current ??= { file: open(), users: stays ? 1 : 0 });
      shared.users++;
      const file = await shared.file.catch((error: unknown) => {
        if (current === shared) current = undefined;
        throw error;
      });
      try {
        return await work(file);
      } finally {
        await leave(shared);
      }
    },
  };
}

interface Shared {
  readonly file: Promise<LockFile>;
  users: number;
}

async function takeTurn(
  { of, command, isDaemon, onBusy }: Claim,
  take: ReturnType<typeof sandboxTurns>['take'],
  signal: AbortSignal,
): Promise<() => void> {
  let blocking: TurnHolder | undefined;
  try {
    const onTurnBusy = (holder: TurnHolder): void => {
      blocking = holder;
      onBusy({ pid: process.pid, command: holder.command, isDaemon });
    };
    return await take({ of, command }, onTurnBusy, signal);
  } catch {
    throw busy(of, `${blocking?.command ?? 'another operation'} (process ${process.pid})`, signal);
  }
}

/** Takes the bytes of a claim; returns what releases them. sandboxBusy when the signal ends the waiting. */
async function takeBytes(claim: Claim, file: LockFile, signal: AbortSignal): Promise<() => void> {
  return claim.of === 'all' ? takeAll(claim, file, signal) : takeSandbox(claim, claim.of.sandbox, file, signal);
}

async function takeSandbox(
  claim: Claim,
  containerId: string,
  file: LockFile,
  signal: AbortSignal,
): Promise<() => void> {
  const { bytes, own } = file;
  const offset = offsetOf(containerId);
  const enter = (): number | undefined => {
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
  await until(enter, claim, file, signal);
  writeHolderNote(bytes.fd, { ...own, offset, command: claim.command, isDaemon: claim.isDaemon });
  return () => {
    file.active--;
    bytes.lock(offset, 'none');
    if (file.active === 0) bytes.lock(active, 'none');
  };
}

// nobody of this process is active now: it has the turn for all
async function takeAll(claim: Claim, file: LockFile, signal: AbortSignal): Promise<() => void> {
  const { bytes, own } = file;
  const take = async (offset: number, kind: ByteLock): Promise<void> => {
    const held = offset === active ? 'unknown' : offset; // it is shared: its note is of an earlier GC
    await until(() => (bytes.lock(offset, kind) ? undefined : held), claim, file, signal);
    writeHolderNote(bytes.fd, { ...own, offset, command: claim.command, isDaemon: claim.isDaemon });
  };
  await take(gate, 'exclusive');
  try {
    await take(active, 'exclusive');
  } catch (error) {
    bytes.lock(gate, 'none');
    throw error;
  }
  return () => {
    bytes.lock(active, 'none');
    bytes.lock(gate, 'none');
  };
}

/** Tries until `attempt` returns undefined; else it returns the byte whose holder has noted itself, if any. */
async function until(
  attempt: () => number | 'unknown' | undefined,
  claim: Claim,
  { bytes, own }: LockFile,
  signal: AbortSignal,
): Promise<void> {
  for (let tries = 0; ; tries++) {
    const held = attempt();
    if (held === undefined) return;
    const holder = held === 'unknown' ? undefined : readHolderNote(bytes.fd, held);
    // a process ID of another namespace would name another process here
    if (holder?.pidNamespace === own.pidNamespace) {
      const { pid, command, isDaemon } = holder;
      claim.onBusy({ pid, command, isDaemon });
    }
    try {
      await delay(Math.min(50, 5 * 2 ** Math.min(tries, 4)), undefined, { signal }); // 5, 10, 20, 40, then 50 ms
    } catch {
      throw busy(claim.of, described(holder), signal);
    }
  }
}

const described = (holder: HolderNote | undefined): string =>
  holder === undefined ? 'another process' : `${holder.command} (process ${holder.pid})`;

function busy(of: TurnOf, holder: string, signal: AbortSignal): PlexusError {
  const reason: unknown = signal.reason;
  if (reason instanceof PlexusError && reason.id === 'PLX-OPERATION-CANCELLED') return reason;
  return sandboxBusy({ sandbox: of === 'all' ? 'all sandboxes' : of.sandbox, holder }, { cause: reason });
}

// two sandboxes of one hash would only wait for each other
const offsetOf = (containerId: string): number =>
  firstSandbox + createHash('sha256').update(containerId).digest().readUIntBE(0, 6);
