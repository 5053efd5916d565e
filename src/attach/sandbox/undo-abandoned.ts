import type { RecordKey } from '../../journal/index.ts';
import { isAbandoned } from '../../plan/index.ts';
import { change } from './change.ts';
import { type RepairDeps, operationFor } from './repair.ts';

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
    const detach = record?.attachments.filter(isAbandoned) ?? [];
    if (record === undefined || detach.length === 0) return true;
    const operation = operationFor(record, undefined, { path: deps.path, env: {} });
    const { left } = await change(record, { attach: [], detach }, { sandbox: 'ends', operation, deps, signal });
    return left.length === 0;
  });
}
