import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { bundling, standaloneEntry } from './bundling.ts';
import { noticesFor, runtimes } from './notices.ts';
import { pageInputs } from './page.ts';

// Builds direct mode as one file for hosts without Node.js: the bundle compiled with Bun (docs/decisions/0008). Writes
// plexus-direct, for this machine's architecture, and plexus-direct.LEGAL.txt with the licences of the packages.
//
//   node src/make/standalone.ts [--out FOLDER]   default: dist/standalone
const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const name = 'plexus-direct';
const machines: Readonly<Record<string, string>> = { x64: 'x64', arm64: 'aarch64' };

async function findBun(): Promise<string> {
  const file = join(root, `node_modules/@oven/bun-linux-${machines[process.arch] ?? process.arch}/bin/bun`);
  const isThere = await stat(file).then(
    () => true,
    () => false,
  );
  if (!isThere)
    throw new Error(
      `${file} is missing: run npm install (it is an optional package; there is none for musl or other processors)`,
    );
  return file;
}

// Bun would write the build folder into the file. At run time, these variables lead to a path that does not exist.
const nowhere = { __dirname: '"/nonexistent"', __filename: '"/nonexistent/plexus-direct"' };
// Files in the working directory must not affect the program.
const closed = ['--no-compile-autoload-dotenv', '--no-compile-autoload-bunfig'];

/** Compiles a bundle. `folder` is empty except for this, so Bun finds no configuration there. */
async function compile(bundle: string, folder: string): Promise<string> {
  const out = join(folder, name);
  const args = ['build', bundle, '--compile', '--bytecode', '--format=esm', ...closed, '--outfile', out];
  await run(await findBun(), args, { cwd: folder, env: { HOME: folder, TMPDIR: folder, DO_NOT_TRACK: '1' } }).catch(
    (error: { stderr?: string }) => {
      throw new Error(`bun build failed:\n${error.stderr ?? ''}`);
    },
  );
  return out;
}

const at = process.argv.indexOf('--out');
const out = resolve(at < 0 ? join(root, 'dist/standalone') : (process.argv[at + 1] ?? ''));
await mkdir(out, { recursive: true });
const folder = await mkdtemp(join(out, '.making-'));
try {
  const bundle = join(folder, `${name}.mjs`);
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [standaloneEntry],
    outfile: bundle,
    define: nowhere,
    metafile: true,
    ...bundling,
  });
  const made = await compile(bundle, folder);
  await writeFile(
    join(out, `${name}.LEGAL.txt`),
    await noticesFor(root, [...Object.keys(metafile.inputs), ...(await pageInputs(root))], [runtimes.bun]),
  );
  await rename(made, join(out, name));
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(`made ${join(out, name)} (${process.arch}, ${(await stat(join(out, name))).size} bytes)`);
