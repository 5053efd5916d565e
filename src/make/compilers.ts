import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Arch } from './image/platforms.ts';

const run = promisify(execFile);

const compilers: Readonly<Record<Arch, readonly string[]>> = {
  x64: process.arch === 'x64' ? ['x86_64-linux-gnu-gcc', 'gcc'] : ['x86_64-linux-gnu-gcc'],
  arm64: process.arch === 'arm64' ? ['aarch64-linux-gnu-gcc', 'gcc'] : ['aarch64-linux-gnu-gcc'],
};
const debianPackages: Readonly<Record<Arch, string>> = {
  x64: 'gcc-x86-64-linux-gnu libc6-dev-amd64-cross',
  arm64: 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross',
};

/** The first of these programs that runs; undefined if there is none. */
export async function firstProgram(names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    const isThere = await run(name, ['--version']).then(
      () => true,
      () => false,
    );
    if (isThere) return name;
  }
  return undefined;
}

/** The C compiler for a processor. Throws with what to install. */
export async function compilerFor(arch: Arch): Promise<string> {
  const name = await firstProgram(compilers[arch]);
  if (name !== undefined) return name;
  const needed = arch === process.arch ? 'gcc and libc6-dev' : `the Debian packages ${debianPackages[arch]}`;
  throw new Error(`no C compiler for ${arch}: install ${needed}`);
}
