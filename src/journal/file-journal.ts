import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sizeProblem, weightOfJson } from '../cni/index.ts';
import { PlexusError, fileUnusable, is, recordDamaged, recordNewer } from '../errors/index.ts';
import {
  attemptFile,
  beneath,
  beneathIfPresent,
  beneathMade,
  createTurns,
  exists,
  newPrefix,
  readIfPresent,
  removeFile,
  removeLeftovers,
  replaceAhead,
  replaceAtomically,
  replaceContent,
  shownPath,
  type Turns,
  usualMostBytes,
} from '../files/index.ts';
import { type SandboxRecord, decodeRecord, encodeRecord } from '../plan/index.ts';
import { damagedFolder, setAside } from './damaged.ts';
import type { Journal, Listing, RecordKey } from './journal.ts';
import { dropProgress, noteProgress, withProgress } from './progress.ts';
import { isMarkedUndone, markUndone, unmark } from './undone-marks.ts';

/** A journal of one file per sandbox and interface in a folder, which is created if missing (mode 0700). */
export function fileJournal(folder: string): Journal {
  const largeRecords = createTurns();
  const present = <T>(work: (path: string) => Promise<T>): Promise<T | undefined> => beneathIfPresent(folder, work);
  // A full disk must not block DEL.
  const remember = (key: RecordKey): Promise<void> =>
    beneathMade(folder, async (path) => markUndone(path, fileName(key))).catch(() => {});
  const writeRecord = <T>(record: SandboxRecord, replace: (file: string, text: string) => Promise<T>): Promise<T> =>
    beneathMade(folder, async (path) => {
      const file = join(path, fileName(record));
      const text = encodeRecord(record);
      const problem = sizeProblem(text) ?? lengthProblem(text, record);
      if (problem !== undefined) throw fileUnusable({ file: shownPath(file), action: 'write', problem });
      if (!record.complete) unmark(path, fileName(record)); // an ADD starts with an incomplete record
      const replaced = await replace(file, text);
      if (record.complete) await dropProgress(file);
      return replaced;
    });
  return {
    read: (key) => present((path) => readRecord(path, fileName(key), key)),
    write: (record) => writeRecord(record, replaceAtomically),
    begin: (record) => writeRecord(record, replaceAhead),
    complete: (record) => writeRecord(record, replaceContent),
    note: (record, noted) => beneath(folder, async (path) => noteProgress(join(path, fileName(record)), record, noted)),
    remove: async (key) => {
      await present(async (path) => {
        await dropProgress(join(path, fileName(key)));
        await removeFile(join(path, fileName(key)));
      });
      await remember(key);
    },
    markUndone: remember,
    wasUndone: async (key) => (await present(async (path) => isMarkedUndone(path, fileName(key)))) ?? false,
    wasSetAside: async (key) =>
      (await present((path) =>
        beneath(join(path, damagedFolder), (damaged) => exists(join(damaged, fileName(key)))),
      )) ?? false,
    list: async (pick) =>
      (await present((path) => listRecords(path, pick, largeRecords))) ?? { found: [], damaged: [] },
  };
}

/** Records that weigh less may be in memory at the same time; those of pods with a few dozen networks do. */
const lightRecord = 512 * 1024;

/**
 * Whether a record takes more memory than records usually do, estimated without decoding it; false for one that cannot
 * be read.
 */
export const isLargeRecord = (folder: string, key: RecordKey): Promise<boolean> =>
  beneath(folder, async (path) => isLarge(join(path, fileName(key)))).catch(() => false);

/** Whether any record of a sandbox is large. */
export const hasLargeRecord = (folder: string, containerId: string): Promise<boolean> =>
  beneath(folder, async (path) => {
    const [own] = fileName({ containerId, ifName: '' }).split('@');
    const names = await namesIn(path);
    return names.some((name) => name.startsWith(`${own}@`) && isLarge(join(path, name)));
  }).catch(() => false);

