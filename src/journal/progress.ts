import { readFile, rm } from 'node:fs/promises';
import { isJsonObject, parseJson } from '../cni/index.ts';
import { replaceBriefly } from '../files/index.ts';
import { type SandboxRecord, withAttachment } from '../plan/index.ts';
import type { Progress } from './journal.ts';

// Beside the file of a record: one note of how far the attachment that is being made has come.
const fileFor = (recordFile: string): string => recordFile.replace(/\.json$/, '.progress');

/** Writes the note of a record that was made at that time. fileUnusable. */
export const writeProgress = (recordFile: string, createdAt: string, progress: Progress): Promise<void> =>
  replaceBriefly(fileFor(recordFile), JSON.stringify({ createdAt, ...progress }));

/** Never rejects: a note that stays is of no record. */
export const dropProgress = (recordFile: string): Promise<void> => rm(fileFor(recordFile), { force: true }).catch(() => {});

/** The record with what its note says. One that cannot be understood, or is another record's, says nothing. */
export async function withProgress(record: SandboxRecord, recordFile: string): Promise<SandboxRecord> {
  if (record.attachments.every(({ state }) => state !== 'intended')) return record;
  const note = await readNote(fileFor(recordFile));
  if (note?.['createdAt'] !== record.createdAt) return record;
  const index = record.attachments.findIndex(({ state, attachment }) => state === 'intended' && attachment.interfaceName === note['interfaceName']);
  const entry = record.attachments[index];
  const result = note['result'];
  return entry?.state === 'intended' && isJsonObject(result) ? withAttachment(record, index, { ...entry, result }) : record;
}

async function readNote(file: string) {
  try {
    const json = parseJson(await readFile(file, 'utf8'), file);
    return isJsonObject(json) ? json : undefined;
  } catch {
    return undefined; // there is none, or the machine failed while it was written
  }
}
