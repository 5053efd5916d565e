import type { RecordKey } from '../../journal/index.ts';
import type { SandboxRecord } from '../../plan/index.ts';
import { abandoned } from './abandon.ts';
import { change } from './change.ts';
import { operationFor } from './repair.ts';
import type { AbandonedDeps } from './undo-abandoned.ts';
import type { UndoFailure } from './undo.ts';

/**
 * Undoes a sandbox that the runtime has lost. Its plugins' DEL gets no namespace, because the path may belong to
 * another pod by now. `isStillLost` is called with the current record while the lock is held. What cannot be undone is
 * abandoned at once, because no DEL will follow. Rejects with linkLost, leaving the record unchanged, if the host agent
 * was lost before it ran the plugins. Returns the outcome; `changed`: the sandbox is no longer lost.
 */
export function undoLost(
  { containerId, ifName }: RecordKey,
  isStillLost: (record: SandboxRecord) => Promise<boolean>,
  deps: AbandonedDeps,
  signal: AbortSignal,
): Promise<'undone' | 'abandoned' | 'changed'> {
  return deps.locks.withSandbox({ containerId, command: 'reclaim' }, signal, async () => {
    const record = await deps.journal.read({ containerId, ifName });
    if (record === undefined || !(await isStillLost(record))) return 'changed';
    const keep = (failures: readonly UndoFailure[]): readonly UndoFailure[] => {
      const lost = failures.find(({ error }) => error.id === 'PLX-LINK-LOST');
      if (lost !== undefined) throw lost.error; // the host agent is gone, which proves nothing: the next agent retries
      return failures.map((failure) => abandoned(failure, deps.now()));
    };
    const operation = operationFor(record, undefined, { path: deps.path, env: {} });
    const requested = { attach: [], detach: record.attachments };
    const { remaining } = await change(record, requested, { sandbox: 'ends', operation, deps, signal, keep });
    return remaining.length === 0 ? 'undone' : 'abandoned';
  });
}
