import { type JsonObject, isJsonObject, parseJson } from '../cni/index.ts';
import { readRegularText, removeFile, replaceBriefly } from '../files/index.ts';
import type { AttachmentRecord, SandboxRecord } from '../plan/index.ts';

// Beside the file of a record: one note of how far its attachments have come.
const fileFor = (recordFile: string): string => recordFile.replace(/\.json$/, '.progress');

// The operation that a note belongs to, by its begin: the ADD, or the last change of the live sandbox.
const beginOf = ({ createdAt, changedAt }: SandboxRecord): string => changedAt ?? createdAt;

/**
 * Writes the note of a record: what the attachments that are being made have come to since it was written.
 * fileUnusable.
 */
export function writeProgress(recordFile: string, record: SandboxRecord): Promise<void> {
  const attachments = record.attachments.flatMap(({ state, attachment, result }) => {
    if (result === undefined || state === 'detaching') return []; // of a pair under one name only the new one is made
    return [{ interfaceName: attachment.interfaceName, state, result }];
  });
  return replaceBriefly(fileFor(recordFile), JSON.stringify({ createdAt: beginOf(record), attachments }));
}

/** Never rejects: a note that stays is of no record. */
export const dropProgress = (recordFile: string): Promise<void> => removeFile(fileFor(recordFile)).catch(() => {});

/** The record with what its note says. One that cannot be understood, or is another record's, says nothing. */
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
  // in a live sandbox only the record itself ends a change: what the new attachment replaces is still in it
  if (state !== 'attached' || complete) return { ...entry, result };
  return { state: 'attached', attachment: entry.attachment, result };
}

function readNote(file: string): JsonObject | undefined {
  try {
    const json = parseJson(readRegularText(file), file);
    return isJsonObject(json) ? json : undefined;
  } catch {
    return undefined; // there is none, or the machine failed while it was written
  }
}
