import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PlexusError, asPlexusError, fileFailed, recordDamaged } from '../errors/index.ts';
import { inFolder, makeFolder, newPrefix, removeFile, removeLeftovers, replaceAtomically, syncFolder } from '../files/index.ts';
import { type SandboxRecord, decodeRecord, encodeRecord } from '../plan/index.ts';
import type { Journal, Listing, RecordKey } from './journal.ts';
import { dropProgress, withProgress, writeProgress } from './progress.ts';
import { isMarkedUndone, markUndone, unmark } from './undone-marks.ts';

/** A journal of one file per sandbox and interface in a folder (made when missing, for root only). */
export function fileJournal(folder: string): Journal {
  const fileOf = (key: RecordKey): string => join(folder, fileName(key));
  return {
    read: (key) => readRecord(folder, fileName(key), key),
    write: async (record) => {
      if (!record.complete) await unmark(folder, fileName(record)); // an ADD begins with such a record
      await inFolder(folder, () => replaceAtomically(fileOf(record), encodeRecord(record)));
      if (record.complete) await dropProgress(fileOf(record));
    },
    note: (record) => writeProgress(fileOf(record), record),
    remove: async (key) => {
      await dropProgress(fileOf(key));
      await removeDurably(folder, fileOf(key));
      await markUndone(folder, fileName(key));
    },
    markUndone: (key) => markUndone(folder, fileName(key)),
    wasUndone: async (key) => isMarkedUndone(folder, fileName(key)),
    wasSetAside: (key) => isThere(join(folder, damagedFolder, fileName(key))),
    list: () => listRecords(folder),
  };
}

// Every container ID there is (CNI-17) stays readable; a path never comes of it, nor a second "@". Very long names would not fit into a file name.
function fileName({ containerId, ifName }: RecordKey): string {
  const name = `${[containerId, ifName].map((text) => encodeURIComponent(text.toWellFormed())).join('@')}.json`;
  return name.length <= 200 ? name : `long@${createHash('sha256').update(`${containerId}@${ifName}`).digest('hex')}.json`;
}

async function readRecord(folder: string, file: string, key?: RecordKey): Promise<SandboxRecord | undefined> {
  const path = join(folder, file);
  const text = await readText(path);
  if (text === undefined) return undefined;
  const decode = (place: string): SandboxRecord => checked(decodeRecord(text, place), { file, place, key });
  try {
    return await withProgress(decode(path), path);
  } catch (error) {
    if (asPlexusError(error).id === 'PLX-RECORD-NEWER') throw error; // the version that wrote it will need it
    return decode(await setAside(folder, file)); // fails again, and says where the file is now
  }
}

interface Place {
  readonly file: string;
  readonly place: string;
  readonly key: RecordKey | undefined;
}

// a copied or renamed file must never be taken for another sandbox
function checked(record: SandboxRecord, { file, place, key = record }: Place): SandboxRecord {
  if (fileName(record) === file && record.containerId === key.containerId && record.ifName === key.ifName) return record;
  throw recordDamaged({ file: place, problem: `it is the record of sandbox ${record.containerId}, interface ${record.ifName}` });
}

async function readText(path: string): Promise<string | undefined> {
  try {
    const bytes = readFileSync(path); // without the thread pool, as in files/replace.ts
    return isUtf8(bytes) ? bytes.toString() : ''; // other bytes are damage, which is what an empty text is
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw fileFailed({ file: path, action: 'read' }, error);
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw fileFailed({ file: path, action: 'look at' }, error);
  }
}

const isAbsent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** Moves a damaged file to `damaged/`, under a name that is free: evidence is never overwritten. Returns where it is. */
async function setAside(folder: string, file: string): Promise<string> {
  const from = join(folder, file);
  const damaged = join(folder, damagedFolder);
  await makeFolder(damaged);
  for (let number = 0; number < mostDamaged; number++) {
    const target = join(damaged, number === 0 ? file : `${file}.${number}`);
    if (!(await linked(from, target))) continue;
    await syncFolder(damaged);
    await removeDurably(folder, from);
    return target;
  }
  return from;
}

const damagedFolder = 'damaged';
const mostDamaged = 1000;

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code === 'ENOENT') return true; // somebody else has set it aside
    throw fileFailed({ file: from, action: 'set aside' }, error);
  }
}

async function removeDurably(folder: string, path: string): Promise<void> {
  try {
    await removeFile(path);
    await syncFolder(folder);
  } catch (error) {
    if (isAbsent(error)) return; // not even the folder is there
    throw fileFailed({ file: path, action: 'remove' }, error);
  }
}

async function listRecords(folder: string): Promise<Listing> {
  const files = await namesIn(folder);
  await removeLeftovers(folder, newPrefix);
  const records: SandboxRecord[] = [];
  const damaged: PlexusError[] = [];
  for (const file of files) {
    try {
      const record = await readRecord(folder, file);
      if (record !== undefined) records.push(record);
    } catch (error) {
      if (!(error instanceof PlexusError)) throw error;
      damaged.push(error);
    }
  }
  return { records, damaged };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.includes('@') && name.endsWith('.json')).toSorted();
  } catch (error) {
    if (isAbsent(error)) return [];
    throw fileFailed({ file: folder, action: 'list' }, error);
  }
}
