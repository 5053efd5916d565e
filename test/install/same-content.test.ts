import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdsText, isSameContent } from '../../src/install/same-content.ts';

let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
beforeEach(async () => void (folder = await mkdtempDisposable(join(tmpdir(), 'plexus-same-'))));
afterEach(() => folder.remove());

const piece = 1024 * 1024;
const file = async (name: string, content: Buffer | string): Promise<string> => {
  await writeFile(join(folder.path, name), content);
  return join(folder.path, name);
};

describe('isSameContent', () => {
  it.each([0, 1, piece - 1, piece, piece + 1, 2 * piece])(
    'compares files of %i bytes that are equal, or differ in the last byte',
    async (size) => {
      const content = Buffer.alloc(size, 'x');
      const one = await file('one', content);
      expect(await isSameContent(one, await file('two', content))).toBe(true);
      expect(await isSameContent(one, await file('three', Buffer.concat([content, Buffer.from('y')])))).toBe(false);
      if (size > 0) content[size - 1] = 0x79;
      expect(await isSameContent(one, await file('four', content))).toBe(size === 0);
    },
  );
});

describe('holdsText', () => {
  it.each([0, piece - 6, piece - 1, piece, 2 * piece - 3])(
    'finds a text at offset %i, also across the end of a chunk',
    async (at) => {
      const path = await file('one', Buffer.concat([Buffer.alloc(at), Buffer.from('needle'), Buffer.alloc(10)]));
      expect(await holdsText(path, 'needle')).toBe(true);
      expect(await holdsText(path, 'needles')).toBe(false);
    },
  );
  it('returns false for a missing file and for a folder', async () => {
    expect(await holdsText(join(folder.path, 'missing'), 'x')).toBe(false);
    expect(await holdsText(folder.path, 'x')).toBe(false);
  });
});
