import type { Journal } from '../../journal/index.ts';
import { type Attachment, type AttachmentRecord, type SandboxRecord, withAttachment } from '../../plan/index.ts';

/**
 * A record while its attachments change. Writes and notes reach the journal one after another, each with the state at
 * the time it runs.
 */
export interface RecordProgress {
  readonly record: () => SandboxRecord;
  /** Replaces the entry of an attachment; undefined removes it. */
  readonly put: (attachment: Attachment, entry: AttachmentRecord | undefined) => void;
  /** Notes the current state of the attachments in the journal, in case this process is killed. */
  readonly note: () => Promise<void>;
  /** Resolves when everything queued so far is written. A later write must wait for it. */
  readonly noted: () => Promise<void>;
  /** Writes the whole record. */
  readonly write: () => Promise<void>;
  /** Writes the record before the first plugin of a sandbox runs. */
  readonly begin: () => ReturnType<Journal['begin']>;
}

/** Starts tracking a record that is about to change. */
export function recordProgress(
  begun: SandboxRecord,
  journal: Pick<Journal, 'write' | 'begin' | 'note'>,
): RecordProgress {
  let record = begun;
  let written = begun;
  let pending = Promise.resolve();
  const queue = (work: () => Promise<void>): Promise<void> => {
    pending = pending.then(work);
    pending.catch(() => {}); // awaited later; attach a handler now so a rejection is not reported as unhandled
    return pending;
  };
  return {
    record: () => record,
    put: (attachment, entry) => {
      const index = record.attachments.findIndex((each) => each.attachment === attachment);
      if (index === -1) return;
      record =
        entry === undefined
          ? { ...record, attachments: record.attachments.toSpliced(index, 1) }
          : withAttachment(record, index, entry);
    },
    // a fully attached record is not noted, because the whole record is written next
    note: () =>
      queue(async () => {
        if (written === record || record.attachments.every(({ state }) => state === 'attached')) return;
        const before = written;
        written = record;
        await journal.note(record, before);
      }),
    noted: () => pending,
    write: () =>
      queue(async () => {
        written = record;
        await journal.write(record);
      }),
    begin: () => journal.begin(begun),
  };
}
