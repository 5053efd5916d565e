import { execFile } from 'node:child_process';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const worker = new URL('few-descriptors.ts', import.meta.url).pathname;

it('a lock that failed because no descriptor was free can be acquired later', async () => {
  await using dir = await mkdtempDisposable(`${tmpdir()}/plexus-descriptors-`);
  const script = 'ulimit -n 64; exec "$0" "$1" "$2"';
  const { stdout } = await promisify(execFile)('sh', ['-c', script, process.execPath, worker, dir.path]);
  expect(stdout).toBe('failed, then acquired');
});
