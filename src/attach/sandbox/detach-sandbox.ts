import { asPlexusError, podMayBeAlive } from '../../errors/index.ts';
import type { RecordKey } from '../../journal/index.ts';
import { type AttachmentRecord, type SandboxRecord, isAbandoned } from '../../plan/index.ts';
import { change } from './change.ts';
import { withDeadline } from '../steps/deadline.ts';
import { type RepairDeps, operationFor } from './repair.ts';
import { isPathOfAnother, namespaceNow, sandboxPaths } from './sandbox-namespace.ts';
import type { UndoFailure } from './undo.ts';

/** The outcome of detaching one record. */
export interface DetachedRecord {
  readonly record: SandboxRecord;
  readonly done: readonly AttachmentRecord[];
  /** What is still in the journal, with the reason. */
  readonly remaining: readonly UndoFailure[];
}

/**
 * Detaches every attachment of a record, last one first, as DEL does, and removes those that are detached from the
 * record. Returns undefined if there is no such record. Unless forced, rejects with podMayBeAlive while the sandbox's
 * namespace exists. Rejects with sandboxBusy if another operation holds the sandbox.
 */
export function detachSandbox(
  key: RecordKey,
  force: boolean,
  deps: RepairDeps,
  outer: AbortSignal,
): Promise<DetachedRecord | undefined> {
  return withDeadline(
    { command: 'detach', seconds: deps.settings.deadlines.delSeconds },
    outer,
    (signal, secondsLeft) =>
      deps.locks.withSandbox({ containerId: key.containerId, command: 'DEL' }, signal, async () => {
        const record = await deps.journal.read(key);
        if (record === undefined) return undefined;
        const netns = await netnsOf(record, deps, signal);
        if (netns !== undefined && !force) throw podMayBeAlive({ sandbox: record.containerId, netns });
        // the runtime may have reused the path for another pod
        const isTaken =
          isPathOfAnother(record, await sandboxPaths(deps.journal)) ||
          (await namespaceNow(record, deps.host, signal)) === 'other';
        const own = isTaken ? undefined : netns;
        const operation = (entry: AttachmentRecord) => operationFor(record, isAbandoned(entry) ? undefined : own, deps);
        const detach = record.attachments;
        const run = { sandbox: 'ends', operation, deps: { ...deps, secondsLeft }, signal } as const;
        const { remaining } = await change(record, { attach: [], detach }, run);
        return {
          record,
          done: record.attachments.filter(
            ({ attachment }) => !remaining.some((failure) => failure.entry.attachment === attachment),
          ),
          remaining,
        };
      }),
  );
}

/** Returns the namespace of a sandbox that the runtime may still know; undefined if the namespace is gone. */
async function netnsOf(
  { attachments, netns }: SandboxRecord,
  deps: RepairDeps,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (attachments.every(isAbandoned)) return undefined;
  try {
    await deps.host.listLinks(netns, signal);
    return netns;
  } catch (thrown) {
    const { id } = asPlexusError(thrown);
    if (id === 'PLX-HOST-COMMAND-FAILED') return netns; // it exists, but its links cannot be listed
    if (id !== 'PLX-NETNS-UNUSABLE') throw thrown;
    return undefined;
  }
}
