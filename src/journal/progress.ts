import { type JsonObject, isJsonObject, parseJson } from '../cni/index.ts';
import { readRegularText, removeFile, replaceBriefly } from '../files/index.ts';
import type { AttachmentRecord, SandboxRecord } from '../plan/index.ts';

// Beside the file of a record: one note of how far its attachments have come.
const fileFor = (recordFile: string): string => recordFile.replace(/\.json$/, '.progress');

/** Writes the note of a record: what its attachments have come to since it was written. fileUnusable. */
export function writeProgress(recordFile: string, { createdAt, attachments }: SandboxRecord): Promise<void> {
  const reached = attachments.flatMap((entry) => {
    const { state, attachment, result } = entry;
    return result === undefined ? [] : [{ interfaceName: attachment.interfaceName, state, result }];
  });
  return replaceBriefly(fileFor(recordFile), JSON.stringify({ createdAt, attachments: reached }));
}

/** Never rejects: a note that stays is of no record. */
export const dropProgress = (recordFile: string): Promise<void> => removeFile(fileFor(recordFile)).catch(() => {});

/** The record with what its note says. One that cannot be understood, or is another record's, says nothing. */
export function withProgress(record: SandboxRecord, recordFile: string): SandboxRecord {
  if (record.attachments.every(({ state }) => state !== 'intended')) return record;
  const note = readNote(fileFor(recordFile));
  if (note?.['createdAt'] !== record.createdAt || !Array.isArray(note['attachments'])) return record;
  const reached = note['attachments'].filter(isJsonObject);
  return {
    ...record,
    attachments: record.attachments.map((entry) =>
      moved(
        entry,
        reached.find(({ interfaceName }) => interfaceName === entry.attachment.interfaceName),
      ),
    ),
  };
}

function moved(entry: AttachmentRecord, note: JsonObject | undefined): AttachmentRecord {
  const { state, result } = note ?? {};
  if (entry.state !== 'intended' || !isJsonObject(result)) return entry;
  return { state: state === 'attached' ? 'attached' : 'intended', attachment: entry.attachment, result };
}

function readNote(file: string): JsonObject | undefined {
  try {
    const json = parseJson(readRegularText(file), file);
    return isJsonObject(json) ? json : undefined;
  } catch {
    return undefined; // there is none, or the machine failed while it was written
  }
}
