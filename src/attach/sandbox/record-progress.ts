import type { Journal } from '../../journal/index.ts';
import { type Attachment, type AttachmentRecord, type SandboxRecord, withAttachment } from '../../plan/index.ts';

/**
 * A record while its attachments change, and its way into the journal. Writes and notes reach the journal one after
 * the other, each with all that is known by then.
 */
export interface RecordProgress {
  readonly record: () => SandboxRecord;
  /** Replaces the entry of an attachment; undefined removes it. */
  readonly put: (attachment: Attachment, entry: AttachmentRecord | undefined) => void;
  /** Notes what the attachments have come to, in case this process is killed. */
  readonly note: () => Promise<void>;
  /** When everything so far is written: a later write has to wait for it. */
  readonly noted: () => Promise<void>;
  /** Writes the whole record. */
  readonly write: () => Promise<void>;
}

/** The progress of a record that is about to change. */
export function recordProgress(begun: SandboxRecord, journal: Pick<Journal, 'write' | 'note'>): RecordProgress {
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
    // what has come to its end as a whole is not noted: the record follows
    note: () =>
      queue(async () => {
        if (written === record || record.attachments.every(({ state }) => state === 'attached')) return;
        written = record;
        await journal.note(record);
      }),
    noted: () => pending,
    write: () =>
      queue(async () => {
        written = record;
        await journal.write(record);
      }),
  };
}
