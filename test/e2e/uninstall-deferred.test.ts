import { execFile } from 'node:child_process';
import { mkdir, readdir, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Ended, repository } from '../support/plexus-command.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { type TestNode, type TestPod, createTestNode } from '../support/test-node.ts';

// The last pods of a node are deleted after its daemon: the shim deferred their DELs, and nothing has carried them out.
let node: TestNode;
let binDir: string;
beforeEach(async () => {
  node = await createTestNode('direct');
  binDir = join(node.dir, 'bin');
  await mkdir(binDir);
  await mkdir(join(node.dir, 'net.d'));
  for (const name of await readdir(await pluginsDir()))
    await symlink(join(await pluginsDir(), name), join(binDir, name));
});
afterEach(() => node.remove());

const run = promisify(execFile);
const uninstall = (...more: readonly string[]): Promise<Ended> => {
  const places = [
    '--cni-dir',
    join(node.dir, 'state'),
    '--cni-conf-dir',
    join(node.dir, 'net.d'),
    '--cni-bin-dir',
    binDir,
    '--socket',
    join(node.dir, 'none'),
  ];
  return run('nsenter', [
    `--net=${node.netns.path}`,
    join(repository, 'dist/plexus'),
    'uninstall',
    ...places,
    ...more,
  ]).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: Ended) => ({ code, stdout, stderr }),
  );
};

async function deferred(name: string): Promise<TestPod> {
  const pod = await node.pod(name);
  expect(await node.call('ADD', pod)).toMatchObject({ exitCode: 0 });
  await mkdir(join(node.dir, 'state/deferred'), { recursive: true });
  await writeFile(join(node.dir, 'state/deferred', `${pod.containerId}@eth0.call`), 'what the shim kept');
  await pod.netns.remove();
  return pod;
}

describe('plexus uninstall on a node with deferred DELs', () => {
  it('names their pods as gone, and how to release their networks', async () => {
    const gone = await deferred('gone');
    const refused = await uninstall();
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      new RegExp(`PLX-DELS-DEFERRED.*default/gone \\(${gone.containerId}\\)[\\s\\S]*--settle-deferred`),
    );
    const running = await node.pod('running');
    expect(await node.call('ADD', running)).toMatchObject({ exitCode: 0 });
    expect((await uninstall()).stderr).toMatch(
      /PLX-NODE-IN-USE.*default\/running [^;]*; deleted pods whose DEL is deferred: default\/gone/,
    );
  });

  it('carries them out with --settle-deferred, and then uninstalls', async () => {
    await deferred('gone');
    expect((await node.leftovers()).some((each) => each.startsWith('leases/'))).toBe(true);
    const done = await uninstall('--settle-deferred');
    expect(done, done.stderr).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/carried out the deferred DEL of .*, eth0\n/) as string,
    });
    expect(await node.leftovers()).toEqual([]);
    expect(await readdir(join(node.dir, 'state'))).toEqual([]);
  });

  it('drops with --settle-deferred a DEL of which the journal has no record, and reports that', async () => {
    await mkdir(join(node.dir, 'state/journal'), { recursive: true });
    await mkdir(join(node.dir, 'state/deferred'));
    await writeFile(join(node.dir, 'state/deferred/unknown@eth0.call'), 'what the shim kept');
    const done = await uninstall('--settle-deferred');
    expect(done, done.stderr).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('dropped the deferred DEL of unknown, eth0') as string,
    });
  });

  it('keeps what a plugin fails to release, and reports why', async () => {
    const gone = await deferred('gone');
    await unlink(join(binDir, 'host-local'));
    const failed = await uninstall('--settle-deferred');
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/PLX-ATTACHMENTS-LEFT.*host-local/);
    expect(await readdir(join(node.dir, 'state/journal'))).toEqual([`${gone.containerId}@eth0.json`]);
  });
});
