import { execFile } from 'node:child_process';
import { mkdtempDisposable, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isNodeNamespace, localHost } from '../../src/host/index.ts';
import { type Netns, createNetns } from '../support/netns.ts';
import { patience } from '../support/patience.ts';

const run = promisify(execFile);
const nodeNetns = `/proc/${process.pid}/ns/net`;
const isOfNode = { id: 'PLX-NETNS-IS-HOST' };

describe('the local host and network namespaces', () => {
  let netns: Netns;
  let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
  beforeAll(async () => {
    [netns, folder] = [await createNetns(), await mkdtempDisposable(join(tmpdir(), 'plexus-held-'))];
    const link = '$CNI_ARGS/netns';
    const script = [
      '#!/bin/sh',
      `cat >$CNI_ARGS/stdin; ln -sfn ${nodeNetns} ${link}.next; mv -T ${link}.next ${link}`,
      'echo "{\\"sandbox\\":\\"$CNI_NETNS\\",\\"entered\\":\\"$(nsenter --net="$CNI_NETNS" readlink /proc/self/ns/net)\\"}"',
    ].join('\n');
    await writeFile(join(folder.path, 'p'), script, { mode: 0o755 });
  });
  afterAll(async () => {
    await netns.remove();
    await folder.remove();
  });
  const runIn = (path: string, host = localHost()) =>
    host.runPlugin(
      {
        plugin: 'p',
        path: [folder.path],
        env: { PATH: '/usr/sbin:/usr/bin:/bin', CNI_NETNS: path, CNI_ARGS: folder.path },
        stdin: JSON.stringify({ prevResult: { interfaces: [{ name: 'net1', sandbox: path }] } }),
      },
      patience(),
    );

  it('gives a plugin the checked namespace even if the path changes later, and both sides see their own path', async () => {
    const link = join(folder.path, 'netns');
    await symlink(netns.path, link);
    const inside = (await run('nsenter', [`--net=${netns.path}`, 'readlink', '/proc/self/ns/net'])).stdout.trim();
    const { stdout } = await runIn(link);
    expect(JSON.parse(stdout)).toEqual({ sandbox: link, entered: inside });
    expect(await readFile(join(folder.path, 'stdin'), 'utf8')).toMatch(/"sandbox":"\/proc\/\d+\/fd\/\d+"/);
    await expect(runIn(link), 'now that it leads to the node').rejects.toMatchObject(isOfNode);
  });

  it('gives a plugin the runtime’s own path unchanged', async () => {
    const { stdout } = await runIn(netns.path, localHost({ netns: netns.path }));
    expect(JSON.parse(stdout)).toMatchObject({ sandbox: netns.path });
    expect(await readFile(join(folder.path, 'stdin'), 'utf8')).toContain(`"sandbox":"${netns.path}"`);
  });

  it('enters the node’s namespace only if the runtime allows it', async () => {
    const target = { netns: nodeNetns, interfaceName: 'none', family: 4 } as const;
    await expect(localHost().listLinks(nodeNetns, patience())).rejects.toMatchObject(isOfNode);
    await expect(localHost().setDefaultRoutes(target, [], patience())).rejects.toMatchObject(isOfNode);
    await expect(runIn(nodeNetns)).rejects.toMatchObject(isOfNode);
    expect((await localHost({ allowsNode: true }).listLinks(nodeNetns, patience())).map(({ name }) => name)).toContain(
      'lo',
    );
    expect([
      await isNodeNamespace(nodeNetns),
      await isNodeNamespace(netns.path),
      await isNodeNamespace('/none'),
    ]).toEqual([true, false, false]);
  });

  it.each(['a FIFO', 'a file', 'nothing'])('does not block on %s', async (what) => {
    const file = join(folder.path, what);
    if (what !== 'nothing') await run(what === 'a FIFO' ? 'mkfifo' : 'touch', [file]);
    const problem = what === 'nothing' ? 'it does not exist' : 'it is not a network namespace';
    const unusable = { id: 'PLX-NETNS-UNUSABLE', message: `network namespace ${file} cannot be used: ${problem}` };
    await expect(localHost().listLinks(file, patience())).rejects.toMatchObject(unusable);
    await expect(runIn(file)).rejects.toMatchObject(unusable);
  });
});
