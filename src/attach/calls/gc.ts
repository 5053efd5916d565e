import type { GcInvocation } from '../../cni/index.ts';
import { type PlexusError, asPlexusError, gcIncomplete } from '../../errors/index.ts';
import type { RecordKey } from '../../journal/index.ts';
import { type AttachmentRecord, type SandboxRecord, isAbandoned } from '../../plan/index.ts';
import { abandonedIfDue } from '../sandbox/abandon.ts';
import { type Operation, pluginPath, sharingTime } from '../steps/call.ts';
import { change } from '../sandbox/change.ts';
import { withDeadline } from '../steps/deadline.ts';
import type { AttachDeps } from '../deps.ts';
import { type GcRun, listedSandbox, passing } from './gc-networks.ts';
import { publishPending } from '../notify/publish.ts';
import { type SandboxPath, isPathOfAnother, namespaceNow } from '../sandbox/sandbox-namespace.ts';
import type { Undone } from '../sandbox/undo.ts';

/**
 * Undoes every sandbox of the journal that the runtime's list does not name, then passes GC on to the plugins of
 * every network known, each with the valid attachments under that network's own interface names (CNI-37, CNI-38).
 * Without a list nothing is removed (CNI-39). Goes on after failures and reports all of them (CNI-60).
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
  const pass = passing({ fresh, alive, failed }, collection);
  const each = (key: RecordKey, work: (record: SandboxRecord) => Promise<readonly PlexusError[]>) =>
    withRecord(key, work, deps);
  const undo = (record: SandboxRecord) => undoStale(record, alive, collection);
  const errors: PlexusError[] = [];
  for (const key of fresh) {
    const ofUndo = await each(key, async (record) => {
      const left = await undo(record).catch(reported(record, deps));
      return [...left, ...(await pass.networksOf(record))];
    });
    errors.push(...ofUndo);
  }
  errors.push(...(await pass.defaultNetwork()));
  for (const key of [...alive, ...failed]) errors.push(...(await each(key, pass.networksOf)));
  // What could not be undone before comes last, so that it does not take the time of all others again and again. Its
  // failures are reported and counted in its record; the answer is about what this GC had to do, not about what earlier
  // operations left.
  for (const key of failed) await each(key, undo);
  for (const key of alive.filter(({ isPending }) => isPending))
    await each(key, (record) => publishPending(record, deps, signal).then(() => []));
  if (errors.length > 0) throw gcIncomplete({ problems: errors.map(({ message }) => message) }, { cause: errors[0] });
}

/** Reads one record and works on it: records are large, so only one of them is in memory. Never rejects. */
async function withRecord(
  key: RecordKey,
  work: (record: SandboxRecord) => Promise<readonly PlexusError[]>,
  deps: AttachDeps,
): Promise<readonly PlexusError[]> {
  try {
    const record = await deps.journal.read(key);
    return record === undefined ? [] : await work(record);
  } catch (thrown) {
    return reported(key, deps)(thrown); // a plugin's failure was reported where it was
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
  // the path of a namespace may be another pod's by now
  const isTaken = isPathOfAnother(record, alive) || (await namespaceNow(record, deps.host, signal)) === 'other';
  const netns = isTaken ? undefined : record.netns;
  const operation = (entry: AttachmentRecord): Operation => ({
    containerId: record.containerId,
    netns: isAbandoned(entry) ? undefined : netns,
    env: invocation.env,
    path: pluginPath(deps, invocation.path),
  });
  const detach = record.attachments.filter(({ attachment }) => !attachment.configuration.disableGC);
  // the daemon goes on with what is abandoned; otherwise it would wait for one GC after another
  const keep = (all: readonly Undone[]) => all.map(abandonedIfDue(deps));
  const run = { sandbox: 'ends', operation, deps: sharingTime(deps), signal, keep } as const;
  const { left } = await change(record, { attach: [], detach }, run);
  return left.map(({ error }) => error);
}
