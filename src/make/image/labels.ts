import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { timestampOf } from './archive.ts';

const run = promisify(execFile);

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly homepage?: string;
  readonly repository?: string | { readonly url: string };
}

export const manifestOf = async (root: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Manifest;

const git = (root: string, ...words: string[]): Promise<string | undefined> =>
  run('git', ['-C', root, ...words]).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );

/** The time in SOURCE_DATE_EPOCH, or else of the last commit. Throws if there is neither. */
export async function sourceTime(root: string, epoch: string | undefined): Promise<Date> {
  const seconds = epoch ?? (await git(root, 'log', '-1', '--format=%ct'));
  if (seconds === undefined || !/^\d+$/.test(seconds))
    throw new Error(
      'the image states the time of its source: build in a git clone, or set SOURCE_DATE_EPOCH to seconds since 1970',
    );
  return new Date(Number(seconds) * 1000);
}

/** The labels of the OCI image specification. */
export async function labelsOf(root: string, created: Date): Promise<Readonly<Record<string, string>>> {
  const { name, version, description, license, homepage, repository } = await manifestOf(root);
  const revision = await git(root, 'describe', '--always', '--abbrev=40', '--exclude=*', '--dirty');
  const source = typeof repository === 'object' ? repository.url : repository;
  const labels = {
    created: timestampOf(created),
    title: name,
    description,
    version,
    licenses: license,
    revision,
    source: source?.replace(/^git\+/, '').replace(/\.git$/, ''),
    url: homepage,
  };
  return Object.fromEntries(
    Object.entries(labels).flatMap(([key, value]) =>
      value === undefined || value === '' ? [] : [[`org.opencontainers.image.${key}`, value]],
    ),
  );
}
