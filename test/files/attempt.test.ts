import { mkdir, mkdtempDisposable, readdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beneath, exists, isFileName, readIfPresent, removeFile } from '../../src/files/index.ts';

let dir: Awaited<ReturnType<typeof mkdtempDisposable>>;
const at = (name: string): string => join(dir.path, name);
beforeEach(async () => {
  dir = await mkdtempDisposable(join(tmpdir(), 'plexus-attempt-'));
  await writeFile(at('file'), 'text');
  await mkdir(at('folder'));
  await symlink('nowhere', at('link'));
});
afterEach(() => dir.remove());

describe('a path that may lead to nothing', () => {
  it('exists if it leads to a file, a folder, or a link without a target', async () => {
    for (const name of ['file', 'folder', 'link']) expect([name, await exists(at(name))]).toEqual([name, true]);
    for (const name of ['none', 'none/x', 'file/x']) expect([name, await exists(at(name))]).toEqual([name, false]);
  });

  it('is removed by removeFile, which reports whether it existed', async () => {
    for (const name of ['file', 'link']) expect([name, await removeFile(at(name))]).toEqual([name, true]);
    for (const name of ['file', 'none/x']) expect([name, await removeFile(at(name))]).toEqual([name, false]);
    expect(await readdir(dir.path)).toEqual(['folder']);
  });

  it('is read by readIfPresent, which passes what is no regular file or too long to `unfit`', () => {
    const options = { mostBytes: 3, unfit: () => Buffer.from('unfit') };
    expect(readIfPresent(at('file'))?.toString()).toBe('text');
    expect(readIfPresent(at('none'))).toBeUndefined();
    for (const name of ['file', 'folder', 'link'])
      expect([name, readIfPresent(at(name), options)?.toString()]).toEqual([name, 'unfit']);
    expect(() => readIfPresent(at('link'))).toThrow(expect.objectContaining({ id: 'PLX-FILE-UNUSABLE' }));
  });

  it('is named in the error as the user knows it, also beneath a descriptor', async () => {
    await expect(beneath(dir.path, (path) => removeFile(join(path, 'folder')))).rejects.toMatchObject({
      id: 'PLX-FILE-UNUSABLE',
      message: expect.stringContaining(`cannot remove ${at('folder')}: `) as string,
    });
  });
});

describe('the name of a file', () => {
  it.each(['a', '...', 'ä'.repeat(127), ' '])('may be "%s"', (name) => {
    expect(isFileName(name)).toBe(true);
  });

  it.each(['', '.', '..', 'a/b', 'a\0', 'a'.repeat(256), 'ä'.repeat(128)])('cannot be "%s"', (name) => {
    expect(isFileName(name)).toBe(false);
  });
});
