import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempDisposable, readFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { unpackTar } from 'modern-tar';

// Packages for the other processor, which npm does not install here: Node.js and Bun.

const run = promisify(execFile);

interface Locked {
  readonly version: string;
  readonly integrity: string;
}

/** The version and the hash of a package in package-lock.json. Throws if it is not there. */
export async function lockedPackage(root: string, name: string): Promise<Locked> {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Partial<Locked>>;
  };
  const { version, integrity } = packages[`node_modules/${name}`] ?? {};
  if (version === undefined || integrity === undefined)
    throw new Error(`package-lock.json contains no ${name} with a hash`);
  return { version, integrity };
}

/**
 * Fetches files of exactly the package in package-lock.json through npm and its cache. Throws if its hash differs or a
 * file is missing.
 */
export async function filesOfPackage<Path extends string>(
  root: string,
  name: string,
  paths: readonly Path[],
): Promise<Readonly<Record<Path, NonSharedBuffer>>> {
  const { version, integrity } = await lockedPackage(root, name);
  await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-package-'));
  const words = ['pack', `${name}@${version}`, '--pack-destination', folder.path, '--prefer-offline', '--silent'];
  await run('npm', words, { cwd: root }).catch((error: { stderr?: string; message: string }) => {
    throw new Error(`npm cannot fetch ${name} ${version}: ${(error.stderr ?? '').trim() || error.message}`);
  });
  const [file = ''] = await readdir(folder.path);
  const archive = await readFile(join(folder.path, file));
  const hash = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
  if (hash !== integrity) throw new Error(`${name} ${version} has the hash ${hash}, not ${integrity}`);
  const wanted = new Set<string>(paths);
  // All files of a package are in one folder.
  const pathOf = (entry: string): string => entry.slice(entry.indexOf('/') + 1);
  const entries = await unpackTar(await promisify(gunzip)(archive), {
    filter: (header) => wanted.has(pathOf(header.name)),
  });
  const contents = new Map(entries.map(({ header, data }) => [pathOf(header.name), Buffer.from(data ?? [])]));
  const missing = paths.filter((path) => !contents.has(path));
  if (missing.length > 0) throw new Error(`${name} ${version} contains no ${missing.join(', ')}`);
  return Object.fromEntries(contents) as Record<Path, NonSharedBuffer>;
}
