import type { RecordKey } from '../journal/index.ts';
import { type SandboxRecord, isAbandoned, remainderOf } from '../plan/index.ts';
import type { Operation } from './call.ts';
import type { AbandonedDeps } from './undo-abandoned.ts';
import { undoAll } from './undo.ts';

/**
 * Undoes a sandbox that the runtime has lost, with DELs to its plugins, which get no namespace: its path may be another
 * pod's by now. `isStillLost` is asked while the sandbox is held, with its record as it is then. What cannot be undone
 * is abandoned at once: nobody else will try. linkLost, with the record as it was, when its plugins could not be run.
 * Returns what came of it.
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
    const { pod } = record;
    const operation: Operation = {
      containerId,
      netns: undefined,
      env: {},
      path: deps.path,
      ...(pod !== undefined && { pod: `${pod.namespace}/${pod.name}` }),
    };
    const left = await undoAll(record.attachments, operation, deps, signal);
    if (left.length === 0) {
      await deps.journal.remove(record);
      return 'undone';
    }
    const lost = left.find(({ error }) => error.id === 'PLX-LINK-LOST');
    if (lost !== undefined) throw lost.error; // the host agent has gone: that says nothing of the plugins, and the next one tries
    const abandonedAt = new Date(deps.now()).toISOString();
    const attachments = left.map(({ left: entry }) =>
      entry.state === 'detaching' && !isAbandoned(entry) ? { ...entry, abandonedAt } : entry,
    );
    await deps.journal.write(remainderOf(record, attachments));
    return 'abandoned';
  });
}
