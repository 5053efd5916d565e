import { netnsUnusable } from '../../errors/index.ts';
import type { Journal, RecordKey, SandboxLocks } from '../../journal/index.ts';
import { type SandboxChange, type SandboxRecord, recoveryOf } from '../../plan/index.ts';
import { type ChangeDeps, type ChangeRun, type Changed, change } from './change.ts';
import { withDeadline } from '../steps/deadline.ts';
import { type RepairDeps, operationFor } from './repair.ts';
import { isPathOfAnother, namespaceNow, sandboxPaths } from './sandbox-namespace.ts';

/** The dependencies of changing a live sandbox without a call from the runtime. */
export type ChangeSandboxDeps = ChangeDeps &
  Pick<RepairDeps, 'path' | 'env'> & { readonly journal: Journal; readonly locks: SandboxLocks };

/** Decides on a change. `wasSettled`: an earlier change was interrupted and has been settled just now. */
export type ChooseChange = (
  record: SandboxRecord,
  signal: AbortSignal,
  wasSettled: boolean,
) => SandboxChange | Promise<SandboxChange>;

/** Runs after a change, while the sandbox's lock is still held. */
export type FinishChange = (outcome: ChangeOutcome, signal: AbortSignal) => Promise<void>;

/** The record after a change of a live sandbox, and what failed. */
export type ChangeOutcome = Pick<Changed, 'record' | 'failures'>;

/**
 * Changes the attachments of a live sandbox while holding its lock. An earlier change that was interrupted is settled
 * first; `choose` gets the record after that. Returns the record and the failures of both changes, or undefined if the
 * sandbox is no longer live. Never abandons attachments; only DEL does. Rejects with netnsUnusable if the namespace is
 * gone or may belong to another sandbox, and with sandboxBusy. `finish` runs last, while the lock is still held.
 */
export function changeSandbox(
  key: RecordKey,
  how: ChooseChange | { readonly choose: ChooseChange; readonly finish: FinishChange },
  deps: ChangeSandboxDeps,
  outer: AbortSignal,
): Promise<ChangeOutcome | undefined> {
  const { choose, finish } = typeof how === 'function' ? { choose: how, finish: async () => {} } : how;
  const deadline = { command: 'change', seconds: deps.settings.deadlines.addSeconds };
  return withDeadline(deadline, outer, (signal, secondsLeft) =>
    deps.locks.withSandbox({ containerId: key.containerId, command: 'change' }, signal, async () => {
      const record = await deps.journal.read(key);
      if (record?.complete !== true) return undefined;
      await assertOwnNamespace(record, deps, signal);
      const operation = operationFor(record, record.netns, deps);
      const run = { sandbox: 'lives', operation, deps: { ...deps, secondsLeft }, signal } as const;
      const recovery = recoveryOf(record);
      const settled = recovery === undefined ? { record, failures: [] } : await change(record, recovery, run);
      const requested = await choose(settled.record, signal, recovery !== undefined);
      const outcome = await requestedChange(settled, requested, run);
      await finish(outcome, signal);
      return outcome;
    }),
  );
}

async function requestedChange(
  settled: ChangeOutcome,
  requested: SandboxChange,
  run: ChangeRun,
): Promise<ChangeOutcome> {
  if (requested.attach.length + requested.detach.length === 0) return settled;
  const changed = await change(settled.record, requested, run);
  return { ...changed, failures: [...settled.failures, ...changed.failures] };
}

async function assertOwnNamespace(
  record: SandboxRecord,
  { host, journal }: ChangeSandboxDeps,
  signal: AbortSignal,
): Promise<void> {
  const { netns } = record;
  const now = await namespaceNow(record, host, signal);
  if (now === 'missing' || now === 'other')
    throw netnsUnusable({ netns, problem: "it has none of the sandbox's interfaces" });
  if (isPathOfAnother(record, await sandboxPaths(journal)))
    throw netnsUnusable({ netns, problem: 'the journal records another sandbox at this path' });
}
