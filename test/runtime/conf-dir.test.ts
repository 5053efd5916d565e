import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConfFile } from '../../src/cni/index.ts';
import { readConfPath } from '../../src/runtime/index.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'plexus-conf-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(name: string, text: string | Buffer = '{}'): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}
const shown = (file: ConfFile): string =>
  `${basename(file.path)}: ${'text' in file.content ? file.content.text : file.content.problem}`;

async function filesIn(path: string): Promise<readonly string[]> {
  const listing = await readConfPath(path);
  return listing.kind === 'folder' ? listing.files.map(shown) : [`${listing.kind}`];
}

describe('CNI-46: a folder of network configurations', () => {
  it('is read in order of file names, and other files are ignored', async () => {
    for (const name of ['20-b.conflist', '10-a.conf', '05-c.json', 'readme.txt', '00-d.conf.bak', '.conf'])
      await put(name, name);
    expect(await filesIn(folder)).toEqual([
      '05-c.json: 05-c.json',
      '10-a.conf: 10-a.conf',
      '20-b.conflist: 20-b.conflist',
    ]);
  });

  it('reports the problem of each unreadable file', async () => {
    await put('a.conf', 'good');
    await mkdir(join(folder, 'b.conf'));
    await symlink('/nowhere', join(folder, 'c.conf'));
    await put('d.conf', Buffer.alloc(1024 * 1024 + 1, ' '));
    execFileSync('sh', ['-c', 'mkfifo "$0"', join(folder, 'e.conf')]);
    await symlink('/dev/zero', join(folder, 'f.conf'));
    await symlink('a.conf', join(folder, 'g.conf'));
    expect(await filesIn(folder)).toEqual([
      'a.conf: good',
      'b.conf: it is no file',
      expect.stringMatching(/^c\.conf: ENOENT/),
      'd.conf: it is longer than 1048576 bytes',
      'e.conf: it is no file',
      'f.conf: the symbolic link is dangling',
      'g.conf: good',
    ]);
  });

  it('reads at most 16 MiB of a folder', async () => {
    const names = Array.from({ length: 18 }, (_, index) => `${10 + index}.conf`);
    for (const name of names) await put(name, Buffer.alloc(1024 * 1024, ' '));
    const found = await readConfPath(folder);
    const contents = found.kind === 'folder' ? found.files.map(({ content }) => Object.keys(content).join()) : [];
    expect(contents).toEqual(names.map((_, index) => (index < 16 ? 'text' : 'problem')));
  });

  it.each(['missing', 'file/below', 'a\0b'])('reports why it cannot be read: %j', async (name) => {
    await put('file');
    expect(await readConfPath(join(folder, name))).toMatchObject({
      kind: 'missing',
      problem: expect.stringMatching(/./) as string,
    });
  });

  it('may be empty', async () => {
    expect(await readConfPath(folder)).toEqual({ kind: 'folder', files: [], siblings: {} });
  });
});

describe('CNI-45: plugins in the folder named like a list', () => {
  beforeEach(async () => {
    await mkdir(join(folder, 'net1'));
    for (const name of ['20.conf', '10.conf', '30.conflist', '40.json']) await put(join('net1', name), name);
  });

  it('are read with a single file, sorted, *.conf only', async () => {
    const listing = await readConfPath(await put('x.conflist', '{"name":"net1"}'));
    expect(listing.kind === 'file' && listing.siblings.map(shown)).toEqual(['10.conf: 10.conf', '20.conf: 20.conf']);
  });

  it('are read with a folder, by the list’s name', async () => {
    await put('x.conflist', '{"name":"net1"}');
    await put('y.conflist', '{"name":"other"}');
    const listing = await readConfPath(folder);
    expect(
      listing.kind === 'folder' && Object.entries(listing.siblings).map(([name, files]) => [name, files.length]),
    ).toEqual([['net1', 2]]);
  });

  it.each(['..', '.', '../net1', '/etc', 'net1/', '', 'a\0', 'constructor', '__proto__'])(
    'are never read from a path in the name: %j',
    async (name) => {
      const listing = await readConfPath(await put('x.conflist', JSON.stringify({ name })));
      expect(listing).toMatchObject({ kind: 'file', siblings: [] });
      expect(await readConfPath(folder)).toMatchObject({ kind: 'folder', siblings: {} });
    },
  );

  it('are not read for a single configuration', async () => {
    expect(await readConfPath(await put('x.conf', '{"name":"net1"}'))).toMatchObject({ kind: 'file', siblings: [] });
  });

  it('the content of a file never fails the reading of its folder', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string()), async (text) => {
        await put('x.conflist', text);
        expect(await filesIn(folder)).toHaveLength(1);
      }),
      { numRuns: 60 },
    );
  });
});
