import { type JsonObject, isJsonObject, jsonBudget, jsonObjectIn } from '../cni/index.ts';
import { appendBriefly, readRegularText, removeFile } from '../files/index.ts';
import type { AttachmentRecord, SandboxRecord } from '../plan/index.ts';

// The file beside a record's file contains the progress of its attachments: one line of JSON for each note.
const fileFor = (recordFile: string): string => recordFile.replace(/\.json$/, '.progress');

// Identifies the operation that a note belongs to by its start: the ADD, or the last change of the live sandbox.
const beginOf = ({ createdAt, changedAt }: SandboxRecord): string => changedAt ?? createdAt;

/** Adds a note: the results that the attachments of `noted` did not have. Throws fileUnusable. */
export function noteProgress(recordFile: string, record: SandboxRecord, noted: SandboxRecord): void {
  const known = new Set(noted.attachments);
  const attachments = record.attachments.flatMap((entry) => {
    const { state, attachment, result } = entry;
    // of two attachments with one name, only the new one is made
    if (result === undefined || state === 'detaching' || known.has(entry)) return [];
    return [{ interfaceName: attachment.interfaceName, state, result }];
  });
  if (attachments.length === 0) return;
  // The line break comes first, so that a line that was cut off damages no other.
  appendBriefly(fileFor(recordFile), `\n${JSON.stringify({ createdAt: beginOf(record), attachments })}`);
}

/** Removes the notes. Never rejects: notes without a record are ignored. */
export const dropProgress = (recordFile: string): Promise<unknown> => removeFile(fileFor(recordFile)).catch(() => {});

/** Merges the notes into their record. Ignores those that cannot be decoded or belong to another record. */
export function withProgress(record: SandboxRecord, recordFile: string): SandboxRecord {
  if (record.attachments.every(({ state }) => state !== 'intended')) return record;
  const reached = notesIn(fileFor(recordFile))
    .filter(({ createdAt }) => createdAt === beginOf(record))
    .flatMap(({ attachments }) => (Array.isArray(attachments) ? attachments.filter(isJsonObject) : []));
  if (reached.length === 0) return record;
  return {
    ...record,
    attachments: record.attachments.map((entry) =>
      moved(
        entry,
        reached.findLast(({ interfaceName }) => interfaceName === entry.attachment.interfaceName),
        record,
      ),
    ),
  };
}

function moved(
  entry: AttachmentRecord,
  note: JsonObject | undefined,
  { complete }: Pick<SandboxRecord, 'complete'>,
): AttachmentRecord {
  const { state, result } = note ?? {};
  if (entry.state !== 'intended' || !isJsonObject(result)) return entry;
  // In a live sandbox, a change ends with a write of the record, which still contains the replaced attachment.
  if (state !== 'attached' || complete) return { ...entry, result };
  return { state: 'attached', attachment: entry.attachment, result };
}

// More notes and values than Plexus ever writes. A compromised daemon may write millions, and programs of the host, which
// have no memory limit, read them.
const mostNotes = 8 * 1024;
const mostWeight = 40 * 1024 * 1024;

function notesIn(file: string): readonly JsonObject[] {
  try {
    const lines = readRegularText(file).split('\n', mostNotes);
    return lines
      .filter(jsonBudget(mostWeight))
      .map(jsonObjectIn) // undefined for a line during whose write the machine failed
      .filter((note) => note !== undefined);
  } catch {
    return []; // there is no note
  }
}
