import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { type Arch, ownArch, platforms } from './platforms.ts';

// The shared libraries that Node.js loads: Debian's. For this machine's processor they are the installed files; for the
// other one apt downloads the same packages in the same versions, and checks their signatures.

const run = promisify(execFile);

export interface DebianPackage {
  readonly name: string;
  readonly version: string;
}
export interface Library {
  /** Its path in the image. */
  readonly path: string;
  readonly content: NonSharedBuffer;
  readonly package: DebianPackage;
}

/** The libraries of a program of this machine, and of all these libraries, including the loader. */
export async function ownLibraries(programs: readonly string[]): Promise<readonly Library[]> {
  const folders = [`/lib/${platforms[ownArch()].triplet}`, `/usr/lib/${platforms[ownArch()].triplet}`];
  const libraries = await closureOf(programs, async (name) => firstReadable(pathsOf(name, folders)));
  return Promise.all(
    [...libraries].map(async ([path, file]) => ({ path, content: await readFile(file), package: await ownerOf(file) })),
  );
}

/** The same for programs of another processor, from these packages. */
export async function foreignLibraries(
  programs: readonly string[],
  arch: Arch,
  packages: readonly DebianPackage[],
): Promise<readonly Library[]> {
  const { debian, triplet } = platforms[arch];
  const folder = await mkdtemp(join(tmpdir(), 'plexus-debian-'));
  try {
    const roots = await download(folder, debian, packages);
    const find = async (name: string): Promise<Found | undefined> => {
      for (const [owner, root] of roots) {
        const found = await firstReadable(pathsOf(name, [`/lib/${triplet}`, `/usr/lib/${triplet}`]), root);
        if (found !== undefined) return { ...found, owner };
      }
      return undefined;
    };
    const owners = new Map<string, DebianPackage>();
    const libraries = await closureOf(programs, async (name) => {
      const found = await find(name);
      if (found?.owner !== undefined) owners.set(found.path, found.owner);
      return found;
    });
    return await Promise.all(
      [...libraries].map(async ([path, file]) => ({
        path,
        content: await readFile(file),
        package: owners.get(path) as DebianPackage,
      })),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The copyright file of an installed package. Packages that exist for several processors share it. */
export const copyrightOf = async ({ name }: DebianPackage) => {
  const path = `/usr/share/doc/${name}/copyright`;
  return { path, content: await readFile(path) };
};

/** The installed package that contains a file. */
export async function ownerOf(file: string): Promise<DebianPackage> {
  const real = await realpath(file);
  for (const path of [file, real, real.replace(/^\/usr(?=\/lib)/, '')]) {
    const { stdout } = await run('dpkg-query', ['--search', path]).catch(() => ({ stdout: '' }));
    const name = /^([^\s:,]+)/.exec(stdout)?.[1];
    if (name === undefined) continue;
    const query = await run('dpkg-query', ['--show', '--showformat=${Version}\\n', name]);
    return { name, version: query.stdout.split('\n')[0] ?? '' };
  }
  throw new Error(
    `no Debian package contains ${file}: build the image on Debian, so that the licences of its libraries are known`,
  );
}

interface Found {
  readonly path: string;
  readonly file: string;
  readonly owner?: DebianPackage;
}

const pathsOf = (name: string, folders: readonly string[]): readonly string[] =>
  name.startsWith('/') ? [name] : folders.map((folder) => join(folder, name));

async function firstReadable(paths: readonly string[], root = '/'): Promise<Found | undefined> {
  for (const path of paths) {
    const file = join(root, path);
    // A symlink in a package may be absolute, but never leads to another package.
    const real = await realpath(file).catch(() => undefined);
    if (real !== undefined) return { path, file: real };
  }
  return undefined;
}

/** All libraries that the programs need, directly or through others: path in the image → file. */
async function closureOf(
  programs: readonly string[],
  find: (name: string) => Promise<Found | undefined>,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const queue = [...programs];
  const seen = new Set<string>();
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    for (const name of await neededBy(file)) {
      if (seen.has(basename(name))) continue;
      const library = await find(name);
      if (library === undefined)
        throw new Error(`${basename(file)} needs ${name}, which is in no package of the image`);
      seen.add(basename(name));
      found.set(library.path, library.file);
      queue.push(library.file);
    }
  }
  return found;
}

/** The loader and the libraries in the header of a program, in this order: the loader's path is absolute. */
async function neededBy(file: string): Promise<readonly string[]> {
  const { stdout } = await run('readelf', ['--program-headers', '--dynamic', '--wide', file], {
    env: { ...process.env, LC_ALL: 'C' },
  });
  const loader = /program interpreter: (\/[^\]]+)\]/.exec(stdout)?.[1];
  const libraries = [...stdout.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name = '']) => name);
  return [...(loader === undefined ? [] : [loader]), ...libraries];
}

/** Downloads packages with apt and unpacks each into a folder of its own. Does not affect the machine's lists. */
async function download(
  folder: string,
  architecture: string,
  packages: readonly DebianPackage[],
): Promise<readonly (readonly [DebianPackage, string])[]> {
  for (const each of ['lists/partial', 'cache/archives/partial', 'debs'])
    await mkdir(join(folder, each), { recursive: true });
  const settings = {
    'APT::Architecture': architecture,
    'APT::Architectures': architecture,
    'APT::Sandbox::User': 'root', // _apt cannot write to the folder.
    'Dir::State::Lists': join(folder, 'lists'),
    'Dir::State::status': '/dev/null',
    'Dir::Cache': join(folder, 'cache'),
    'Acquire::Languages': 'none',
  };
  const options = Object.entries(settings).flatMap(([key, value]) => ['--option', `${key}=${value}`]);
  const apt = (...words: string[]) =>
    run('apt-get', [...options, '--quiet', ...words], { cwd: join(folder, 'debs') }).catch(
      (error: { stderr?: string; message: string }) => {
        throw new Error(
          `apt-get ${words.join(' ')} failed for ${architecture}: ${(error.stderr ?? '').trim() || error.message}`,
        );
      },
    );
  await apt('update');
  await apt('download', ...packages.map(({ name, version }) => `${name}=${version}`));
  const files = await readdir(join(folder, 'debs'));
  return Promise.all(
    packages.map(async (each) => {
      const root = join(folder, 'roots', each.name);
      await mkdir(root, { recursive: true });
      const file = files.find((name) => name.startsWith(`${each.name}_`)) ?? '';
      await run('dpkg-deb', ['--extract', join(folder, 'debs', file), root]);
      return [each, root] as const;
    }),
  );
}
