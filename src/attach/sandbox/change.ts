import { type PlexusError, asPlexusError, interfaceTaken } from '../../errors/index.ts';
import type { Journal } from '../../journal/index.ts';
import {
  type Attachment,
  type AttachmentRecord,
  type SandboxChange,
  type SandboxRecord,
  begunRecord,
  intendedEntry,
  obstacleTo,
  orderOf,
  remainderOf,
} from '../../plan/index.ts';
import { type AttachOneDeps, attachOne } from '../steps/attach-one.ts';
import type { DelegateDeps, Operation } from '../steps/call.ts';
import { withDeadline } from '../steps/deadline.ts';
import type { AttachDeps } from '../deps.ts';
import { groupsOf, together } from './groups.ts';
import { inPhase } from '../steps/phase.ts';
import { type RecordProgress, recordProgress } from './record-progress.ts';
import { type Undone, undoAll } from './undo.ts';

// Every operation that attaches or detaches changes a sandbox; what differs is what becomes of the sandbox itself:
//
//            written before a plugin runs   an attachment fails            written at the end
//   begins   all as intended                all of them are undone         by ADD, while it publishes the status
//   lives    what the change touches        it alone, and what it          the record
//                                           replaced is attached again
//   ends     nothing: its record is good    it stays, for the next         what is left, or nothing
//            for undoing as it is           operation to detach
//
// A change that is killed leaves one of these records. `recoveryOf` settles that of a live sandbox; of any other, DEL,
// GC, reclaim or the next ADD detaches everything.

/** How a change is carried out. */
export type ChangeRun = AttachRun | EndRun;
export interface AttachRun {
  readonly sandbox: 'begins' | 'lives';
  readonly operation: Operation;
  readonly deps: ChangeDeps;
  readonly signal: AbortSignal;
}
export interface EndRun {
  readonly sandbox: 'ends';
  readonly operation: Operation | ((entry: AttachmentRecord) => Operation);
  readonly deps: EndDeps;
  readonly signal: AbortSignal;
  /** What of that which could not be detached stays in the journal, and how. All of it, as it is, if absent. */
  readonly keep?: (left: readonly Undone[]) => readonly Undone[] | Promise<readonly Undone[]>;
}
/** What ending a sandbox needs. */
export type EndDeps = DelegateDeps & { readonly journal: Pick<Journal, 'write' | 'remove'> };
/** What changing a sandbox needs. */
export type ChangeDeps = AttachOneDeps & {
  readonly journal: Pick<Journal, 'write' | 'note' | 'remove'>;
  readonly settings: Pick<AttachDeps['settings'], 'deadlines' | 'attachmentConcurrency'>;
};

/** What a change of a live sandbox could not do. */
export interface ChangeFailure {
  readonly act: 'attach' | 'detach' | 'restore';
  readonly attachment: Attachment;
  readonly error: PlexusError;
}
/** What a change came to. */
export interface Changed {
  readonly record: SandboxRecord;
  /** When all notes of it are written: a later write has to wait for them. */
  readonly noted: Promise<void>;
  /** What could not be detached, as it stays in the journal. */
  readonly left: readonly Undone[];
  /** Of a live sandbox only. */
  readonly failures: readonly ChangeFailure[];
}

/**
 * Carries out a change of a sandbox that is held, and records it. Rejects if an attachment of a sandbox that begins
 * fails, with the first cause (NPWG-96, NPWG-97), if the journal cannot be written, or if the signal ends a change of a
 * live sandbox: its record then says what to settle.
 */
export async function change(record: SandboxRecord, wanted: SandboxChange, run: ChangeRun): Promise<Changed> {
  if (run.sandbox === 'ends') return end(record, wanted.detach, run);
  const { deps, operation } = run;
  const begun = begunRecord(record, wanted, new Date(deps.now()).toISOString());
  const progress = recordProgress(begun, deps.journal);
  await inPhase('journal', operation.containerId, deps, progress.write); // before anything runs (CNI-72)
  if (run.sandbox === 'lives') return changeLive(wanted, progress, run);
  await attachTogether(wanted.attach, progress, run);
  return { record: progress.record(), noted: progress.noted(), left: [], failures: [] };
}

