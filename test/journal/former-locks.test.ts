import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileLocks } from '../../src/journal/index.ts';
import { anyFormerProcess } from '../../src/journal/former-locks.ts';
import { patience } from '../support/patience.ts';

let base: string;
let folder: string;
let former: net.Server | undefined;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'plexus-former-'));
  folder = join(base, 'locks');
  await mkdir(folder);
});
afterEach(async () => {
  await endFormer();
  await rm(base, { recursive: true, force: true });
});

/** Starts what a process of version 0.1 leaves in the folder while it holds a sandbox. */
async function startFormer(): Promise<void> {
  former = net.createServer((connection) => connection.destroy()).listen(join(folder, '.alive-0123abcd'));
  await once(former, 'listening');
  for (const name of leftBehind) await writeFile(join(folder, name), '{}');
}
async function endFormer(): Promise<void> {
  if (former?.listening === true) await once(former.close(), 'close');
}

const leftBehind = ['one@.lock', 'all.lock', '.lock-0a', 'two@.lock.stale-0a.0'];
const locks = ['daemon', undefined] as const;
const acquire = (owner: 'daemon' | undefined, signal = patience()): Promise<string> =>
  fileLocks(folder, owner).withSandbox({ containerId: 'one', command: 'DEL' }, signal, async () => 'ran');

describe('locks of version 0.1', () => {
  it.each(locks)('block new operations while their holder runs, and are removed afterwards (%s)', async (owner) => {
    await startFormer();
    await expect(acquire(owner, AbortSignal.timeout(200))).rejects.toMatchObject({ id: 'PLX-SANDBOX-BUSY' });
    const gc = fileLocks(folder, owner).withAll('GC', AbortSignal.timeout(200), async () => 'ran');
    await expect(gc).rejects.toMatchObject({ id: 'PLX-SANDBOX-BUSY' });
    expect(await readdir(folder)).toEqual(expect.arrayContaining([...leftBehind, '.alive-0123abcd']));
    const waiting = acquire(owner);
    await endFormer();
    expect(await waiting).toBe('ran');
    expect(await readdir(folder)).toEqual(['sandboxes']);
  });

  it('do not block new operations if their holder was killed', async () => {
    await startFormer();
    await rename(join(folder, '.alive-0123abcd'), join(folder, '.alive-killed')); // close() would remove it
    await endFormer();
    await writeFile(join(folder, '.alive-file'), '');
    expect(await acquire('daemon')).toBe('ran');
    expect(await readdir(folder)).toEqual(['sandboxes']);
  });

  it('are the only files that are removed, without following symbolic links', async () => {
    await writeFile(join(base, 'kept'), '');
    await symlink(join(base, 'kept'), join(folder, 'three@.lock'));
    await writeFile(join(folder, 'notes.txt'), '');
    expect(await acquire(undefined)).toBe('ran');
    expect((await readdir(folder)).toSorted()).toEqual(['notes.txt', 'sandboxes']);
    expect(await readdir(base)).toContain('kept');
  });

  it('are removed in parts if there are many, so that no call waits long', async () => {
    for (let number = 0; number < 25; number++) await writeFile(join(folder, `c${number}@.lock`), '{}');
    const counts: number[] = [];
    for (let times = 0; times < 3; times++) {
      expect(await anyFormerProcess(folder, 10)).toBe(false);
      counts.push((await readdir(folder)).length);
    }
    expect(counts).toEqual([15, 5, 0]);
  });
});
