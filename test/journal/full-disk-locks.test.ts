import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileLocks } from '../../src/journal/index.ts';
import { type SmallDisk, mountSmallDisk } from '../support/small-disk.ts';
import { patience } from '../support/patience.ts';

const worker = new URL('lock-worker.ts', import.meta.url).pathname;
let base: string;
let disk: SmallDisk;
let folder: string;
let counter: string;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'plexus-full-'));
  disk = await mountSmallDisk(join(base, 'disk'));
  folder = join(base, 'disk/locks');
  counter = join(base, 'counter');
  await writeFile(counter, '0');
  await writeFile(`${counter}.log`, '');
});
afterEach(async () => {
  await disk.remove();
  await rm(base, { recursive: true, force: true });
});
const start = (times: number, mode = '') =>
  spawn(process.execPath, [worker, folder, counter, String(times), mode], { stdio: ['ignore', 'pipe', 'inherit'] });

describe('locks on a full disk', () => {
  it('CNI-63: are held by one process at a time, also with killed holders and processes started before the disk was full', async () => {
    const early = once(start(150), 'exit'); // It may end before it is awaited.
    await expect.poll(async () => Number(await readFile(counter, 'utf8'))).toBeGreaterThan(0);
    await disk.fill();
    const killed = start(1, 'hold');
    await once(killed.stdout, 'data');
    killed.kill('SIGKILL');
    const late = [start(50), start(50)].map((child) => once(child, 'exit'));
    const ends = await Promise.all([early, ...late]);
    expect(ends.map(([code]) => code as number)).toEqual([0, 0, 0]);
    const additions = (await readFile(`${counter}.log`, 'utf8')).length;
    expect(Number(await readFile(counter, 'utf8'))).toBe(additions);
    expect(additions).toBeGreaterThanOrEqual(250);
  });

  it('can be acquired after the holder was killed, also by GC, and leave no file behind', async () => {
    await disk.fill();
    for (const mode of ['hold', 'hold-all']) {
      const child = start(1, mode);
      await once(child.stdout, 'data');
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    const locks = fileLocks(folder);
    expect(await locks.withSandbox({ containerId: 'one', command: 'DEL' }, patience(), async () => 'done')).toBe(
      'done',
    );
    expect(await locks.withAll('GC', patience(), async () => 'done')).toBe('done');
    expect(await readdir(folder)).toEqual(['sandboxes']);
  });

  it('name the holder if the lock file was created before the disk was full', async () => {
    const locks = fileLocks(folder);
    await locks.withSandbox({ containerId: 'other', command: 'ADD' }, patience(), async () => {});
    await disk.fill();
    const child = start(1, 'hold');
    await once(child.stdout, 'data');
    const busy = locks.withSandbox({ containerId: 'one', command: 'DEL' }, AbortSignal.timeout(300), async () => {});
    await expect(busy).rejects.toMatchObject({
      message: expect.stringContaining(`ADD (process ${child.pid})`) as string,
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
});