/** Detaches entries of a sandbox that ends, and strikes off what is detached. */
async function end(record: SandboxRecord, detach: readonly AttachmentRecord[], run: EndRun): Promise<Changed> {
  const { operation, deps, signal, keep = (all) => all } = run;
  const all = await undoAll(detach, operation, deps, signal);
  const left = await keep(all);
  const attachments = record.attachments.flatMap((entry) => {
    if (!detach.includes(entry)) return entry;
    return left.find((undone) => undone.left.attachment === entry.attachment)?.left ?? [];
  });
  const remainder = remainderOf(record, attachments);
  if (attachments.length === 0) await deps.journal.remove(record);
  else if (detach.length > 0) await deps.journal.write(remainder);
  return { record: remainder, noted: Promise.resolve(), left, failures: [] };
}

/**
 * Attaches all, one after the other (NPWG-100) unless the configuration or a NAD says that some may go together
 * (groups.ts). When one fails, those that run beside it are stopped, and all that were attempted are undone; what
 * could not be undone stays in the journal for DEL.
 */
async function attachTogether(
  attachments: readonly Attachment[],
  progress: RecordProgress,
  { operation, deps, signal }: AttachRun,
): Promise<void> {
  const attempted = new Set<Attachment>();
  try {
    for (const group of groupsOf(attachments, deps.settings.attachmentConcurrency))
      await together(
        group,
        async (index, stop) => {
          const attachment = attachments[index];
          if (attachment === undefined) return;
          attempted.add(attachment);
          await attachOne(attachment, progress, { operation, deps }, stop);
        },
        signal,
      );
  } catch (thrown) {
    await Promise.allSettled([progress.noted()]); // whether that worked no longer matters: the undo writes the record
    const record = progress.record();
    const entries = record.attachments.filter(({ attachment }) => attempted.has(attachment));
    await undoFailedAdd({ ...record, attachments: entries }, operation, deps);
    throw asPlexusError(thrown);
  }
}

/**
 * Undoes what an ADD attempted; what cannot be undone stays in the journal for DEL, as does what cannot be struck off.
 * Never rejects.
 */
export async function undoFailedAdd(attempted: SandboxRecord, operation: Operation, deps: EndDeps): Promise<void> {
  const deadline = { command: 'undo of ADD', seconds: deps.settings.deadlines.delSeconds };
  await withDeadline(deadline, new AbortController().signal, (signal, secondsLeft) =>
    end(attempted, attempted.attachments, { sandbox: 'ends', operation, deps: { ...deps, secondsLeft }, signal }),
  ).catch((thrown: unknown) => {
    deps.report({ kind: 'problem', sandbox: operation.containerId, error: asPlexusError(thrown) });
  });
}

// ── a live sandbox ──────────────────────────────────────────────────────────────────────────────────────────────

type Failures = ChangeFailure[];

async function changeLive(wanted: SandboxChange, progress: RecordProgress, run: AttachRun): Promise<Changed> {
  const { signal } = run;
  const { detachFirst, attach, detachLast } = orderOf(wanted);
  const failures: Failures = [];
  try {
    await detachEach(detachFirst, progress, { run, failures });
    await attachEach(attach, progress, { run, failures, restored: wanted.restore ?? [] });
    await detachEach(detachLast, progress, { run, failures });
    signal.throwIfAborted(); // what was cut short has not failed: the record as it was begun is settled later
    await progress.write();
  } finally {
    await Promise.allSettled([progress.noted()]); // or a late note would follow the next writer's record
  }
  return { record: progress.record(), noted: progress.noted(), left: [], failures };
}

interface LiveRun {
  readonly run: AttachRun;
  readonly failures: Failures;
}

