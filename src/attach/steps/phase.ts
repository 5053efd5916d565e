import type { SandboxLocks } from '../../journal/index.ts';
import type { Phase } from '../../report/index.ts';
import type { AttachDeps } from '../deps.ts';

type Reporting = Pick<AttachDeps, 'report' | 'now'>;

/** Runs one phase of an operation and reports its duration, also if it fails. */
export async function inPhase<T>(
  phase: Phase,
  sandbox: string,
  { report, now }: Reporting,
  work: () => T | Promise<T>,
): Promise<T> {
  const startedAt = now();
  try {
    return await work();
  } finally {
    report({ kind: 'phase-finished', sandbox, phase, startedAt, ms: now() - startedAt });
  }
}

/** Holds a sandbox's lock while `work` runs, and reports how long acquiring it took. Rejects with sandboxBusy. */
export function withSandboxLock<T>(
  claim: Parameters<SandboxLocks['withSandbox']>[0],
  { locks, report, now }: Reporting & Pick<AttachDeps, 'locks'>,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const startedAt = now();
  return locks.withSandbox(claim, signal, () => {
    report({ kind: 'phase-finished', sandbox: claim.containerId, phase: 'lock', startedAt, ms: now() - startedAt });
    return work();
  });
}
