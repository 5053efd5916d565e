import { type JsonObject, isJsonObject, parseJson } from '../cni/index.ts';
import { readRegularText, removeFile, replaceBriefly } from '../files/index.ts';
import type { AttachmentRecord, SandboxRecord } from '../plan/index.ts';

// The note beside a record's file contains the progress of its attachments.
const fileFor = (recordFile: string): string => recordFile.replace(/\.json$/, '.progress');

// Identifies the operation that a note belongs to by its start: the ADD, or the last change of the live sandbox.
const beginOf = ({ createdAt, changedAt }: SandboxRecord): string => changedAt ?? createdAt;

/**
 * Writes the note of a record: the results of its attachments since the record was written. Rejects with
 * fileUnusable.
 */
export function writeProgress(recordFile: string, record: SandboxRecord): Promise<void> {
  const attachments = record.attachments.flatMap(({ state, attachment, result }) => {
    // of two attachments with one name, only the new one is made
    if (result === undefined || state === 'detaching') return [];
    return [{ interfaceName: attachment.interfaceName, state, result }];
  });
  return replaceBriefly(fileFor(recordFile), JSON.stringify({ createdAt: beginOf(record), attachments }));
}

/** Removes a note. Never rejects: a note without a record is ignored. */
export const dropProgress = (recordFile: string): Promise<void> => removeFile(fileFor(recordFile)).catch(() => {});

/** Merges the note into its record. Ignores a note that cannot be decoded or belongs to another record. */
export function withProgress(record: SandboxRecord, recordFile: string): SandboxRecord {
  if (record.attachments.every(({ state }) => state !== 'intended')) return record;
  const note = readNote(fileFor(recordFile));
  if (note?.['createdAt'] !== beginOf(record) || !Array.isArray(note['attachments'])) return record;
  const reached = note['attachments'].filter(isJsonObject);
  return {
    ...record,
    attachments: record.attachments.map((entry) =>
      moved(
        entry,
        reached.find(({ interfaceName }) => interfaceName === entry.attachment.interfaceName),
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

function readNote(file: string): JsonObject | undefined {
  try {
    const json = parseJson(readRegularText(file), file);
    return isJsonObject(json) ? json : undefined;
  } catch {
    return undefined; // no note, or the machine failed during its write
  }
}
