import { mkdtempDisposable, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lastGoodReader } from '../../src/daemon/last-good.ts';

let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let file: string;
const stale: string[] = [];
beforeEach(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-last-'));
  file = join(folder.path, '10.conf');
  stale.length = 0;
});
afterEach(() => folder.remove());

const reader = () => lastGoodReader(join(folder.path, 'kept'), (_path, problem) => stale.push(problem));
const textOf = async (read: ReturnType<typeof reader>): Promise<string | undefined> => {
  const found = await read(file);
  return found.kind === 'file' && 'text' in found.file.content ? found.file.content.text : undefined;
};

describe('K8S-69: the last good configuration of the default network', () => {
  it.each([
    { title: 'half written', spoil: () => writeFile(file, '{"name":"a"') },
    { title: 'empty', spoil: () => writeFile(file, '') },
    { title: 'gone', spoil: () => rm(file) },
  ])('replaces a configuration that is $title, also after a restart of the daemon', async ({ spoil }) => {
    await writeFile(file, '{"name":"a"}');
    const read = reader();
    expect(await textOf(read)).toBe('{"name":"a"}');
    await spoil();
    expect(await textOf(read)).toBe('{"name":"a"}');
    expect(await textOf(reader())).toBe('{"name":"a"}');
    expect(stale).toHaveLength(2);
    await writeFile(file, '{"name":"b"}');
    expect(await textOf(read)).toBe('{"name":"b"}');
    expect(stale).toHaveLength(2);
  });

  it('does not exist before the first good version', async () => {
    expect((await reader()(file)).kind).toBe('missing');
    await writeFile(file, '{"na');
    expect(await textOf(reader())).toBe('{"na');
    expect(stale).toEqual([]);
  });

  it('does not apply to a folder', async () => {
    await writeFile(file, '{"name":"a"}');
    expect(await reader()(folder.path)).toMatchObject({ kind: 'folder', files: [{ path: file }] });
  });

  it('is not required: reading succeeds without a stored copy, and stores one as soon as possible', async () => {
    await writeFile(file, '{"name":"a"}');
    await writeFile(join(folder.path, 'kept'), ''); // blocks the folder's path
    const read = reader();
    expect(await textOf(read)).toBe('{"name":"a"}');
    await rm(join(folder.path, 'kept'));
    expect(await textOf(read)).toBe('{"name":"a"}');
    await rm(file);
    expect(await textOf(reader())).toBe('{"name":"a"}');
  });
});
