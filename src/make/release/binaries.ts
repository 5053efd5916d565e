import { chmod, copyFile, mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { noticesName } from '../bundling.ts';
import { bundleOne, bunFor, compile } from '../compile.ts';
import { noticesFor, runtimes } from '../notices.ts';
import { pack } from './archive.ts';
import { type Platform, type Release, artefact, names } from './release.ts';

/** The names of the platforms in Bun's packages. */
const buns: Readonly<Record<Platform, string>> = {
  'linux-amd64': 'linux-x64',
  'linux-arm64': 'linux-aarch64',
  'darwin-amd64': 'darwin-x64',
  'darwin-arm64': 'darwin-aarch64',
};
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** The platform of this machine, as the names of the artefacts have it. */
export const thisPlatform = (): string => `${process.platform}-${architectures[process.arch] ?? process.arch}`;

/** Makes an archive with the command line as one file, for each of the platforms. */
export async function makeBinaries(release: Release, platforms: readonly Platform[]): Promise<void> {
  await using temporary = await mkdtempDisposable(join(release.out, '.binaries-'));
  const bundleFolder = join(temporary.path, 'bundle');
  await mkdir(bundleFolder);
  const bundle = join(bundleFolder, 'plexus.mjs');
  const inputs = await bundleOne('src/cli/binary-entry.ts', bundle);
  const notices = await noticesFor(release.root, inputs, [runtimes.bun]);
  for (const platform of platforms) {
    const folder = join(temporary.path, platform);
    await mkdir(folder);
    const other = platform === thisPlatform() ? undefined : await bunFor(buns[platform], temporary.path);
    await compile(bundle, bundleFolder, join(folder, 'plexus'), other);
    await chmod(join(folder, 'plexus'), 0o755);
    await copyFile(join(release.root, 'LICENSE'), join(folder, 'LICENSE'));
    await writeFile(join(folder, noticesName), notices);
    const members = ['LICENSE', noticesName, 'plexus'];
    await pack(artefact(release, names.binary(release, platform)), folder, members, release.time);
  }
}
