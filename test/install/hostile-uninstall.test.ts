import { mkdir, mkdtempDisposable, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { commandsIn } from './commands-in-root.ts';
import { type Kept, bridge, keptFolder } from './keeping.ts';

// The daemon can write the state folder and the CNI configuration folder, and uninstall runs as root.
let root: Awaited<ReturnType<typeof mkdtempDisposable>>;
let kept: Kept;
beforeEach(async () => {
  root = await mkdtempDisposable(join(tmpdir(), 'plexus-root-'));
  await mkdir(join(root.path, 'etc/cni/net.d'), { recursive: true });
  await mkdir(join(root.path, 'opt/cni/bin'), { recursive: true });
  kept = await keptFolder({ folder: join(root.path, 'etc/cni/net.d') });
});
afterEach(async () => {
  await kept.remove();
  await root.remove();
});
const { at, install, uninstall } = commandsIn(() => root.path);
const confFiles = async (): Promise<readonly string[]> => (await readdir(at('etc/cni/net.d'))).toSorted();
async function installed(): Promise<void> {
  await install();
  kept.start();
  await waitFor('our configuration', async () => (await kept.read('00-plexus.conflist')).includes('clusterNetwork'));
  await kept.stop();
}

describe('plexus uninstall with names and files that a compromised daemon left', () => {
  const state = (...names: readonly string[]): string => at(join('var/lib/cni/plexus', ...names));
  const conf = (name: string): string => at(join('etc/cni/net.d', name));

  it('continues after failures, and reports all of them with their causes at the end', async () => {
    await kept.put('10-net.conf', bridge('cbr0'));
    await installed();
    for (const name of ['20-x.conf', '30-y.conf']) {
      await mkdir(join(conf(name), 'full'), { recursive: true });
      await writeFile(conf(`${name}.plexus-saved`), bridge('x'));
    }
    await writeFile(conf('40-z.conf.plexus-saved'), bridge('z'));
    await mkdir(state('locks'), { recursive: true });
    const { code, stdout, stderr } = await uninstall('--force');
    expect(code).toBe(1);
    expect(stdout).toMatch(/put 40-z\.conf back[\s\S]*removed 00-plexus\.conflist[\s\S]*removed plexus\n/);
    expect(stderr).toMatch(/PLX-UNINSTALL-INCOMPLETE.*20-x\.conf.*30-y\.conf/);
    expect(stderr).toMatch(/caused by: .*(EISDIR|ENOTEMPTY)/);
    expect(await confFiles()).toEqual([
      '10-net.conf',
      '20-x.conf',
      '20-x.conf.plexus-saved',
      '30-y.conf',
      '30-y.conf.plexus-saved',
      '40-z.conf',
    ]);
    expect(await readdir(state())).toEqual([]);
  });

  it('restores only regular files with the name of a configuration', async () => {
    await kept.put('10-net.conf', bridge('cbr0'));
    await installed();
    const names = ['.plexus-saved', '..plexus-saved', '...plexus-saved', 'program.plexus-saved'];
    for (const name of names) await writeFile(conf(name), bridge('x'));
    await mkdir(conf('20-x.conf.plexus-saved'));
    await symlink('/etc/passwd', conf('30-y.conf.plexus-saved'));
    const { code, stdout } = await uninstall('--force');
    expect(code).toBe(0);
    const left = [...names, '20-x.conf.plexus-saved', '30-y.conf.plexus-saved'];
    for (const name of left) expect(stdout).toContain(`left ${name}: it is not a configuration file`);
    expect(await confFiles()).toEqual(['10-net.conf', ...left].toSorted());
  });

  it('removes a folder in place of .plexus-written', async () => {
    await kept.put('10-net.conf', bridge('cbr0'));
    await installed();
    await rm(conf('.plexus-written'));
    await mkdir(join(conf('.plexus-written'), 'deep'), { recursive: true });
    expect(await uninstall('--force')).toMatchObject({ code: 0 });
    expect(await confFiles()).toEqual(['10-net.conf']);
  });

  it('reads no state with --force, so that huge files or a link in place of the journal do not matter', async () => {
    await mkdir(at('victim'));
    await writeFile(at('victim/c1@eth0.json'), '');
    await mkdir(state('deferred'), { recursive: true });
    await symlink(at('victim'), state('journal'));
    for (let index = 0; index < 60; index++) {
      await writeFile(state(`deferred/c${index}@eth0.call`), '');
      await truncate(state(`deferred/c${index}@eth0.call`), 31 * 1024 * 1024);
    }
    expect(await uninstall()).toMatchObject({ code: 1, stderr: expect.stringContaining('journal') });
    expect(await uninstall('--force')).toMatchObject({ code: 0 });
    expect(await readdir(state())).toEqual([]);
    expect(await readdir(at('victim'))).toEqual(['c1@eth0.json']);
  });

  it('keeps records with --force without reading them', async () => {
    await mkdir(state('journal'), { recursive: true });
    await writeFile(state('journal/c1@eth0.json'), '{');
    expect(await uninstall('--force')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('it still holds 1 sandboxes'),
    });
    expect(await readdir(state('journal'))).toEqual(['c1@eth0.json']);
  });
});