function isLarge(path: string): boolean {
  try {
    const { size } = lstatSync(path);
    // a file so short is light whatever it contains: half of its bytes may be values, of 48 bytes each
    return size > lightRecord / 25 && weightOfJson(readText(path) ?? '') > lightRecord;
  } catch {
    return false; // reading it reports why
  }
}

// Leaves room for the errors that DEL adds to the record, so that it can be written again until all is undone.
const roomBytes = 4 * 1024 * 1024;

/** Why a record of that text could not be read again, or could not take the errors of DEL; undefined if it can. */
function lengthProblem(text: string, { attachments }: SandboxRecord): string | undefined {
  const isBeingUndone = attachments.some(({ state }) => state === 'detaching');
  const most = usualMostBytes - (isBeingUndone ? 0 : roomBytes);
  return Buffer.byteLength(text) > most ? `it is longer than ${most} bytes` : undefined;
}

// Every valid container ID (CNI-17) stays readable. The name never contains a path or a second "@". A name that is too
// long for a file name is hashed.
function fileName({ containerId, ifName }: RecordKey): string {
  const name = `${[containerId, ifName].map((text) => encodeURIComponent(text.toWellFormed())).join('@')}.json`;
  return name.length <= 200
    ? name
    : `long@${createHash('sha256').update(`${containerId}@${ifName}`).digest('hex')}.json`;
}

/** Whether a file of the journal may be a record, by its name. */
export const isRecordName = (name: string): boolean => name.includes('@') && name.endsWith('.json');

async function readRecord(folder: string, file: string, key?: RecordKey): Promise<SandboxRecord | undefined> {
  const path = join(folder, file);
  const text = readText(path);
  if (text === undefined) return undefined;
  const decode = (place: string): SandboxRecord =>
    checked(decodeRecord(text, shownPath(place)), { file, place: shownPath(place), key });
  try {
    return withProgress(decode(path), path);
  } catch (error) {
    if (is(error, recordNewer)) throw error; // the version that wrote it needs it
    return decode(await setAside(folder, file)); // fails again and names the file's new place
  }
}

interface Place {
  readonly file: string;
  readonly place: string;
  readonly key: RecordKey | undefined;
}

// A copied or renamed file must never be read as another sandbox.
function checked(record: SandboxRecord, { file, place, key = record }: Place): SandboxRecord {
  if (fileName(record) === file && record.containerId === key.containerId && record.ifName === key.ifName)
    return record;
  throw recordDamaged({
    file: place,
    problem: `it is the record of sandbox ${record.containerId}, interface ${record.ifName}`,
  });
}

function readText(path: string): string | undefined {
  // whatever is not a record is set aside like a damaged one: other bytes than UTF-8, a link, a file that is too long
  const bytes = readIfPresent(path, { unfit: () => Buffer.alloc(0) });
  return bytes && (isUtf8(bytes) ? bytes.toString() : '');
}

async function listRecords<T>(
  folder: string,
  pick: (record: SandboxRecord) => T | undefined | Promise<T | undefined>,
  largeRecords: Turns,
): Promise<Listing<T>> {
  const files = await namesIn(folder);
  await removeLeftovers(folder, newPrefix);
  const found: T[] = [];
  const damaged: PlexusError[] = [];
  for (const file of files) {
    const end = isLarge(join(folder, file)) ? await largeRecords.take() : undefined;
    try {
      const record = await readRecord(folder, file).catch((error: unknown) => {
        if (!(error instanceof PlexusError)) throw error;
        damaged.push(error);
      });
      const picked = record && (await pick(record));
      if (picked !== undefined) found.push(picked);
    } finally {
      end?.();
    }
    await nextTurn();
  }
  return { found, damaged };
}

const namesIn = async (folder: string): Promise<readonly string[]> =>
  (await attemptFile('list', folder, () => readdir(folder))).filter(isRecordName).toSorted();
