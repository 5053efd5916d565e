import type { RecordKey } from '../../journal/index.ts';
import { isAbandoned } from '../../plan/index.ts';
import { change } from './change.ts';
import { type RepairDeps, operationFor } from './repair.ts';

/** The dependencies of retrying abandoned attachments. `path`: plugin folders. */
export type AbandonedDeps = Omit<RepairDeps, 'env'>;

/**
 * Retries undoing the abandoned attachments of a sandbox, and removes those that are undone from its record. Returns
 * whether none remain. The runtime has forgotten the sandbox and may have reused the path of its namespace, so the
 * plugins get no namespace. Rejects with sandboxBusy.
 */
export function undoAbandoned(key: RecordKey, deps: AbandonedDeps, signal: AbortSignal): Promise<boolean> {
  return deps.locks.withSandbox({ containerId: key.containerId, command: 'DEL' }, signal, async () => {
    const record = await deps.journal.read(key);
    const detach = record?.attachments.filter(isAbandoned) ?? [];
    if (record === undefined || detach.length === 0) return true;
    const operation = operationFor(record, undefined, { path: deps.path, env: {} });
    const { remaining } = await change(record, { attach: [], detach }, { sandbox: 'ends', operation, deps, signal });
    return remaining.length === 0;
  });
}
