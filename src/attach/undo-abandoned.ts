import type { RecordKey } from '../journal/index.ts';
import { isAbandoned } from '../plan/index.ts';
import { type RepairDeps, operationFor } from './repair.ts';
import { undoAll } from './undo.ts';

/** What going on with abandoned attachments works with. `path`: folders with plugins. */
export type AbandonedDeps = Omit<RepairDeps, 'env'>;

/**
 * Tries again to undo what was given up of a sandbox; what is undone is struck off. Returns whether nothing of it is
 * left. The runtime has forgotten that sandbox: the plugins get no namespace, because its path may be another pod's by
 * now.
 */
export function undoAbandoned(key: RecordKey, deps: AbandonedDeps, signal: AbortSignal): Promise<boolean> {
  return deps.locks.withSandbox({ containerId: key.containerId, command: 'DEL' }, signal, async () => {
    const record = await deps.journal.read(key);
    const abandoned = record?.attachments.filter(isAbandoned) ?? [];
    if (record === undefined || abandoned.length === 0) return true;
    const left = await undoAll(abandoned, operationFor(record, undefined, { path: deps.path, env: {} }), deps, signal);
    const attachments = [
      ...record.attachments.filter((entry) => !isAbandoned(entry)),
      ...left.map((undone) => undone.left),
    ];
    if (attachments.length === 0) await deps.journal.remove(key);
    else await deps.journal.write({ ...record, attachments });
    return left.length === 0;
  });
}
