import type { SandboxLocks } from '../journal/index.ts';
import type { Phase } from '../report/index.ts';
import type { AttachDeps } from './deps.ts';

type Told = Pick<AttachDeps, 'report' | 'now'>;

/** Does a part of an operation and tells how long it took, also when it fails. */
export async function inPhase<T>(
  phase: Phase,
  sandbox: string,
  { report, now }: Told,
  work: () => T | Promise<T>,
): Promise<T> {
  const startedAt = now();
  try {
    return await work();
  } finally {
    report({ kind: 'phase-finished', sandbox, phase, startedAt, ms: now() - startedAt });
  }
}

/** Holds a sandbox while `work` runs, and tells how long that had to be waited for. sandboxBusy. */
export function holdingSandbox<T>(
  claim: Parameters<SandboxLocks['withSandbox']>[0],
  { locks, report, now }: Told & Pick<AttachDeps, 'locks'>,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const startedAt = now();
  return locks.withSandbox(claim, signal, () => {
    report({ kind: 'phase-finished', sandbox: claim.containerId, phase: 'lock', startedAt, ms: now() - startedAt });
    return work();
  });
}
