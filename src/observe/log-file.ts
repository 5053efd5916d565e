import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { destination as makeDestination } from 'pino';
import { problemOf } from '../errors/index.ts';

/** When a log file is rotated, and how long old ones are kept; 0: no limit. */
export interface Rotation {
  readonly maxSizeMegabytes: number;
  readonly maxBackups: number;
  readonly maxAgeDays: number;
}
/** A stream that appends to the file, or why the file could not be opened. */
export type LogFile = { readonly stream: { readonly write: (line: string) => void } } | { readonly problem: string };

const mostWaitingBytes = 1024 * 1024;
const dayMs = 24 * 3600 * 1000;

/**
 * Opens a log file for appending and creates its folder. Rotates a file that is too large, now or after a later line.
 * Logging must never fail a pod: lines that a full disk rejects wait in memory, up to a limit, and a file that cannot
 * be opened is skipped.
 */
export function openLogFile(file: string, rotation: Rotation, destination: typeof makeDestination): LogFile {
  const most = rotation.maxSizeMegabytes * 1_000_000;
  try {
    let bytes = rotateIfFull(file, most, rotation);
    const boom = destination({ dest: file, sync: true, append: true, mkdir: true, maxLength: mostWaitingBytes });
    boom.on('error', () => {}); // Without a listener, the error would end the process.
    const write = (line: string): void => {
      boom.write(line);
      bytes += Buffer.byteLength(line);
      if (bytes <= most) return;
      bytes = rotateIfFull(file, most, rotation);
      boom.reopen();
    };
    return { stream: { write } };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

/** Rotates a full file unless another process has already done so; returns the size of the current file. */
function rotateIfFull(file: string, most: number, rotation: Rotation): number {
  const size = sizeOf(file);
  if (size <= most) return size;
  try {
    renameSync(file, join(dirname(file), backupName(file, new Date())));
    dropOldBackups(file, rotation);
    return 0;
  } catch {
    return 0; // The folder is not writable: continue with this file, and retry after the same number of bytes.
  }
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** plexus.log → plexus-2026-01-02T03-04-05.678.log */
const backupName = (file: string, time: Date): string =>
  `${stemOf(file)}-${time.toISOString().replaceAll(':', '-').slice(0, -1)}${extname(file)}`;

const stemOf = (file: string): string => basename(file, extname(file));

function dropOldBackups(file: string, { maxBackups, maxAgeDays }: Rotation): void {
  const isBackup = (name: string): boolean =>
    name.startsWith(`${stemOf(file)}-2`) &&
    extname(name) === extname(file) &&
    /-\d{4}-\d\d-\d\dT[\d.-]+$/.test(stemOf(name));
  const backups = readdirSync(dirname(file))
    .filter(isBackup)
    .toSorted()
    .toReversed()
    .map((name) => join(dirname(file), name));
  const isOld = (path: string): boolean =>
    maxAgeDays > 0 && Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > maxAgeDays * dayMs;
  for (const [index, path] of backups.entries())
    if ((maxBackups > 0 && index >= maxBackups) || isOld(path)) rmSync(path, { force: true });
}
