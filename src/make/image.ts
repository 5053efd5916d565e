import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, readdir, realpath, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { noticesName } from './bundling.ts';

// Lays out the root file system of the container image: Node.js with its libraries, the bundle and the native binary.
// No shell, no package manager, nothing else. Node.js is the version in package-lock.json, whose hash npm has checked;
// no other version goes into an image.
//
//   node src/make/image.ts FOLDER
const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const dist = join(root, 'dist');
const out = process.argv[2];
if (out === undefined) throw new Error('say where: node src/make/image.ts FOLDER');

async function put(from: string, to: string, mode?: number): Promise<void> {
  const target = join(out ?? '', to);
  await mkdir(dirname(target), { recursive: true });
  await cp(await realpath(from), target);
  if (mode !== undefined) await chmod(target, mode);
}

/** The libraries that a program needs, including the loader, as absolute paths. */
async function librariesOf(program: string): Promise<readonly string[]> {
  const { stdout } = await run('ldd', [program]);
  return [...stdout.matchAll(/(?:=> |^\s*)(\/\S+)/gm)].map(([, path = '']) => path);
}

/** The binary of exactly the Node.js package in package-lock.json. */
async function pinnedNode(): Promise<string> {
  const folder = `node_modules/node-linux-${process.arch}`;
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string }>;
  };
  const wanted = `v${packages[folder]?.version ?? ' of package-lock.json'}`;
  const program = join(root, folder, 'bin/node');
  const { stdout } = await run(program, ['--version']).catch((error: Error) => ({ stdout: error.message }));
  if (stdout.trim() !== wanted)
    throw new Error(
      `the image needs Node.js ${wanted}, but ${program} answers: ${stdout.trim()}. Run npm ci, on Linux with glibc.`,
    );
  return program;
}

/** The file with the licence of a Debian library, from its package. */
async function copyrightOf(library: string): Promise<string> {
  const real = await realpath(library);
  for (const path of [library, real, real.replace(/^\/usr(?=\/lib)/, '')]) {
    const { stdout } = await run('dpkg-query', ['--search', path]).catch(() => ({ stdout: '' }));
    const owner = /^([^\s:,]+)/.exec(stdout)?.[1];
    if (owner !== undefined) return `/usr/share/doc/${owner}/copyright`;
  }
  throw new Error(
    `no Debian package holds ${library}: build the image on Debian, so that the licences of its libraries are known`,
  );
}

const node = await pinnedNode();
await put(node, 'usr/bin/node', 0o755);
await put(join(dirname(node), '../LICENSE'), 'app/LICENSE.node.txt', 0o644);
const addon = join(dist, 'native.node');
const libraries = new Set([...(await librariesOf(node)), ...(await librariesOf(addon))]);
for (const path of libraries) await put(path, path);
for (const path of new Set(await Promise.all([...libraries].map(copyrightOf)))) await put(path, path, 0o644);
for (const name of await readdir(dist)) {
  if (name.endsWith('.mjs') || name === noticesName) await put(join(dist, name), join('app', name), 0o644);
}
await put(addon, join('app', basename(addon)), 0o644);
// kubectl exec POD -- plexus trace
await writeFile(join(out, 'usr/bin/plexus'), "#!/usr/bin/node\nimport('/app/plexus.mjs');\n", { mode: 0o755 });
await put(join(dist, 'shim/plexus'), 'app/shim/plexus', 0o755);
// The binary for plexus install --stand-in, if it was built.
const standIn = join(dist, 'standalone/plexus-direct');
if (existsSync(standIn)) {
  await put(standIn, 'app/shim/plexus-direct', 0o755);
  await put(`${standIn}.LEGAL.txt`, 'app/shim/plexus-direct.LEGAL.txt', 0o644);
}
await put(join(root, 'LICENSE'), 'app/LICENSE', 0o644);
