import net from 'node:net';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestDaemon, shim, startTestDaemon } from '../support/daemon.ts';
import { startShim } from '../support/shim-call.ts';
import { waitFor } from '../support/wait-for.ts';

const most = 96;
let dir: string;
let daemon: TestDaemon;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'plexus-few-'));
  const wrapper = ['prlimit', `--nofile=${most}`];
  // Nothing is logged before the descriptors are used up.
  daemon = await startTestDaemon({
    dir,
    flags: { 'cni-dir': join(dir, 'state'), 'log-level': 'error', http: '127.0.0.1:0' },
    wrapper,
  });
});
afterEach(async () => {
  await daemon.stop('SIGKILL');
  await rm(dir, { recursive: true, force: true });
});

const descriptors = async (): Promise<number> => (await readdir(`/proc/${daemon.pid}/fd`)).length;
const probe = () =>
  startShim([shim, 'probe', '/readyz', '--socket', join(dirname(daemon.socket), 'observe.sock')], {}).ended;

describe('a daemon without free descriptors', () => {
  it('keeps running, writes its first log line, and serves again when some are free', async () => {
    await waitFor('the sockets', async () => (await probe()).exitCode === 0);
    const held = Array.from({ length: 2 * most }, () => net.connect(daemon.socket).on('error', () => {}));
    await waitFor('the end of all descriptors', async () => (await descriptors()) >= most);
    held[0]?.write(Buffer.alloc(64, 0xff)); // Not a frame, so a problem is logged.
    await waitFor('the log line', async () => daemon.log.some((line) => line.includes('PLX-LINK-DAMAGED')));
    for (const socket of held) socket.destroy();
    await waitFor('the daemon serves again', async () => daemon.isRunning() && (await probe()).exitCode === 0);
    expect(daemon.isRunning()).toBe(true);
  });
});
