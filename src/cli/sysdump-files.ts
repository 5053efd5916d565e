import { PlexusError, problemOf } from '../errors/index.ts';
import { escapeInvisible, maskJson, maskText } from '../report/index.ts';
import { json } from './output.ts';

// The files of a sysdump. Each source is read on its own: one that fails becomes a line of CONTENTS and hides no other.
// Everything is masked before it is kept, and bounded in size. Nothing here knows where a source reads.

/** One file of a sysdump, before it is read. */
export interface DumpSource {
  /** Path in the archive; *.log is text, anything else is JSON. */
  readonly name: string;
  /** What the file holds, for CONTENTS. */
  readonly holds: string;
  readonly read: (signal: AbortSignal) => Promise<unknown>;
}
export interface DumpFile {
  readonly name: string;
  readonly holds: string;
  readonly text: string;
}
/** A file that is missing, and why. */
export interface MissingFile {
  readonly name: string;
  readonly reason: string;
}
export interface Dump {
  readonly files: readonly DumpFile[];
  readonly missing: readonly MissingFile[];
}
export interface DumpLimits {
  /** The length of one file in characters. */
  readonly fileLength: number;
  /** The length of all files together. */
  readonly dumpLength: number;
  /** Time limit of one source. */
  readonly readMs: number;
}

export const usualLimits: DumpLimits = { fileLength: 4 * 1024 ** 2, dumpLength: 64 * 1024 ** 2, readMs: 60_000 };

/** Reads sources one after the other. `maskedKeys`: additional names whose values are masked. Never rejects. */
export async function readDump(
  sources: readonly DumpSource[],
  { fileLength, readMs }: DumpLimits,
  maskedKeys: readonly string[],
): Promise<Dump> {
  const files: DumpFile[] = [];
  const missing: MissingFile[] = [];
  for (const { name, holds, read } of sources) {
    try {
      const value = await read(AbortSignal.timeout(readMs));
      files.push(bounded({ name, holds, text: maskedText(value, maskedKeys) }, fileLength));
    } catch (error) {
      missing.push({ name, reason: reasonOf(error, maskedKeys) });
    }
  }
  return { files, missing };
}

/** Joins dumps in their order. Files beyond the limit are missing. */
export function joinDumps(dumps: readonly Dump[], { dumpLength }: DumpLimits): Dump {
  const files: DumpFile[] = [];
  const missing: MissingFile[] = [];
  let length = 0;
  for (const dump of dumps) {
    for (const file of dump.files) {
      length += file.text.length;
      if (length <= dumpLength) files.push(file);
      else missing.push({ name: file.name, reason: 'the archive would be too large; choose one node with --node' });
    }
    missing.push(...dump.missing);
  }
  return { files, missing };
}

/** Why a source could not be read, in one line. */
export const reasonOf = (error: unknown, maskedKeys: readonly string[] = []): string => {
  const id = error instanceof PlexusError ? `${error.id}: ` : '';
  return maskText(`${id}${problemOf(error)}`, maskedKeys)
    .replaceAll(/\s+/g, ' ')
    .slice(0, mostReasonLength);
};
const mostReasonLength = 500;

/** The lists under maskedKeys in a configuration of Plexus. */
export function maskedKeysIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    key === 'maskedKeys' && Array.isArray(each)
      ? each.filter((name) => typeof name === 'string')
      : maskedKeysIn(each as unknown),
  );
}

// A log is masked line by line: no value continues on another line, and a line may be JSON.
const maskedText = (value: unknown, keys: readonly string[]): string =>
  typeof value === 'string'
    ? value
        .split('\n')
        .map((line) => maskedString(line, keys))
        .join('\n')
    : `${json(maskedValue(value, keys))}\n`;

/** Masks a value, and the JSON documents in its texts: a NetworkAttachmentDefinition holds its configuration as text. */
const maskedValue = (value: unknown, keys: readonly string[]): unknown => maskJson(opened(value, keys), keys);

function opened(value: unknown, keys: readonly string[]): unknown {
  if (typeof value === 'string') return maskedString(value, keys);
  if (Array.isArray(value)) return value.map((each) => opened(each, keys));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, opened(each, keys)]));
}

function maskedString(text: string, keys: readonly string[]): string {
  if (!/^\s*[[{]/.test(text)) return maskText(text, keys);
  try {
    return JSON.stringify(maskedValue(JSON.parse(text), keys));
  } catch {
    return maskText(text, keys); // It only looks like JSON.
  }
}

/** Keeps the end of a log, which is its newest part, and the beginning of anything else. */
function bounded(file: DumpFile, length: number): DumpFile {
  const { name, holds, text } = file;
  if (text.length <= length) return file;
  const part = name.endsWith('.log') ? text.slice(-length) : text.slice(0, length);
  return { name, holds: `${holds}; cut: ${text.length} characters`, text: part };
}

/** The first file of an archive: what the archive holds, what is masked and what is missing. */
export function contentsText(
  { files, missing }: Dump,
  { program, now }: { readonly program: string; readonly now: Date },
): string {
  const width = Math.max(0, ...files.map(({ name }) => name.length)) + 2;
  const lines = [
    `plexus sysdump of ${now.toISOString()}, plexus ${program}`,
    '',
    'Masked: the values of names that indicate a secret (password, token, key, credential and similar, and maskedKeys',
    'of the configuration), private keys, JSON Web Tokens and passwords in URLs. They read "(masked)".',
    'Not masked: names of nodes, pods and networks, addresses, images. Check the files before you publish them.',
    '',
    'Files',
    ...files.map(({ name, holds }) => `  ${name.padEnd(width)}${holds}`),
    '',
    missing.length === 0 ? 'Missing: nothing' : 'Missing',
    ...missing.map(({ name, reason }) => `  ${name}: ${reason}`),
    '',
  ];
  // A compromised daemon may have written a part of it.
  return lines.map((line) => escapeInvisible(line.replaceAll('\n', ' '))).join('\n');
}
