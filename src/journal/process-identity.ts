import { readFile, readlink } from 'node:fs/promises';

/** Names one process for as long as the machine runs: a process ID alone is given again. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot. */
  readonly startTime: string;
  readonly bootId: string;
  /** Process IDs mean something only within one of these. */
  readonly pidNamespace: string;
}

/** This process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const [startTime, bootId, pidNamespace] = await Promise.all([
    startTimeOf('self'),
    bootIdNow(),
    readlink('/proc/self/ns/pid'),
  ]);
  return { pid: process.pid, startTime: startTime ?? '', bootId, pidNamespace };
}

/**
 * Whether a process may still be running. One of another process-ID namespace cannot be looked at and counts as
 * running.
 */
export async function mayBeAlive(identity: ProcessIdentity): Promise<boolean> {
  if (identity.bootId !== (await bootIdNow())) return false;
  if (!(await isOfOwnNamespace(identity))) return true;
  try {
    return (await startTimeOf(String(identity.pid))) === identity.startTime;
  } catch {
    return true; // it could not be looked at, which says nothing
  }
}

/** Whether its process ID means something here. */
export const isOfOwnNamespace = async ({ pidNamespace }: ProcessIdentity): Promise<boolean> =>
  pidNamespace === (await readlink('/proc/self/ns/pid'));

/** Different after every start of the machine. */
export const bootIdNow = async (): Promise<string> =>
  (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();

// Field 22 of /proc/PID/stat; the name in field 2 may hold anything, so count from its closing parenthesis.
// undefined: there is no such process, or it has ended and only waits for its parent to hear of it.
async function startTimeOf(pid: string): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return undefined;
    throw error;
  });
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields?.[0] === 'Z' ? undefined : fields?.[19];
}
