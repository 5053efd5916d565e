import { execFile } from 'node:child_process';
import { mkdtempDisposable, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { shimBuilds, startShim } from '../support/shim-call.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const shim = shimBuilds['as shipped'];
const readelf = async (...options: string[]): Promise<string> =>
  (await run('readelf', [...options, '--wide', shim])).stdout;
/** The first of these programs that is not installed. */
async function firstAbsent(...programs: readonly string[]): Promise<string | undefined> {
  for (const program of programs) {
    const isThere = await run(program, ['--version']).then(
      () => true,
      () => false,
    );
    if (!isThere) return program;
  }
  return undefined;
}

describe('the executable of the shim', () => {
  it('is at most 1 MiB and stripped', async () => {
    expect((await stat(shim)).size).toBeLessThanOrEqual(1024 * 1024);
    expect(await readelf('--sections')).not.toContain('.symtab');
  });
  it('needs no shared library and no dynamic loader', async () => {
    expect(await readelf('--program-headers')).not.toContain('INTERP');
    expect(await readelf('--dynamic')).not.toContain('NEEDED');
  });
  it('is hardened: position-independent, read-only relocations, no executable stack', async () => {
    expect(await readelf('--file-header')).toMatch(/Type:\s+DYN/);
    const headers = await readelf('--program-headers');
    expect(headers).toMatch(/GNU_RELRO/);
    expect(headers).toMatch(/GNU_STACK.*\sRW\s/);
    expect(await readelf('--dynamic')).toMatch(/BIND_NOW|NOW/);
  });
  it('is hardened: functions with arrays have stack protectors', async () => {
    const { stdout } = await run('objdump', ['--disassemble', '--no-show-raw-insn', `${shim}-symbols`], {
      maxBuffer: 256 * 1024 * 1024,
    });
    const bodyOf = (name: string): string => new RegExp(`<${name}>:\\n(.*?)\\n\\n`, 's').exec(stdout)?.[1] ?? '';
    for (const name of ['answer_text', 'link_connect', 'scan_configuration'])
      expect(bodyOf(name), name).toContain('<__stack_chk_fail');
  });
  it('builds for arm64 with the same properties', async ({ skip }) => {
    const absent = await firstAbsent('aarch64-linux-gnu-gcc', 'qemu-aarch64-static');
    if (absent !== undefined) return skip(`${absent} is not installed`);
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-arm64-'));
    await run(process.execPath, [join(root, 'src/make/shim.ts'), '--arch', 'arm64', '--out', folder.path]);
    const other = process.arch === 'arm64' ? 'shim/plexus' : 'shim/plexus-arm64';
    const call = startShim(['qemu-aarch64-static', join(folder.path, other)], {
      CNI_COMMAND: 'VERSION',
      PATH: process.env['PATH'] ?? '',
    });
    const own = startShim([shim], { CNI_COMMAND: 'VERSION', PATH: '/bin' });
    expect(await call.ended).toEqual(await own.ended);
  });
  it('prints its version', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    expect((await run(shim, ['--version'])).stdout).toBe(`${version}\n`);
  });
  it('names the commands of the command line for an unknown argument, with exit status 2', async () => {
    const ended = await run(shim, ['attachments', 'list']).catch((error: unknown) => error);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    const { stderr } = ended as { readonly stderr: string };
    for (const text of ['unknown argument: attachments', 'kubectl plexus', '--node NODE', 'plexus-direct'])
      expect(stderr).toContain(text);
  });
});
