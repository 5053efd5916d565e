import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

// Archives by GNU tar, which is on every Debian.
const run = promisify(execFile);
const limit = { maxBuffer: 64 * 1024 * 1024 };

/** Packs files of a folder. The archive depends only on their names, modes and contents, and on `time` (seconds). */
export async function pack(file: string, folder: string, members: readonly string[], time: number): Promise<void> {
  const owner = ['--owner=0', '--group=0', '--numeric-owner'];
  const reproducible = ['--format=ustar', '--sort=name', `--mtime=@${time}`, '--mode=u+rw,go+r,go-w', ...owner];
  await run('tar', [...reproducible, '-I', 'gzip -n', '-C', folder, '-cf', file, '--', ...members]);
}

export const unpack = async (file: string, folder: string): Promise<void> =>
  void (await run('tar', ['-C', folder, '-xf', file]));

/** The names of an archive's files. */
export const membersOf = async (file: string): Promise<readonly string[]> =>
  (await run('tar', ['-tf', file], limit)).stdout.split('\n').filter((name) => name !== '' && !name.endsWith('/'));

/** The text of one file of an archive. */
export const textIn = async (file: string, member: string): Promise<string> =>
  (await run('tar', ['-xOf', file, member], limit)).stdout;

/** The SHA-256 of a file, in hexadecimal. */
export async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
