import { execFile } from 'node:child_process';
import { mkdtempDisposable, readFile, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from './plexus-command.ts';

const run = promisify(execFile);
const git = async (...args: readonly string[]): Promise<string> =>
  (await run('git', args, { cwd: repository })).stdout.trim();

/**
 * The commit of the last release: the newest tag v… before this commit, or, before the first tag, the commit that added
 * the last released version to CHANGELOG.md. Undefined without Git, or in a clone without history.
 */
export async function previousRelease(): Promise<string | undefined> {
  try {
    const tag = await git('describe', '--tags', '--match', 'v[0-9]*', '--abbrev=0', 'HEAD~1').catch(() => '');
    if (tag !== '') return tag;
    const changelog = await readFile(join(repository, 'CHANGELOG.md'), 'utf8');
    const version = /^## (\d\S*)/m.exec(changelog)?.[1] ?? '';
    const commits = await git('log', '--format=%H', `-S## ${version}`, '--', 'CHANGELOG.md');
    return commits.split('\n').at(-1) || undefined;
  } catch {
    return undefined;
  }
}

/** Programs of another commit, built as its own build does. */
export interface BuiltRelease {
  readonly shim: string;
  /** The command that starts Plexus. */
  readonly program: readonly string[];
  readonly remove: () => Promise<void>;
}

/** Builds the programs of a commit, with the packages that are installed here. */
export async function buildRelease(commit: string): Promise<BuiltRelease> {
  const folder = await mkdtempDisposable(join(tmpdir(), 'plexus-previous-'));
  const archive = join(folder.path, 'source.tar');
  await git('archive', '--output', archive, commit, 'src', 'package.json', 'package-lock.json', 'LICENSE');
  await run('tar', ['-C', folder.path, '-xf', archive]);
  await symlink(join(repository, 'node_modules'), join(folder.path, 'node_modules'));
  for (const script of ['bundle', 'shim'])
    await run(process.execPath, [join(folder.path, `src/make/${script}.ts`)], { cwd: folder.path });
  return {
    shim: join(folder.path, 'dist/shim/plexus'),
    program: [process.execPath, join(folder.path, 'dist/plexus.mjs')],
    remove: () => folder.remove(),
  };
}
