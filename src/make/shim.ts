import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compilerFor, firstProgram } from './compilers.ts';
import type { Arch } from './image/platforms.ts';

// Builds the native parts: dist/shim/plexus (the shim, from src/shim) and dist/native.node.
//
//   node src/make/shim.ts [--arch x64|arm64|all] [--out FOLDER]
//   node src/make/shim.ts --checked   builds for tests: with sanitizers, for valgrind, and as shipped with symbols
//   node src/make/shim.ts --fuzz      builds the fuzz target of the frame parser; requires clang
const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const shimFolder = join(root, 'src/shim');
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };

const warnings = [
  '-Wall',
  '-Wextra',
  '-Wpedantic',
  '-Wshadow',
  '-Wconversion',
  '-Wstrict-prototypes',
  '-Wmissing-prototypes',
  '-Wvla',
  '-Wformat=2',
  '-Werror',
];
const common = ['-std=c11', '-D_GNU_SOURCE', `-DPLEXUS_VERSION="${version}"`, ...warnings];
const hardened = [
  '-Os',
  '-fstack-protector-strong',
  '-D_FORTIFY_SOURCE=2',
  '-fPIE',
  '-ffunction-sections',
  '-fdata-sections',
];
const linked = ['-static-pie', '-Wl,-z,relro,-z,now,-z,noexecstack,--gc-sections', '-s'];
const sanitized = ['-O1', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-fno-omit-frame-pointer'];

const sources = async (): Promise<string[]> =>
  (await readdir(shimFolder))
    .filter((name) => name.endsWith('.c') && !name.startsWith('fuzz_'))
    .toSorted()
    .map((name) => join(shimFolder, name));

/** Compiles to a file that appears complete or not at all. */
async function compile(compiler: string, args: readonly string[], out: string): Promise<void> {
  await mkdir(join(out, '..'), { recursive: true });
  const folder = await mkdtemp(`${out}.`);
  try {
    const made = join(folder, 'made');
    await run(compiler, [...args, '-o', made]).catch((error: { stderr?: string }) => {
      throw new Error(`${compiler} failed:\n${error.stderr ?? ''}`);
    });
    await chmod(made, 0o755);
    await rename(made, out);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function buildShim(arch: Arch, out: string): Promise<void> {
  await compile(await compilerFor(arch), [...common, ...hardened, ...(await sources()), ...linked], out);
  console.log(`made ${out} (${arch}, ${(await stat(out)).size} bytes)`);
}

async function buildNativeAddon(arch: Arch, out: string): Promise<void> {
  const include = join(root, 'node_modules/node-api-headers/include');
  const args = [
    '-std=c11',
    '-D_GNU_SOURCE',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-O2',
    '-fPIC',
    '-shared',
    '-s',
    `-I${include}`,
  ];
  await compile(await compilerFor(arch), [...args, join(shimFolder, 'node/native.c'), '-Wl,-z,relro,-z,now'], out);
}

if (process.platform !== 'linux') {
  console.log('not built: the shim and native.node, which run on Linux only');
  process.exit(0);
}
const option = (name: string, otherwise: string): string => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : (process.argv[at + 1] ?? otherwise);
};
const out = option('--out', join(root, 'dist'));
const wanted = option('--arch', process.arch);
const own = process.arch as Arch;
if (process.argv.includes('--checked')) {
  const files = await sources();
  await Promise.all([
    compile('gcc', [...common, ...sanitized, ...files], join(out, 'shim/plexus-sanitized')),
    compile('gcc', [...common, '-O1', '-g', ...files], join(out, 'shim/plexus-debug')),
    compile(
      'gcc',
      [...common, ...hardened, ...files, ...linked.filter((flag) => flag !== '-s')],
      join(out, 'shim/plexus-symbols'),
    ),
  ]);
} else if (process.argv.includes('--fuzz')) {
  const parts = [...(await sources()).filter((file) => !file.endsWith('/main.c')), join(shimFolder, 'fuzz_frame.c')];
  const clang = await firstProgram(['clang', ...Array.from({ length: 12 }, (_, index) => `clang-${25 - index}`)]);
  if (clang === undefined)
    throw new Error('no clang: install clang and its compiler-rt (Debian: clang-14, libclang-rt-14-dev)');
  await compile(
    clang,
    [...common, '-O1', '-g', '-fsanitize=fuzzer,address,undefined', '-fno-sanitize-recover=all', ...parts],
    join(out, 'shim/fuzz_frame'),
  );
} else
  for (const arch of wanted === 'all' ? (['x64', 'arm64'] as const) : [wanted as Arch]) {
    const suffix = arch === own ? '' : `-${arch}`;
    await buildShim(arch, join(out, `shim/plexus${suffix}`));
    await buildNativeAddon(arch, join(out, `native${suffix}.node`));
  }
