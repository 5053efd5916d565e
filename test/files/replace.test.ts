import { mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder, removeLeftovers, replaceAhead, replaceAtomically, replaceContent } from '../../src/files/index.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'plexus-files-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('replaceAtomically', () => {
  it.each([
    { mode: undefined, expected: 0o600 },
    { mode: 0o644, expected: 0o644 },
  ])('creates and replaces a file, mode $expected', async ({ mode, expected }) => {
    const file = join(folder, 'a');
    for (const text of ['', 'one', 'é\u{1f600}', 'x'.repeat(1_000_000)]) {
      await replaceAtomically(file, text, mode);
      expect(await readFile(file, 'utf8')).toBe(text);
    }
    expect((await stat(file)).mode & 0o777).toBe(expected);
    expect(await readdir(folder)).toEqual(['a']);
  });

  it('shows readers only complete texts', async () => {
    const file = join(folder, 'a');
    const texts = ['a', 'b'].map((letter) => letter.repeat(200_000));
    await replaceAtomically(file, texts[0] ?? '');
    let writing = true;
    const seen = new Set<string>();
    const reader = (async () => {
      while (writing) seen.add(await readFile(file, 'utf8'));
    })();
    for (let time = 0; time < 40; time++) await replaceAtomically(file, texts[time % 2] ?? '');
    writing = false;
    await reader;
    expect([...seen].every((text) => texts.includes(text))).toBe(true);
  });

  it('replaces a link itself, not its target', async () => {
    await writeFile(join(folder, 'target'), 'keep');
    await symlink('target', join(folder, 'link'));
    await replaceAtomically(join(folder, 'link'), 'new');
    expect(await readFile(join(folder, 'target'), 'utf8')).toBe('keep');
    expect(await readFile(join(folder, 'link'), 'utf8')).toBe('new');
  });

  it.each(['missing/a', 'folder'])(
    'names a file that cannot be written and leaves no temporary file: %s',
    async (name) => {
      await mkdir(join(folder, 'folder', 'inside'), { recursive: true });
      await expect(replaceAtomically(join(folder, name), 'x')).rejects.toMatchObject({
        id: 'PLX-FILE-UNUSABLE',
        message: expect.stringContaining(`cannot write ${join(folder, name)}: `) as string,
      });
      expect(await readdir(folder)).toEqual(['folder']);
    },
  );
});

describe('replaceAhead', () => {
  it('shows the new text before it is on disk, and needs no path for the sync', async () => {
    const inside = join(folder, 'inside');
    await mkdir(inside);
    await writeFile(join(inside, 'a'), 'old');
    const { onDisk } = await replaceAhead(join(inside, 'a'), 'new');
    expect(await readFile(join(inside, 'a'), 'utf8')).toBe('new');
    await rm(inside, { recursive: true });
    await onDisk;
  });

  it.each(['missing/a', 'folder'])('names a file that cannot be written: %s', async (name) => {
    await mkdir(join(folder, 'folder', 'inside'), { recursive: true });
    await expect(replaceAhead(join(folder, name), 'x')).rejects.toMatchObject({ id: 'PLX-FILE-UNUSABLE' });
    expect(await readdir(folder)).toEqual(['folder']);
  });
});

describe('replaceContent', () => {
  it('replaces the text and leaves no temporary file', async () => {
    await replaceContent(join(folder, 'a'), 'one');
    await replaceContent(join(folder, 'a'), 'two');
    expect(await readFile(join(folder, 'a'), 'utf8')).toBe('two');
    expect(await readdir(folder)).toEqual(['a']);
  });
});

describe('makeFolder', () => {
  it('creates missing parent folders and accepts existing ones', async () => {
    const path = join(folder, 'a', 'b');
    await makeFolder(path);
    await makeFolder(path);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
  });

  it.each(['file', 'file/a', '/proc/self/a/b', '/proc/1/a', ''])(
    'names a folder that cannot be created: %j',
    async (name) => {
      await writeFile(join(folder, 'file'), '');
      await expect(makeFolder(name.startsWith('/') || name === '' ? name : join(folder, name))).rejects.toMatchObject({
        id: 'PLX-FILE-UNUSABLE',
      });
    },
  );
});

describe('removeLeftovers', () => {
  it('removes only old files with the prefix', async () => {
    for (const name of ['.new-old', '.new-recent', 'old']) await writeFile(join(folder, name), '');
    await mkdir(join(folder, '.new-folder'));
    for (const name of ['.new-old', 'old', '.new-folder']) await utimes(join(folder, name), 1, 1);
    await removeLeftovers(folder, '.new-');
    expect((await readdir(folder)).toSorted()).toEqual(['.new-folder', '.new-recent', 'old']);
    await removeLeftovers(join(folder, 'missing'), '.new-');
  });
});
