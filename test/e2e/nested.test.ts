import { chmod, copyFile, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callCni, plexusCni, plexusDirect, podArgs } from '../support/cni-runtime.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { type TestNode, type TestPod, createTestNode, engineUnderTest } from '../support/test-node.ts';

// The author of a network must not get what direct mode can do: it is root and takes a configuration from its standard
// input.
const direct = engineUnderTest === 'standalone' ? plexusDirect : plexusCni;
let node: TestNode;
let tools: string;
beforeEach(async () => {
  node = await createTestNode();
  tools = join(node.dir, 'tools');
  await mkdir(tools);
  for (const name of await readdir(await pluginsDir()))
    await symlink(join(await pluginsDir(), name), join(tools, name));
  await symlink(direct, join(tools, 'harmless')); // a name that no list of known names contains
  await script(join(tools, 'evil'), `id >${proof()}; echo '{"cniVersion":"1.0.0","ips":[{"address":"10.9.0.2/24"}]}'`);
});
afterEach(() => node.remove());

const proof = (): string => join(node.dir, 'evil-ran');
const evilRan = async (): Promise<boolean> => (await readdir(node.dir)).includes('evil-ran');
/** What direct mode would run for whoever writes its standard input. */
const hostileConfig = () => ({
  binDir: tools,
  cniDir: join(node.dir, 'state'),
  delegates: [{ cniVersion: '1.0.0', name: 'e', type: 'evil' }],
});

async function script(file: string, text: string): Promise<void> {
  await writeFile(file, `#!/bin/sh\n${text}\n`);
  await chmod(file, 0o755);
}

const add = (pod: TestPod) => node.call('ADD', pod, { config: node.config({ binDir: tools }), path: [tools] });
const errorIn = (stdout: string) => JSON.parse(stdout) as { code: number; msg: string };

describe('direct mode inside a plugin that Plexus runs', () => {
  it('rejects a call as the ipam of a reference plugin', async () => {
    await node.nad('net', {
      cniVersion: '1.0.0',
      name: 'net',
      type: 'bridge',
      bridge: 'b1',
      ...hostileConfig(),
      ipam: { type: 'harmless' },
    });
    const { stdout } = await add(await node.pod('tenant', 'net'));
    expect(errorIn(stdout).msg).toContain('PLX-NESTED-CALL');
    expect(await evilRan()).toBe(false);
  });

  it('rejects a call as a network of its own', async () => {
    await node.nad('net', { cniVersion: '1.0.0', name: 'net', type: 'harmless', ...hostileConfig() });
    const { stdout } = await add(await node.pod('tenant', 'net'));
    expect(errorIn(stdout).msg).toContain('PLX-NESTED-CALL');
    expect(await evilRan()).toBe(false);
  });

  it('rejects a call from a plugin that removes the marker from the environment', async () => {
    await script(join(tools, 'washing'), `env -u PLEXUS_NESTED ${join(tools, 'harmless')}; exit $?`);
    await node.nad('net', { cniVersion: '1.0.0', name: 'net', type: 'washing', ...hostileConfig() });
    const { stdout } = await add(await node.pod('tenant', 'net'));
    expect(errorIn(stdout).msg).toContain('PLX-NESTED-CALL');
    expect(await evilRan()).toBe(false);
  });
});

describe('direct mode below another program', () => {
  const call = async (executable: string) => {
    const pod = await node.pod('tenant');
    const args = podArgs(pod, pod.containerId);
    return callCni({
      command: 'ADD',
      config: { cniVersion: '1.0.0', name: 'n', ...hostileConfig() },
      containerId: pod.containerId,
      netns: pod.netns.path,
      ifName: 'eth0',
      args,
      path: [tools],
      executable,
    });
  };

  it('rejects a call from a plugin that another program runs, as Multus does', async () => {
    await script(join(node.dir, 'other-meta'), `${join(tools, 'harmless')}; exit $?`);
    expect(errorIn((await call(join(node.dir, 'other-meta'))).stdout).msg).toContain('PLX-NESTED-CALL: process');
    expect(await evilRan()).toBe(false);
  });

  it('rejects a call from a process in its own PID namespace, as in a container', async () => {
    await script(join(node.dir, 'other-meta'), `exec unshare --pid --fork sh -c '${join(tools, 'harmless')}; exit $?'`);
    expect(errorIn((await call(join(node.dir, 'other-meta'))).stdout).msg).toContain('PLX-NESTED-CALL: process');
    expect(await evilRan()).toBe(false);
  });

  it('answers a call through a script that execs it', async () => {
    await script(join(node.dir, 'wrapper'), `exec ${join(tools, 'harmless')}`);
    expect(await call(join(node.dir, 'wrapper'))).toMatchObject({ exitCode: 0 });
    expect(await evilRan()).toBe(true);
  });

  it("rejects a call from a meta-plugin's program that is not itself a plugin, such as the daemon of thick Multus", async () => {
    const daemon = join(node.dir, 'multus-daemon');
    await script(
      join(node.dir, 'start'),
      `exec env -u CNI_COMMAND ${daemon} -c 'CNI_COMMAND=ADD ${join(tools, 'harmless')}; exit $?'`,
    );
    await copyFile('/bin/sh', daemon);
    expect(errorIn((await call(join(node.dir, 'start'))).stdout).msg).toMatch(
      /PLX-NESTED-CALL: process \d+ \(multus-daemon\)/,
    );
    expect(await evilRan()).toBe(false);
  });
});
