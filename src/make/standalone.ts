import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { standaloneEntry } from './bundling.ts';
import { bundleOne, compile } from './compile.ts';
import { noticesFor, runtimes } from './notices.ts';

// Builds direct mode as one file for hosts without Node.js: the bundle compiled with Bun (docs/decisions/0008). Writes
// plexus-direct, for this machine's architecture, and plexus-direct.LEGAL.txt with the licences of the packages.
//
//   node src/make/standalone.ts [--out FOLDER]   default: dist/standalone
const root = join(import.meta.dirname, '../..');
const name = 'plexus-direct';

const at = process.argv.indexOf('--out');
const out = resolve(at < 0 ? join(root, 'dist/standalone') : (process.argv[at + 1] ?? ''));
await mkdir(out, { recursive: true });
const folder = await mkdtemp(join(out, '.making-'));
try {
  const bundle = join(folder, `${name}.mjs`);
  const inputs = await bundleOne(standaloneEntry, bundle);
  await compile(bundle, folder, join(folder, name));
  await writeFile(join(out, `${name}.LEGAL.txt`), await noticesFor(root, inputs, [runtimes.bun]));
  await rename(join(folder, name), join(out, name));
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(`made ${join(out, name)} (${process.arch}, ${(await stat(join(out, name))).size} bytes)`);
