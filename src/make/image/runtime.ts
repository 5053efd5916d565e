import { execFile } from 'node:child_process';
import { chmod, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { filesOfPackage, lockedPackage } from '../npm-package.ts';
import { type DebianPackage, type Library, copyrightOf, foreignLibraries, ownLibraries, ownerOf } from './debian.ts';
import type { ImageFile } from './layer.ts';
import { type Arch, ownArch } from './platforms.ts';

/** Node.js with everything it loads, and the licences of all that. */
export interface Runtime {
  readonly files: readonly ImageFile[];
  readonly nodeVersion: string;
  readonly packages: readonly DebianPackage[];
}

const run = promisify(execFile);

/**
 * The Node.js of package-lock.json that is installed here. Throws if another version is installed: only what npm has
 * checked goes into an image.
 */
export async function installedNode(root: string): Promise<{ readonly program: string; readonly version: string }> {
  const name = `node-linux-${process.arch}`;
  const { version } = await lockedPackage(root, name);
  const program = join(root, 'node_modules', name, 'bin/node');
  const { stdout } = await run(program, ['--version']).catch((error: Error) => ({ stdout: error.message }));
  if (stdout.trim() === `v${version}`) return { program, version };
  throw new Error(
    `the image needs Node.js v${version}, but ${program} answers: ${stdout.trim()}. Run npm ci, on Linux with glibc.`,
  );
}

/** The runtime for a processor. `addon` is the native addon for it, whose libraries Node.js loads too. */
export async function runtimeFor(root: string, arch: Arch, addon: string): Promise<Runtime> {
  const { program, version } = await installedNode(root);
  if (arch === ownArch()) {
    const libraries = await ownLibraries([program, addon]);
    const licence = await readFile(join(program, '../../LICENSE'));
    return runtimeOf({ node: await readFile(program), licence, version }, libraries);
  }
  const files = await filesOfPackage(root, `node-linux-${arch}`, ['bin/node', 'LICENSE']);
  await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-node-'));
  const foreign = join(folder.path, 'node');
  await writeFile(foreign, files['bin/node']);
  await chmod(foreign, 0o755);
  const packages = packagesOf(await ownLibraries([program]));
  const libraries = await foreignLibraries([foreign, addon], arch, packages);
  return runtimeOf({ node: files['bin/node'], licence: files.LICENSE, version }, libraries);
}

interface NodeFiles {
  readonly node: NonSharedBuffer;
  readonly licence: NonSharedBuffer;
  readonly version: string;
}

async function runtimeOf({ node, licence, version }: NodeFiles, libraries: readonly Library[]): Promise<Runtime> {
  const packages = packagesOf(libraries);
  const copyrights = await Promise.all(packages.map(copyrightOf));
  return {
    nodeVersion: version,
    packages,
    files: [
      { path: '/usr/bin/node', mode: 0o755, content: node },
      { path: '/app/LICENSE.node.txt', mode: 0o644, content: licence },
      ...libraries.map(({ path, content }) => ({ path, mode: 0o755, content })),
      ...copyrights.map(({ path, content }) => ({ path, mode: 0o644, content })),
    ],
  };
}

const packagesOf = (libraries: readonly Library[]): readonly DebianPackage[] =>
  [...new Map(libraries.map((library) => [library.package.name, library.package])).values()].toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  );

/** The Debian packages with the libraries that a compiler links statically into the shim. */
export async function linkedPackages(compiler: string): Promise<readonly DebianPackage[]> {
  return Promise.all(
    ['libc.a', 'libgcc.a'].map(async (name) => {
      const { stdout } = await run(compiler, [`-print-file-name=${name}`]);
      return ownerOf(stdout.trim());
    }),
  );
}
