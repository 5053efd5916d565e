import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installShim } from '../../src/install/index.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'plexus-shim-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const source = '/bin/true';
const here = { arch: process.arch };

describe('installShim', () => {
  it('makes the shim executable with any umask, and leaves no other file', async () => {
    const before = process.umask(0o077);
    try {
      expect(await installShim(source, folder, here)).toBe(true);
    } finally {
      process.umask(before);
    }
    expect((await stat(join(folder, 'plexus'))).mode & 0o7777).toBe(0o755);
    expect(await readdir(folder)).toEqual(['plexus']);
    execFileSync(join(folder, 'plexus'));
  });

  it('leaves an up-to-date shim unchanged, and replaces one that differs', async () => {
    await installShim(source, folder, here);
    const first = await stat(join(folder, 'plexus'));
    expect(await installShim(source, folder, here)).toBe(false);
    expect((await stat(join(folder, 'plexus'))).ino).toBe(first.ino);
    await chmod(join(folder, 'plexus'), 0o644);
    expect(await installShim(source, folder, here)).toBe(true);
    await writeFile(join(folder, 'plexus'), 'x');
    expect(await installShim(source, folder, here)).toBe(true);
    expect(await readFile(join(folder, 'plexus'))).toEqual(await readFile(source));
  });

  it('changes nothing with dryRun', async () => {
    expect(await installShim(source, folder, { ...here, dryRun: true })).toBe(true);
    expect(await readdir(folder)).toEqual([]);
  });

  describe('while the shim is running (ETXTBSY)', () => {
    let running: ChildProcess;
    beforeEach(async () => {
      await copyFile('/bin/sleep', join(folder, 'plexus'));
      running = spawn(join(folder, 'plexus'), ['600']);
      await once(running, 'spawn');
    });
    afterEach(async () => {
      running.kill();
      await once(running, 'close');
    });

    it('replaces the file, and the running process continues', async () => {
      await expect(writeFile(join(folder, 'plexus'), 'x')).rejects.toMatchObject({ code: 'ETXTBSY' });
      expect(await installShim(source, folder, here)).toBe(true);
      execFileSync(join(folder, 'plexus'));
      expect(running.exitCode).toBe(null);
    });
  });

  it('replaces a symbolic link, not its target', async () => {
    await writeFile(join(folder, 'target'), 'keep');
    await symlink('target', join(folder, 'plexus'));
    await installShim(source, folder, here);
    expect(await readFile(join(folder, 'target'), 'utf8')).toBe('keep');
  });

  it.each([
    { title: 'missing', at: () => join(folder, 'bin'), errno: 'ENOENT' },
    { title: 'a file', at: () => '/proc/self/status', errno: 'ENOTDIR' },
    { title: 'not writable for files', at: () => '/sys/kernel', errno: 'EACCES' },
  ])('reports a folder that is $title, with errno and fix', async ({ at, errno }) => {
    await expect(installShim(source, at(), here)).rejects.toMatchObject({
      id: 'PLX-FOLDER-NOT-WRITABLE',
      message: `cannot install plexus: folder ${at()} is not writable (${errno})`,
    });
  });

  it('reports a folder in place of the shim, and leaves no temporary file', async () => {
    await mkdir(join(folder, 'plexus'));
    await expect(installShim(source, folder, here)).rejects.toMatchObject({
      id: 'PLX-FILE-UNUSABLE',
      message: `cannot install plexus in ${folder}: EISDIR`,
    });
    expect(await readdir(folder)).toEqual(['plexus']);
  });
});

describe('installShim rejects', () => {
  const header = (change: (header: Buffer) => unknown): Buffer => {
    const bytes = Buffer.concat([Buffer.from('7f454c4602010100', 'hex'), Buffer.alloc(56)]);
    bytes.writeUInt16LE(3, 16);
    bytes.writeUInt16LE(0x3e, 18);
    change(bytes);
    return bytes;
  };
  it.each([
    { title: 'an empty file', content: Buffer.alloc(0), problem: 'it is empty' },
    {
      title: 'a script',
      content: Buffer.from('#!/bin/sh\nexit 0 # a script\n'),
      problem: 'it is not a native executable (ELF)',
    },
    {
      title: 'a truncated file',
      content: header(() => {}).subarray(0, 19),
      problem: 'it is not a native executable (ELF)',
    },
    {
      title: 'an object file',
      content: header((bytes) => bytes.writeUInt16LE(1, 16)),
      problem: 'it is an ELF file of type 1, not an executable',
    },
    {
      title: 'a shim for arm64',
      content: header((bytes) => bytes.writeUInt16LE(0xb7, 18)),
      problem: 'it is built for arm64, but this machine is x64',
    },
    {
      title: 'a big-endian shim',
      content: header((bytes) => {
        bytes[5] = 2;
        bytes.writeUInt16BE(2, 16);
        bytes.writeUInt16BE(0x16, 18);
      }),
      problem: 'it is built for s390x, but this machine is x64',
    },
    {
      title: 'a shim for an unknown machine',
      content: header((bytes) => bytes.writeUInt16LE(0x1234, 18)),
      problem: 'it is built for machine 4660, but this machine is x64',
    },
  ])('$title', async ({ content, problem }) => {
    const file = join(folder, 'shim');
    await writeFile(file, content);
    await expect(installShim(file, folder, { arch: 'x64' })).rejects.toMatchObject({
      id: 'PLX-SHIM-UNUSABLE',
      message: `${file} cannot be installed as the shim: ${problem}`,
    });
    expect(await readdir(folder)).toEqual(['shim']);
  });

  it('a missing file', async () => {
    await expect(installShim(join(folder, 'nope'), folder, here)).rejects.toMatchObject({ id: 'PLX-SHIM-UNUSABLE' });
  });

  it('or accepts any content without executing it (property)', async () => {
    const file = join(folder, 'shim');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), fc.boolean(), async (bytes, withMagic) => {
        await writeFile(file, withMagic ? Buffer.concat([Buffer.from('7f454c46', 'hex'), bytes]) : bytes);
        const outcome = await installShim(file, folder, { ...here, dryRun: true }).catch(
          (error: { id: string }) => error.id,
        );
        expect([true, 'PLX-SHIM-UNUSABLE']).toContain(outcome);
      }),
      { numRuns: 100 },
    );
  });
});
