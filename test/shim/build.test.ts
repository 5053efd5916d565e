import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { shimBuilds } from '../support/shim-call.ts';

const run = promisify(execFile);
const shim = shimBuilds['as it is shipped'];
const readelf = async (...options: string[]): Promise<string> => (await run('readelf', [...options, '--wide', shim])).stdout;

describe('the program on the host, as a file', () => {
  it('is at most 1 MiB, and stripped', async () => {
    expect((await stat(shim)).size).toBeLessThanOrEqual(1024 * 1024);
    expect(await readelf('--sections')).not.toContain('.symtab');
  });
  it('needs no library and no loader', async () => {
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
  it('says its version', async () => {
    const { version } = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string };
    expect((await run(shim, ['--version'])).stdout).toBe(`${version}\n`);
  });
});
