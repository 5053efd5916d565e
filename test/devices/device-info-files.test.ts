import { mkdir, mkdtempDisposable, readFile, stat, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deviceInfoFiles } from '../../src/devices/index.ts';

const files = deviceInfoFiles();
const folder = () => mkdtempDisposable(join(tmpdir(), 'plexus-devinfo-'));
const info = JSON.stringify({ type: 'vhost-user', version: '1.1.0', 'vhost-user': { mode: 'client', path: '/x' } });

describe('device information files', () => {
  it('NPWG-112, NPWG-113: the device plugin’s is copied, into a folder that is made for everybody to read', async () => {
    await using dir = await folder();
    const [from, file] = [join(dir.path, 'dp'), join(dir.path, 'deep/cni/a')];
    await writeFile(from, info, { mode: 0o444 });
    await files.prepare(file, from);
    expect(await readFile(file, 'utf8')).toBe(info);
    expect(((await stat(join(dir.path, 'deep/cni'))).mode & 0o777).toString(8)).toBe('755');
    await writeFile(file, info); // a plugin may write it anew
  });
  it('a device plugin that wrote nothing is no error; a file from before is not taken for this attachment’s', async () => {
    await using dir = await folder();
    const file = join(dir.path, 'a');
    await writeFile(file, info);
    await files.prepare(file, join(dir.path, 'none'));
    expect(await files.read(file)).toEqual({});
  });
  it('a device plugin’s file whose name would be too long cannot be there', async () => {
    await using dir = await folder();
    const file = join(dir.path, 'a');
    await files.prepare(file, join(dir.path, 'r'.repeat(300)));
    expect(await files.read(file)).toEqual({});
  });
  it('NPWG-115: what is no device information is a problem that names the file', async () => {
    await using dir = await folder();
    const file = join(dir.path, 'a');
    await writeFile(file, '{');
    expect(await files.read(file)).toMatchObject({ problem: { id: 'PLX-DEVICE-INFO-INVALID', message: expect.stringContaining(file) as unknown } });
    await writeFile(file, info);
    expect(await files.read(file)).toEqual({ info: JSON.parse(info) as unknown });
    await mkdir(join(dir.path, 'folder'));
    expect(await files.read(join(dir.path, 'folder'))).toMatchObject({ problem: { message: expect.stringMatching(/folder/) as unknown } });
  });
  it('what is too long, too deep or no file is a problem, and is not opened', async () => {
    await using dir = await folder();
    const [large, deep, fifo] = ['large', 'deep', 'fifo'].map((name) => join(dir.path, name));
    if (large === undefined || deep === undefined || fifo === undefined) throw new Error('no names');
    await writeFile(large, ' '.repeat(64 * 1024 + 1));
    await writeFile(deep, info.replace(/\}$/, `,"x":${'['.repeat(100)}${']'.repeat(100)}}`));
    await promisify(execFile)('mkfifo', [fifo]);
    const problemOf = async (file: string) => (await files.read(file)).problem;
    expect(await problemOf(large)).toMatchObject({ id: 'PLX-DEVICE-INFO-INVALID', message: expect.stringContaining('65537 bytes') as unknown });
    expect(await problemOf(deep)).toMatchObject({ id: 'PLX-DEVICE-INFO-INVALID', message: expect.stringContaining('nested deeper') as unknown });
    expect(await problemOf(fifo)).toMatchObject({ id: 'PLX-DEVICE-INFO-INVALID', message: expect.stringContaining('no regular file') as unknown });
    await expect(files.prepare(join(dir.path, 'a'), fifo)).rejects.toThrow('no regular file');
  });
  it('NPWG-116: removed once and again', async () => {
    await using dir = await folder();
    const file = join(dir.path, 'a');
    await writeFile(file, info);
    await files.remove(file);
    await files.remove(file);
    await expect(stat(file)).rejects.toThrow(/ENOENT/);
  });
  it('what cannot be written or removed is an error that names it', async () => {
    await using dir = await folder();
    await writeFile(join(dir.path, 'no-folder'), '');
    const file = join(dir.path, 'no-folder/cni/a');
    await expect(files.prepare(file, undefined)).rejects.toMatchObject({ id: 'PLX-FILE-UNUSABLE', message: expect.stringContaining(file) as unknown });
    await expect(files.remove(file)).rejects.toMatchObject({ id: 'PLX-FILE-UNUSABLE' });
  });
});
