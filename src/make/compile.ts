import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { bundling } from './bundling.ts';

// Compiles a bundle with Bun into one executable file (docs/decisions/0008).
const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const machines: Readonly<Record<string, string>> = { x64: 'x64', arm64: 'aarch64' };

async function ownBun(): Promise<string> {
  const file = join(root, `node_modules/@oven/bun-linux-${machines[process.arch] ?? process.arch}/bin/bun`);
  await access(file).catch(() => {
    throw new Error(
      `${file} is missing: run npm install (it is an optional package; there is none for musl or other processors)`,
    );
  });
  return file;
}

// Bun would write the build folder into the file. At run time, these variables lead to a path that does not exist.
const nowhere = { __dirname: '"/nonexistent"', __filename: '"/nonexistent/plexus"' };
// Files in the working directory must not affect the program.
const closed = ['--no-compile-autoload-dotenv', '--no-compile-autoload-bunfig'];

/** Bundles an entry of src/ into one module. Returns the files that it is made of, relative to the repository. */
export async function bundleOne(entry: string, outfile: string): Promise<readonly string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    define: nowhere,
    metafile: true,
    ...bundling,
  });
  return Object.keys(metafile.inputs);
}

/** A Bun for another platform: its name for that platform, and its executable. */
export interface OtherBun {
  readonly target: string;
  readonly executable: string;
}

/**
 * Compiles a bundle to `outfile`, for this machine or for another platform. `folder` contains nothing but the bundle, so
 * Bun finds no configuration there.
 */
export async function compile(bundle: string, folder: string, outfile: string, other?: OtherBun): Promise<void> {
  const cross =
    other === undefined ? [] : [`--target=${other.target}`, `--compile-executable-path=${other.executable}`];
  const args = ['build', bundle, '--compile', '--bytecode', '--format=esm', ...closed, ...cross, '--outfile', outfile];
  await run(await ownBun(), args, { cwd: folder, env: { HOME: folder, TMPDIR: folder, DO_NOT_TRACK: '1' } }).catch(
    (error: { stderr?: string }) => {
      throw new Error(`bun build failed:\n${error.stderr ?? ''}`);
    },
  );
}
