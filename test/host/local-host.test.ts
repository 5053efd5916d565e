import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localHost } from '../../src/host/index.ts';
import { testHost } from '../contract/host.ts';
import { createNetns } from '../support/netns.ts';
import { patience } from '../support/patience.ts';

describe('the local host fulfils the host contract', () => testHost(localHost));

describe('CNI-66: a plugin that is being replaced ("text file busy")', () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'plexus-busy-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const run = (signal: AbortSignal) =>
    localHost().runPlugin({ plugin: 'p', path: [folder], env: {}, stdin: '' }, signal);

  it('runs after it has been written', async () => {
    await copyFile('/bin/true', join(folder, 'p'));
    const writer = await open(join(folder, 'p'), 'r+');
    const ended = run(patience());
    setTimeout(() => void writer.close(), 300);
    expect(await ended).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });

  it('is reported as an error if the replacement does not end, or the run is cancelled', async () => {
    await copyFile('/bin/true', join(folder, 'p'));
    const writer = await open(join(folder, 'p'), 'r+');
    await expect(run(patience())).rejects.toMatchObject({
      id: 'PLX-PLUGIN-NOT-RUNNABLE',
      message: expect.stringContaining('ETXTBSY') as string,
    });
    await expect(run(AbortSignal.timeout(100))).rejects.toMatchObject({ id: 'PLX-OPERATION-CANCELLED' });
    await writer.close();
  });

  it('a plugin’s answer that resembles a shell error is left unchanged', async () => {
    await writeFile(join(folder, 'p'), '#!/bin/sh\nexit 127\n', { mode: 0o755 });
    expect(await run(patience())).toMatchObject({ exitCode: 127 });
  });
});

describe('a node without iproute2', () => {
  it('is reported with the command that failed', async () => {
    const netns = await createNetns();
    const program = `import { localHost } from ${JSON.stringify(join(import.meta.dirname, '../../src/host/index.ts'))};
      const listed = localHost().listLinks(${JSON.stringify(netns.path)}, new AbortController().signal);
      await listed.catch(({ id, message }) => console.log(JSON.stringify({ id, message })));`;
    const withoutIp = `mount --make-rprivate / && for ip in /usr/sbin/ip /sbin/ip /usr/bin/ip /bin/ip; do [ ! -f $ip ] || mount --bind /dev/null $ip; done && exec "$@"`;
    const { stdout } = await promisify(execFile)('unshare', [
      '-m',
      'sh',
      '-c',
      withoutIp,
      'sh',
      process.execPath,
      '--input-type=module',
      '-e',
      program,
    ]);
    await netns.remove();
    expect(JSON.parse(stdout)).toEqual({
      id: 'PLX-HOST-COMMAND-FAILED',
      message: expect.stringMatching(/^ip -j address failed: nsenter: failed to execute ip: /),
    });
  });
});
