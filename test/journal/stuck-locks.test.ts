import { execFile } from 'node:child_process';
import { mkdtempDisposable, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { fileLocks } from '../../src/journal/index.ts';
import { patience } from '../support/patience.ts';

const run = promisify(execFile);

it('a lock whose file cannot be removed for now is given back as soon as it can', async () => {
  await using base = await mkdtempDisposable(join(tmpdir(), 'plexus-stuck-'));
  const folder = join(base.path, 'locks');
  const locks = fileLocks(folder, 'daemon');
  const lock = join(folder, 'c1@.lock');
  const mounted = locks.withSandbox({ containerId: 'c1', command: 'ADD' }, patience(), async () => {
    await run('mount', ['--bind', lock, lock]); // as a disk that is read-only for a while
  });
  await expect(mounted).rejects.toMatchObject({ id: 'PLX-FILE-UNUSABLE' });
  await run('umount', [lock]);
  expect(await locks.withSandbox({ containerId: 'c1', command: 'DEL' }, patience(), async () => 'done')).toBe('done');
  expect((await readdir(folder)).filter((name) => !name.startsWith('.alive-'))).toEqual([]);
});
