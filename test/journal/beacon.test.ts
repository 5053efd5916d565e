import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileLocks } from '../../src/journal/index.ts';
import { patience } from '../support/patience.ts';

// The daemon in its container and direct mode on the host cannot see each other's processes.
const worker = new URL('lock-worker.ts', import.meta.url).pathname;
const one = { containerId: 'one', command: 'DEL' };
let base: string;
let holder: ChildProcess;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'plexus-beacon-'));
  await writeFile(join(base, 'counter'), '0');
  const words = [
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
    process.execPath,
    worker,
    join(base, 'locks'),
    join(base, 'counter'),
    '1',
    'hold',
  ];
  holder = spawn('unshare', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(holder.stdout!, 'data');
});
afterEach(async () => {
  await end();
  await rm(base, { recursive: true, force: true });
});

async function end(): Promise<void> {
  if (holder.signalCode !== null) return;
  holder.kill('SIGKILL');
  await once(holder, 'exit');
}

describe('the lock of a process in another process-ID namespace', () => {
  it('is respected while that process lives', async () => {
    const waiting = fileLocks(join(base, 'locks')).withSandbox(one, AbortSignal.timeout(300), async () => 'ran');
    await expect(waiting).rejects.toMatchObject({ id: 'PLX-SANDBOX-BUSY' });
  });

  it('gives way when that process was killed, and its sign of life is swept away', async () => {
    await end();
    const locks = fileLocks(join(base, 'locks'));
    expect(await locks.withSandbox(one, patience(), async () => 'ran')).toBe('ran');
    await locks.withAll('GC', patience(), async () => {});
    expect(await readdir(join(base, 'locks'))).toEqual([]);
  });
});
