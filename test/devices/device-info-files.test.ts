import { execFile } from 'node:child_process';
import { mkdir, mkdtempDisposable, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { deviceInfoFiles } from '../../src/devices/index.ts';

const run = promisify(execFile);
const files = deviceInfoFiles('/unused');
const folder = () => mkdtempDisposable(join(tmpdir(), 'plexus-devinfo-'));
const info = JSON.stringify({ type: 'vhost-user', version: '1.1.0', 'vhost-user': { mode: 'client', path: '/x' } });

describe('device information files', () => {
  it('NPWG-112, NPWG-113: copies the device plugin’s file into a folder that everyone can read', async () => {
    await using dir = await folder();
    const [from, file] = [join(dir.path, 'dp'), join(dir.path, 'deep/cni/a')];
    await writeFile(from, info, { mode: 0o444 });
    await files.prepare(file, from);
    expect(await readFile(file, 'utf8')).toBe(info);
    expect(((await stat(join(dir.path, 'deep/cni'))).mode & 0o777).toString(8)).toBe('755');
    await writeFile(file, info); // A plugin may write the file again.
  });
  it('accepts a device plugin that wrote nothing, and never uses an old file for this attachment', async () => {
    await using dir = await folder();
    const file = join(dir.path, 'a');
    await writeFile(file, info);
    await files.prepare(file, join(dir.path, 'none'));
    expect(await files.read(file)).toEqual({});
  });
  it('treats a device plugin’s file with a name that is too long as missing', async () => {
    await using dir = await folder();
    const file = join(dir.path, 'a');
    await files.prepare(file, join(dir.path, 'r'.repeat(300)));
    expect(await files.read(file)).toEqual({});
  });
  it('NPWG-115: reports content that is not device information, with the file', async () => {
    await using dir = await folder();
    const file = join(dir.path, 'a');
    await writeFile(file, '{');
    expect(await files.read(file)).toMatchObject({
      problem: { id: 'PLX-DEVICE-INFO-INVALID', message: expect.stringContaining(file) as unknown },
    });
    await writeFile(file, info);
    expect(await files.read(file)).toEqual({ info: JSON.parse(info) as unknown });
    await mkdir(join(dir.path, 'folder'));
    expect(await files.read(join(dir.path, 'folder'))).toMatchObject({
      problem: { message: expect.stringMatching(/folder/) as unknown },
    });
  });
  it('reports a file that is too long, too deeply nested or not regular, without opening it', async () => {
    await using dir = await folder();
    const [large, deep, fifo] = ['large', 'deep', 'fifo'].map((name) => join(dir.path, name));
    if (large === undefined || deep === undefined || fifo === undefined) throw new Error('no names');
    await writeFile(large, ' '.repeat(64 * 1024 + 1));
    await writeFile(deep, info.replace(/\}$/, `,"x":${'['.repeat(100)}${']'.repeat(100)}}`));
    await run('mkfifo', [fifo]);
    const problemOf = async (file: string) => (await files.read(file)).problem;
    expect(await problemOf(large)).toMatchObject({
      id: 'PLX-DEVICE-INFO-INVALID',
      message: expect.stringContaining('longer than 65536 bytes') as unknown,
    });
    expect(await problemOf(deep)).toMatchObject({
      id: 'PLX-DEVICE-INFO-INVALID',
      message: expect.stringContaining('nested deeper') as unknown,
    });
    expect(await problemOf(fifo)).toMatchObject({
      id: 'PLX-DEVICE-INFO-INVALID',
      message: expect.stringContaining('a FIFO, not a regular file') as unknown,
    });
    await expect(files.prepare(join(dir.path, 'a'), fifo)).rejects.toThrow('not a regular file');
  });
  it('NPWG-116: removes a file, and accepts that it is already removed', async () => {
    await using dir = await folder();
    await mkdir(join(dir.path, 'cni'));
    await writeFile(join(dir.path, 'cni/shop-net-c1_net1'), info);
    for (let times = 0; times < 2; times++) await deviceInfoFiles(dir.path).remove(names());
    expect(await readdir(join(dir.path, 'cni'))).toEqual([]);
  });
  it('reports the file that cannot be written or removed', async () => {
    await using dir = await folder();
    await writeFile(join(dir.path, 'no-folder'), '');
    const file = join(dir.path, 'no-folder/cni/a');
    await expect(files.prepare(file, undefined)).rejects.toMatchObject({
      id: 'PLX-FILE-UNUSABLE',
      message: expect.stringContaining(file) as unknown,
    });
    await expect(deviceInfoFiles(join(dir.path, 'no-folder')).remove(names())).rejects.toMatchObject({
      id: 'PLX-FILE-UNUSABLE',
    });
  });
});

const names = (more = {}) => ({ network: 'shop/net', containerId: 'c1', interfaceName: 'net1', ...more });

describe('another program that writes into the device information folders', () => {
  it('cannot make the removal reach a file outside them, through a name or a link', async () => {
    await using dir = await folder();
    const victim = join(dir.path, 'victim');
    await mkdir(join(dir.path, 'info/cni/shop-net-c1_..'), { recursive: true });
    await mkdir(victim);
    await writeFile(join(victim, 'shop-net-c1_net1'), 'kept');
    const own = deviceInfoFiles(join(dir.path, 'info'));
    await own.remove(names({ interfaceName: '../../../victim/shop-net-c1_net1' }));
    await own.remove(names({ containerId: '../../victim/x' }));
    await rm(join(dir.path, 'info/cni'), { recursive: true });
    await symlink(victim, join(dir.path, 'info/cni'));
    await expect(own.remove(names())).rejects.toMatchObject({
      id: 'PLX-FILE-UNUSABLE',
      message: expect.stringMatching(/symbolic link/) as unknown,
    });
    expect(await readFile(join(victim, 'shop-net-c1_net1'), 'utf8')).toBe('kept');
  });

  it('cannot make Plexus write or read elsewhere, or block', async () => {
    await using dir = await folder();
    const [file, secret, fifo] = [join(dir.path, 'info/cni/a'), join(dir.path, 'secret'), join(dir.path, 'fifo')];
    await mkdir(join(dir.path, 'info/cni'), { recursive: true });
    await writeFile(secret, info);
    await run('mkfifo', [fifo]);
    await symlink(secret, join(dir.path, 'link'));
    for (const from of [join(dir.path, 'link'), fifo])
      await expect(files.prepare(file, from)).rejects.toMatchObject({ id: 'PLX-FILE-UNUSABLE' });
    for (const place of [join(dir.path, 'link'), fifo])
      expect(await files.read(place)).toMatchObject({
        problem: { message: expect.stringMatching(/not a regular file/) as unknown },
      });
    await rm(join(dir.path, 'info/cni'), { recursive: true });
    await symlink(dir.path, join(dir.path, 'info/cni'));
    await expect(files.prepare(file, secret)).rejects.toMatchObject({ id: 'PLX-FILE-UNUSABLE' });
    expect(await readdir(dir.path)).toEqual(['fifo', 'info', 'link', 'secret']);
  });
});
