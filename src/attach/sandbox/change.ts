import { type PlexusError, asPlexusError, interfaceTaken } from '../../errors/index.ts';
import type { Journal } from '../../journal/index.ts';
import {
  type Attachment,
  type AttachmentRecord,
  type SandboxChange,
  type SandboxRecord,
  type Settings,
  begunRecord,
  intendedEntry,
  obstacleTo,
  orderOf,
  remainderOf,
} from '../../plan/index.ts';
import { type AttachOneDeps, attachOne, entryAfterFirst } from '../steps/attach-one.ts';
import type { DelegateDeps, Operation } from '../steps/call.ts';
import { withDeadline } from '../steps/deadline.ts';
import { groupsOf, runGroup } from './groups.ts';
import { inPhase } from '../steps/phase.ts';
import { type RecordProgress, recordProgress } from './record-progress.ts';
import { addSequences } from './sequences.ts';
import { type UndoFailure, undoAll } from './undo.ts';

// Every operation that attaches or detaches calls `change`. The operations differ in what happens to the sandbox
// itself:
//
//           written before a plugin runs   if an attachment fails       written at the end
//  begins   all attachments as intended    all of them are undone       by ADD, while it publishes the status
//  lives    the attachments to change      only it is undone, and what  the record
//                                          it replaced is restored
//  ends     nothing: the old record is     it stays, for the next       what remains, or nothing
//           enough to undo everything      operation that detaches
//
// A change that is killed leaves one of these records in the journal. `recoveryOf` returns the change that settles a
// live sandbox; DEL, GC, reclaiming and the next ADD detach everything of any other.

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
  /**
   * Returns which of the attachments that could not be detached stay in the journal, and in which state. The default
   * keeps all of them unchanged.
   */
  readonly keep?: (failures: readonly UndoFailure[]) => readonly UndoFailure[] | Promise<readonly UndoFailure[]>;
}
/** The dependencies of ending a sandbox. */
export type EndDeps = DelegateDeps & { readonly journal: Pick<Journal, 'write' | 'remove'> };
/** The dependencies of changing a sandbox. */
export type ChangeDeps = AttachOneDeps & {
  readonly journal: Pick<Journal, 'write' | 'begin' | 'note' | 'remove'>;
  readonly settings: Pick<Settings, 'deadlines' | 'attachmentConcurrency' | 'durability'>;
};

/** A part of a change of a live sandbox that failed. */
export interface ChangeFailure {
  readonly act: 'attach' | 'detach' | 'restore';
  readonly attachment: Attachment;
  readonly error: PlexusError;
}
/** The outcome of a change. */
export interface Changed {
  readonly record: SandboxRecord;
  /** Resolves when all notes are written. Later writes must wait for it. */
  readonly noted: Promise<void>;
  /** Resolves when the record that was written before the first plugin is on disk. */
  readonly onDisk: () => Promise<void>;
  /** The attachments that could not be detached, as they remain in the journal. */
  readonly remaining: readonly UndoFailure[];
  /** Empty unless the sandbox is live. */
  readonly failures: readonly ChangeFailure[];
}

/**
 * Carries out a change of a sandbox whose lock the caller holds, and records it. Rejects
 * - with the first failure, if an attachment of a sandbox that begins fails (NPWG-96, NPWG-97);
 * - if the journal cannot be written;
 * - if the signal is aborted while a live sandbox changes; its record then says what to settle.
 */
export async function change(record: SandboxRecord, requested: SandboxChange, run: ChangeRun): Promise<Changed> {
  if (run.sandbox === 'ends') return end(record, requested.detach, run);
  const { deps, operation } = run;
  const begun = begunRecord(record, requested, new Date(deps.now()).toISOString());
  const progress = recordProgress(begun, deps.journal);
  // before any plugin runs (CNI-72)
  if (run.sandbox === 'lives') {
    await inPhase('journal', operation.containerId, deps, progress.write);
    return changeLive(requested, progress, run);
  }
  const onDisk = await inPhase('journal', operation.containerId, deps, () => begin(progress, deps.settings.durability));
  await attachAll(requested.attach, progress, run);
  return { record: progress.record(), noted: progress.noted(), onDisk, remaining: [], failures: [] };
}

// The disk works while the plugins do. Only a failure of the machine, which ends the sandbox as well, loses a record
// that is not on disk yet.
async function begin(progress: RecordProgress, durability: Settings['durability']): Promise<Changed['onDisk']> {
  const { onDisk } = await progress.begin();
  if (durability === 'strict') await onDisk;
  return () => onDisk;
}

const written = (): Promise<void> => Promise.resolve();

/** Detaches entries of a sandbox that ends, and removes those that are detached from its record. */
async function end(record: SandboxRecord, detach: readonly AttachmentRecord[], run: EndRun): Promise<Changed> {
  const { operation, deps, signal, keep = (all) => all } = run;
  const all = await undoAll(detach, operation, deps, signal);
  const remaining = await keep(all);
  const attachments = record.attachments.flatMap((entry) => {
    if (!detach.includes(entry)) return entry;
    return remaining.find((failure) => failure.entry.attachment === entry.attachment)?.entry ?? [];
  });
  const remainder = remainderOf(record, attachments);
  if (attachments.length === 0) await deps.journal.remove(record);
  else if (detach.length > 0) await deps.journal.write(remainder);
  return { record: remainder, noted: Promise.resolve(), onDisk: written, remaining, failures: [] };
}

