import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, realpath, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

// Lays out the root file system of the container image: Node.js with its libraries, the bundle, the native program.
// No shell, no package manager, nothing else.
//
//   node src/make/image.ts FOLDER
const run = promisify(execFile);
const dist = join(import.meta.dirname, '../../dist');
const out = process.argv[2];
if (out === undefined) throw new Error('say where: node src/make/image.ts FOLDER');

async function put(from: string, to: string, mode?: number): Promise<void> {
  const target = join(out ?? '', to);
  await mkdir(dirname(target), { recursive: true });
  await cp(await realpath(from), target);
  if (mode !== undefined) await chmod(target, mode);
}

/** The libraries that a program needs, with the loader, as absolute paths. */
async function librariesOf(program: string): Promise<readonly string[]> {
  const { stdout } = await run('ldd', [program]);
  return [...stdout.matchAll(/(?:=> |^\s*)(\/\S+)/gm)].map(([, path = '']) => path);
}

await put(process.execPath, 'usr/bin/node', 0o755);
const addon = join(dist, 'peer-credentials.node');
for (const path of new Set([...(await librariesOf(process.execPath)), ...(await librariesOf(addon))])) await put(path, path);
for (const name of await readdir(dist)) {
  if (name.endsWith('.mjs') || name.endsWith('.LEGAL.txt')) await put(join(dist, name), join('app', name), 0o644);
}
await put(addon, join('app', basename(addon)), 0o644);
// kubectl exec POD -- plexus trace
await writeFile(join(out, 'usr/bin/plexus'), "#!/usr/bin/node\nimport('/app/plexus.mjs');\n", { mode: 0o755 });
await put(join(dist, 'shim/plexus'), 'app/shim/plexus', 0o755);
// beside it, if it has been made: what plexus install --stand-in installs
const standIn = join(dist, 'standalone/plexus-direct');
if (existsSync(standIn)) {
  await put(standIn, 'app/shim/plexus-direct', 0o755);
  await put(`${standIn}.LEGAL.txt`, 'app/shim/plexus-direct.LEGAL.txt', 0o644);
}
await put(join(import.meta.dirname, '../../LICENSE'), 'app/LICENSE', 0o644);
