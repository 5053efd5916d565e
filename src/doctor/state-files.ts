import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { jsonBudget } from '../cni/index.ts';
import { asPlexusError, is, recordDamaged, recordNewer } from '../errors/index.ts';
import { readRegularText } from '../files/index.ts';
import { damagedFolder, isRecordName } from '../journal/index.ts';
import { type SandboxRecord, decodeRecord } from '../plan/index.ts';

/** The content of the journal, read without changing anything: damaged files stay where they are. */
export interface JournalFiles {
  readonly records: readonly SandboxRecord[];
  readonly unreadable: readonly { readonly file: string; readonly problem: string; readonly isNewer: boolean }[];
  /** Files that were set aside. */
  readonly damaged: readonly string[];
  /** Why they are not known. */
  readonly why?: string;
}

/** Rejects if there is no state folder, because nothing was inspected then. */
export async function assertState(stateDir: string): Promise<void> {
  if ((await found(stateDir)) === undefined)
    throw new Error(`folder ${stateDir} does not exist (set --cni-dir to another one)`);
}

// Some kilobytes for each network of a thousand pods. The daemon can write there, and doctor runs as root.
const mostWeight = 64 * 1024 * 1024;

/** Reads the journal of a state folder. Rejects like readdir(3), and if there is no state folder. */
export async function readJournal(stateDir: string): Promise<JournalFiles> {
  await assertState(stateDir);
  const folder = join(stateDir, 'journal');
  const records: SandboxRecord[] = [];
  const unreadable: { file: string; problem: string; isNewer: boolean }[] = [];
  const fits = jsonBudget(mostWeight);
  for (const name of (await namesInFolder(folder)).filter(isRecordName)) {
    const file = join(folder, name);
    try {
      const text = textIn(file);
      if (text !== undefined && !fits(text))
        throw recordDamaged({ file, problem: 'the records up to this one are too large together' });
      if (text !== undefined) records.push(decodeRecord(text, file));
    } catch (thrown) {
      unreadable.push({ file, problem: asPlexusError(thrown).message, isNewer: is(thrown, recordNewer) });
    }
  }
  return {
    records,
    unreadable,
    damaged: (await namesInFolder(join(folder, damagedFolder))).map((name) => join(folder, damagedFolder, name)),
  };
}

function textIn(file: string): string | undefined {
  try {
    return readRegularText(file);
  } catch (error) {
    return absent(error as NodeJS.ErrnoException);
  }
}

/** Names in a folder, sorted; [] if it does not exist. Rejects if it cannot be read. */
export async function namesInFolder(folder: string): Promise<readonly string[]> {
  return ((await readdir(folder).catch(absent)) ?? []).toSorted();
}

/** The result of stat(2); undefined if there is no such file. Rejects on any other failure. */
export const found = (path: string): ReturnType<typeof statOf> => statOf(path);

const statOf = (path: string) => stat(path).catch(absent);

/** The beginning of a file: enough to detect the kind of a program. */
export async function headOf(path: string): Promise<Buffer> {
  await using file = await open(path, 'r');
  const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
  return buffer.subarray(0, bytesRead);
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}

/** The name of a record's sandbox in messages. */
export const sandboxName = ({ pod, containerId }: SandboxRecord): string =>
  pod === undefined ? containerId.slice(0, 13) : `${pod.namespace}/${pod.name} (${containerId.slice(0, 13)})`;

const mostShown = 5;

/** The first few of many items, as evidence. */
export const fewOf = (lines: readonly string[]): readonly string[] =>
  lines.length <= mostShown ? lines : [...lines.slice(0, mostShown), `and ${lines.length - mostShown} more`];

/** "1 record", "2 records". */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