/**
 * Attaches one after another (NPWG-100), or concurrently where the configuration or a NAD allows it (groups.ts). If one
 * fails, those running concurrently are aborted and all that were attempted are undone; what cannot be undone stays in
 * the journal for DEL.
 */
async function attachAll(
  attachments: readonly Attachment[],
  progress: RecordProgress,
  { operation, deps, signal }: AttachRun,
): Promise<void> {
  const attempted = new Set<Attachment>();
  const groups = groupsOf(attachments, deps.settings.attachmentConcurrency);
  const sequences = addSequences(attachments, groups, { operation, deps }, signal);
  try {
    for (const group of groups)
      await runGroup(
        group,
        async (index, stop) => {
          const attachment = attachments[index];
          if (attachment === undefined) return;
          attempted.add(attachment);
          const host = sequences.hostFor(attachment);
          await attachOne(attachment, progress, { operation, deps: { ...deps, host } }, stop);
        },
        signal,
      );
    await sequences.stop(); // Nothing is left of it.
  } catch (thrown) {
    for (const { attachment, exit } of await sequences.stop()) {
      attempted.add(attachment);
      if (exit !== undefined) progress.put(attachment, entryAfterFirst(attachment, exit));
    }
    await Promise.allSettled([progress.noted()]); // ignore a failed note: the undo writes the record
    const record = progress.record();
    const entries = record.attachments.filter(({ attachment }) => attempted.has(attachment));
    await undoFailedAdd({ ...record, attachments: entries }, operation, deps);
    throw asPlexusError(thrown);
  }
}

/**
 * Undoes the attachments that an ADD attempted. What cannot be undone, or not removed from the record, stays in the
 * journal for DEL. Never rejects.
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

async function changeLive(requested: SandboxChange, progress: RecordProgress, run: AttachRun): Promise<Changed> {
  const { signal } = run;
  const { detachFirst, attach, detachLast } = orderOf(requested);
  const failures: Failures = [];
  try {
    await detachEach(detachFirst, progress, { run, failures });
    await attachEach(attach, progress, { run, failures, restored: requested.restore ?? [] });
    await detachEach(detachLast, progress, { run, failures });
    signal.throwIfAborted(); // an aborted change has not failed: its record is settled later
    await progress.write();
  } finally {
    await Promise.allSettled([progress.noted()]); // a late note must not follow the record of the next writer
  }
  return { record: progress.record(), noted: progress.noted(), onDisk: written, remaining: [], failures };
}

interface LiveRun {
  readonly run: AttachRun;
  readonly failures: Failures;
}

/** Detaches entries of a live sandbox, last one first. An entry that cannot be detached stays in the record. */
async function detachEach(
  entries: readonly AttachmentRecord[],
  progress: RecordProgress,
  { run: { operation, deps, signal }, failures }: LiveRun,
): Promise<void> {
  const attachments = new Set(entries.map(({ attachment }) => attachment));
  const begun = progress.record().attachments.filter(({ attachment }) => attachments.has(attachment));
  const undoFailures = await undoAll(begun, operation, deps, signal);
  signal.throwIfAborted();
  for (const { attachment } of begun) {
    const failure = undoFailures.find((each) => each.entry.attachment === attachment);
    progress.put(attachment, failure?.entry);
    if (failure !== undefined) failures.push({ act: 'detach', attachment, error: failure.error });
  }
}

/**
 * Attaches to a live sandbox. If an attachment fails, only it is undone, and the attachment it replaced is restored.
 */
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
    const { error, undoFailure, fallback } = failed;
    failures.push({ act: 'attach', attachment, error });
    if (undoFailure !== undefined && fallback !== undefined)
      failures.push({ act: 'restore', attachment: fallback, error: undoFailure.error });
    const isNext = undoFailure === undefined && fallback !== undefined;
    progress.put(attachment, isNext ? intendedEntry(fallback, fallback) : undoFailure?.entry);
    if (!isNext) return;
    await progress.write(); // before its plugins run
    await restore(fallback, progress, live);
  };
  for (const group of groupsOf(attachments, run.deps.settings.attachmentConcurrency))
    await runGroup(group, attachAt, run.signal);
}

/** Restores an attachment that was replaced. A failure is final, because there is no further fallback. */
async function restore(attachment: Attachment, progress: RecordProgress, live: LiveRun): Promise<void> {
  const failed = await attachOrUndo(attachment, progress, live);
  if (failed === undefined) return;
  live.failures.push({ act: 'restore', attachment, error: failed.error });
  progress.put(attachment, failed.undoFailure && withoutFallback(failed.undoFailure.entry));
}

interface FailedAttach {
  readonly error: PlexusError;
  /** Set if undoing failed as well. */
  readonly undoFailure: UndoFailure | undefined;
  readonly fallback: Attachment | undefined;
}

/**
 * Attaches one attachment and undoes it if that fails. Rejects if the signal is aborted; the journal then says what to
 * settle.
 */
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
      undoFailure: undefined,
      fallback: isInItsPlace ? undefined : fallback,
    };
  }
  try {
    await attachOne(attachment, progress, { operation, deps }, signal);
    return undefined;
  } catch (thrown) {
    signal.throwIfAborted();
    const [undoFailure] = await undoAll([entryNow()], operation, deps, signal);
    signal.throwIfAborted();
    return { error: asPlexusError(thrown), undoFailure, fallback };
  }
}

function withoutFallback(entry: AttachmentRecord): AttachmentRecord {
  if (entry.state === 'attached') return entry;
  const { fallback: _failed, ...rest } = entry;
  return rest;
}
