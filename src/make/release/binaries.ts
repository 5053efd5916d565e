import { chmod, copyFile, mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { noticesName } from '../bundling.ts';
import { bundleOne, compile, type OtherBun } from '../compile.ts';
import { noticesFor, runtimes } from '../notices.ts';
import { pack } from './archive.ts';
import { unpackLocked } from './locked-package.ts';
import { type Platform, type Release, artefact, names } from './release.ts';

const buns: Readonly<Record<Platform, { readonly package: string; readonly target: string }>> = {
  'linux-amd64': { package: '@oven/bun-linux-x64', target: 'bun-linux-x64' },
  'linux-arm64': { package: '@oven/bun-linux-aarch64', target: 'bun-linux-arm64' },
  'darwin-amd64': { package: '@oven/bun-darwin-x64', target: 'bun-darwin-x64' },
  'darwin-arm64': { package: '@oven/bun-darwin-aarch64', target: 'bun-darwin-arm64' },
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
    await compile(bundle, bundleFolder, join(folder, 'plexus'), await otherBun(release, platform, temporary.path));
    await chmod(join(folder, 'plexus'), 0o755);
    await copyFile(join(release.root, 'LICENSE'), join(folder, 'LICENSE'));
    await writeFile(join(folder, noticesName), notices);
    const members = ['LICENSE', noticesName, 'plexus'];
    await pack(artefact(release, names.binary(release, platform)), folder, members, release.time);
  }
}

async function otherBun({ root }: Release, platform: Platform, folder: string): Promise<OtherBun | undefined> {
  if (platform === thisPlatform()) return undefined;
  const { package: name, target } = buns[platform];
  return { target, executable: join(await unpackLocked(root, name, join(folder, `bun-${platform}`)), 'bin/bun') };
}
