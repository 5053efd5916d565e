import type { GcInvocation } from '../../cni/index.ts';
import { type PlexusError, asPlexusError, gcIncomplete } from '../../errors/index.ts';
import type { RecordKey } from '../../journal/index.ts';
import { type AttachmentRecord, type SandboxRecord, isAbandoned } from '../../plan/index.ts';
import { abandonedIfDue } from '../sandbox/abandon.ts';
import { type Operation, pluginPath, sharingTime } from '../steps/call.ts';
import { change } from '../sandbox/change.ts';
import { withDeadline } from '../steps/deadline.ts';
import type { AttachDeps } from '../deps.ts';
import { type GcRun, listedSandbox, networkGc } from './gc-networks.ts';
import { publishPending } from '../notify/publish.ts';
import { type SandboxPath, isPathOfAnother, namespaceNow } from '../sandbox/sandbox-namespace.ts';
import type { UndoFailure } from '../sandbox/undo.ts';

/**
 * Undoes every sandbox of the journal that is not in the runtime's list, then passes GC on to the plugins of every
 * known network, each with the valid attachments under that network's own interface names (CNI-37, CNI-38). Without a
 * list, GC removes nothing (CNI-39). Continues after failures and rejects with gcIncomplete, which lists all of them
 * (CNI-60).
 */
export async function gc(invocation: GcInvocation, deps: AttachDeps, outer: AbortSignal): Promise<void> {
  const valid = invocation.validAttachments;
  if (valid === undefined) return;
  await withDeadline({ command: 'GC', seconds: deps.settings.deadlines.gcSeconds }, outer, (signal, secondsLeft) =>
    deps.locks.withAll('GC', signal, () => collect({ invocation, valid, deps: { ...deps, secondsLeft }, signal })),
  );
}

async function collect(collection: GcRun): Promise<void> {
  const { valid, deps, signal } = collection;
  const { found, damaged } = await deps.journal.list(listedSandbox);
  for (const error of damaged) deps.report({ kind: 'problem', error });
  const validIds = new Set(valid.map(({ containerId }) => containerId));
  const stale = found.filter(({ containerId }) => !validIds.has(containerId));
  const alive = found.filter(({ containerId }) => validIds.has(containerId));
  const failed = stale.filter((each) => each.hasFailed);
  const fresh = stale.filter((each) => !each.hasFailed);
  const pass = networkGc({ fresh, alive, failed }, collection);
  const each = (key: RecordKey, work: (record: SandboxRecord) => Promise<readonly PlexusError[]>) =>
    withRecord(key, work, deps);
  const undo = (record: SandboxRecord) => undoStale(record, alive, collection);
  const errors: PlexusError[] = [];
  for (const key of fresh) {
    const undoErrors = await each(key, async (record) => {
      const failures = await undo(record).catch(reported(record, deps));
      return [...failures, ...(await pass.networksOf(record))];
    });
    errors.push(...undoErrors);
  }
  errors.push(...(await pass.defaultNetwork()));
  for (const key of [...alive, ...failed]) errors.push(...(await each(key, pass.networksOf)));
  // Sandboxes with failed attachments come last so that they do not use up the time of the others on every GC. Their
  // failures are reported and counted in the record but do not fail this GC, because earlier operations caused them.
  for (const key of failed) await each(key, undo);
  for (const key of alive.filter(({ isPending }) => isPending))
    await each(key, (record) => publishPending(record, deps, signal).then(() => []));
  if (errors.length > 0) throw gcIncomplete({ problems: errors.map(({ message }) => message) }, { cause: errors[0] });
}

/**
 * Reads one record and calls `work` with it, so that only one record is in memory: records are large. Never rejects;
 * returns the errors.
 */
async function withRecord(
  key: RecordKey,
  work: (record: SandboxRecord) => Promise<readonly PlexusError[]>,
  deps: AttachDeps,
): Promise<readonly PlexusError[]> {
  try {
    const record = await deps.journal.read(key);
    return record === undefined ? [] : await work(record);
  } catch (thrown) {
    return reported(key, deps)(thrown); // plugin failures have been reported already
  }
}

const reported =
  ({ containerId }: RecordKey, { report }: AttachDeps) =>
  (thrown: unknown): readonly PlexusError[] => {
    const error = asPlexusError(thrown);
    report({ kind: 'problem', sandbox: containerId, error });
    return [error];
  };

async function undoStale(
  record: SandboxRecord,
  alive: readonly SandboxPath[],
  { invocation, deps, signal }: GcRun,
): Promise<PlexusError[]> {
  // the runtime may have reused the path for another pod
  const isTaken = isPathOfAnother(record, alive) || (await namespaceNow(record, deps.host, signal)) === 'other';
  const netns = isTaken ? undefined : record.netns;
  const operation = (entry: AttachmentRecord): Operation => ({
    containerId: record.containerId,
    netns: isAbandoned(entry) ? undefined : netns,
    env: invocation.env,
    path: pluginPath(deps, invocation.path),
  });
  const detach = record.attachments.filter(({ attachment }) => !attachment.configuration.disableGC);
  // the daemon retries abandoned attachments; without this, they would wait for the next GC
  const keep = (all: readonly UndoFailure[]) => all.map(abandonedIfDue(deps));
  const run = { sandbox: 'ends', operation, deps: sharingTime(deps), signal, keep } as const;
  const { remaining } = await change(record, { attach: [], detach }, run);
  return remaining.map(({ error }) => error);
}
