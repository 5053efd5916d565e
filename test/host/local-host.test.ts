import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, mkdtempDisposable, open, rm, writeFile } from 'node:fs/promises';
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

  it('is reported as an error if the replacement never ends or the run is cancelled', async () => {
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

/** Lists the links of a new namespace while another file is in the place of `ip`: the links, or the error. */
async function linksWith(ip: string): Promise<unknown> {
  const netns = await createNetns();
  const program = `import { localHost } from ${JSON.stringify(join(import.meta.dirname, '../../src/host/index.ts'))};
    const listed = localHost().listLinks(${JSON.stringify(netns.path)}, new AbortController().signal);
    await listed.catch(({ id, message }) => ({ id, message })).then((end) => console.log(JSON.stringify(end)));`;
  const withIp = `mount --make-rprivate / && for ip in /usr/sbin/ip /sbin/ip /usr/bin/ip /bin/ip; do [ ! -f $ip ] || mount --bind ${ip} $ip; done && exec "$@"`;
  const node = [process.execPath, '--input-type=module', '-e', program];
  const { stdout } = await promisify(execFile)('unshare', ['-m', 'sh', '-c', withIp, 'sh', ...node]);
  await netns.remove();
  return JSON.parse(stdout);
}

describe('a node without iproute2', () => {
  it('is reported with the command that failed', async () => {
    expect(await linksWith('/dev/null')).toEqual({
      id: 'PLX-HOST-COMMAND-FAILED',
      message: expect.stringMatching(/^ip -j address failed: nsenter: failed to execute ip: /),
    });
  });
});

describe('a list that the kernel changed while ip read it', () => {
  const linksAfter = async (times: number): Promise<unknown> => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-ip-'));
    const count = join(folder.path, 'count');
    const script = `#!/bin/sh
echo >>${count}
[ $(wc -l <${count}) -gt ${times} ] || { echo 'Dump was interrupted and may be inconsistent.' >&2; echo '[]'; exit 0; }
echo '[{"ifname":"lo"}]'
`;
    await writeFile(join(folder.path, 'ip'), script, { mode: 0o755 });
    return await linksWith(join(folder.path, 'ip'));
  };
  it('is read again', async () => {
    expect(await linksAfter(4)).toEqual([{ name: 'lo', up: false, addresses: [] }]);
  });
  it('is an error when it keeps changing', async () => {
    expect(await linksAfter(1000)).toEqual({
      id: 'PLX-HOST-COMMAND-FAILED',
      message: expect.stringMatching(/^ip -j address failed: the list kept changing while ip read it/),
    });
  });
});
