import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestDaemon } from '../support/daemon.ts';
import { type ShippedLimit, shippedLimit } from '../support/shipped-limit.ts';
import { waitFor } from '../support/wait-for.ts';

let dir: string;
let limit: ShippedLimit;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'plexus-limit-'));
  limit = await shippedLimit();
});
afterEach(async () => {
  await limit.remove();
  await rm(dir, { recursive: true, force: true });
});

describe('a daemon under the memory limit of the shipped DaemonSet', () => {
  it('serves calls and stays within the limit', async () => {
    const daemon = await startTestDaemon({ dir, flags: { 'cni-dir': join(dir, 'state') }, wrapper: limit.wrapper });
    await limit.assertSurvived(daemon);
    expect(await limit.peakOf(daemon)).toBeLessThan(limit.bytes);
    await daemon.stop();
  });

  // A check that cannot fail would prove nothing about hostile inputs.
  it('is detected as exceeding the limit when it allocates more', async () => {
    const greedy = join(dir, 'greedy.mjs');
    await writeFile(
      greedy,
      `process.on('SIGUSR2', () => (globalThis.kept = Buffer.alloc(${limit.bytes + 2 ** 20}, 1)));`,
    );
    const env = { NODE_OPTIONS: `--import ${greedy}` };
    const daemon = await startTestDaemon({
      dir,
      flags: { 'cni-dir': join(dir, 'state') },
      env,
      wrapper: limit.wrapper,
    });
    await limit.assertSurvived(daemon);
    process.kill(daemon.pid, 'SIGUSR2');
    const isTaken = async (): Promise<boolean> =>
      limit.bound === 'peak resident size' ? (await limit.peakOf(daemon)) > limit.bytes : !daemon.isRunning();
    await waitFor('the daemon takes the memory', isTaken);
    await expect(limit.assertSurvived(daemon)).rejects.toThrow(
      limit.bound === 'peak resident size' ? /bytes resident/ : /killed for memory/,
    );
    await daemon.stop('SIGKILL');
  });
});