/** Detaches entries of a live sandbox, last one first; one that cannot be detached keeps its entry. */
async function detachEach(
  entries: readonly AttachmentRecord[],
  progress: RecordProgress,
  { run: { operation, deps, signal }, failures }: LiveRun,
): Promise<void> {
  const attachments = new Set(entries.map(({ attachment }) => attachment));
  const begun = progress.record().attachments.filter(({ attachment }) => attachments.has(attachment));
  const left = await undoAll(begun, operation, deps, signal);
  signal.throwIfAborted();
  for (const { attachment } of begun) {
    const undone = left.find((each) => each.left.attachment === attachment);
    progress.put(attachment, undone?.left);
    if (undone !== undefined) failures.push({ act: 'detach', attachment, error: undone.error });
  }
}

/** Attaches to a live sandbox. If an attachment fails, only that one is undone, and what it replaced is restored. */
async function attachEach(
  attachments: readonly Attachment[],
  progress: RecordProgress,
  { run, failures, restored }: LiveRun & { readonly restored: readonly Attachment[] },
): Promise<void> {
  const attachAt = async (index: number, signal: AbortSignal): Promise<void> => {
    const attachment = attachments[index];
    if (attachment === undefined) return;
    const live = { run: { ...run, signal }, failures };
    if (restored.includes(attachment)) return restore(attachment, progress, live);
    const failed = await attachOrUndo(attachment, progress, live);
    if (failed === undefined) return;
    const { error, left, fallback } = failed;
    failures.push({ act: 'attach', attachment, error });
    if (left !== undefined && fallback !== undefined)
      failures.push({ act: 'restore', attachment: fallback, error: left.error });
    const isNext = left === undefined && fallback !== undefined;
    progress.put(attachment, isNext ? intendedEntry(fallback, fallback) : left?.left);
    if (!isNext) return;
    await progress.write(); // before it runs
    await restore(fallback, progress, live);
  };
  for (const group of groupsOf(attachments, run.deps.settings.attachmentConcurrency))
    await together(group, attachAt, run.signal);
}

/** Attaches again what was replaced. A failure is final: nothing else can take its place. */
async function restore(attachment: Attachment, progress: RecordProgress, live: LiveRun): Promise<void> {
  const failed = await attachOrUndo(attachment, progress, live);
  if (failed === undefined) return;
  live.failures.push({ act: 'restore', attachment, error: failed.error });
  progress.put(attachment, failed.left && withoutFallback(failed.left.left));
}

interface FailedAttach {
  readonly error: PlexusError;
  /** Set if it could not be undone either. */
  readonly left: Undone | undefined;
  readonly fallback: Attachment | undefined;
}

/** Attaches one; if that fails, undoes it. Rejects when the signal ends it: the journal then says what to settle. */
async function attachOrUndo(
  attachment: Attachment,
  progress: RecordProgress,
  { run: { operation, deps, signal }, failures }: LiveRun,
): Promise<FailedAttach | undefined> {
  const entryNow = (): AttachmentRecord =>
    progress.record().attachments.find((entry) => entry.attachment === attachment) ?? intendedEntry(attachment);
  const entry = entryNow();
  const fallback = entry.state === 'attached' ? undefined : entry.fallback;
  const obstacle = obstacleTo(attachment, progress.record())?.attachment;
  if (obstacle !== undefined) {
    const { interfaceName, network } = obstacle;
    const detaching = failures.find((failure) => failure.attachment === obstacle);
    const isInItsPlace = interfaceName === attachment.interfaceName;
    return {
      error: detaching?.error ?? interfaceTaken({ interfaceName, by: network }),
      left: undefined,
      fallback: isInItsPlace ? undefined : fallback,
    };
  }
  try {
    await attachOne(attachment, progress, { operation, deps }, signal);
    return undefined;
  } catch (thrown) {
    signal.throwIfAborted();
    const [left] = await undoAll([entryNow()], operation, deps, signal);
    signal.throwIfAborted();
    return { error: asPlexusError(thrown), left, fallback };
  }
}

function withoutFallback(entry: AttachmentRecord): AttachmentRecord {
  if (entry.state === 'attached') return entry;
  const { fallback: _failed, ...rest } = entry;
  return rest;
}
