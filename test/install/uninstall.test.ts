import { execFile } from 'node:child_process';
import { mkdir, mkdtempDisposable, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileJournal } from '../../src/journal/index.ts';
import { shim } from '../support/daemon.ts';
import { sampleRecord } from '../support/sample-record.ts';
import { waitFor } from '../support/wait-for.ts';
import { commandsIn, plexus } from './commands-in-root.ts';
import { type Kept, bridge, keptFolder } from './keeping.ts';

// Runs the commands as programs, on a node whose file system is a folder.
const run = promisify(execFile);
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
const { at, command, install, uninstall } = commandsIn(() => root.path);
const confFiles = async (): Promise<readonly string[]> => (await readdir(at('etc/cni/net.d'))).toSorted();

describe('plexus install', () => {
  it('installs the binary in the folder that the runtime’s configuration names, and prints what it found', async () => {
    await mkdir(at('etc/containerd'));
    await mkdir(at('custom/bin'), { recursive: true });
    await writeFile(
      at('etc/containerd/config.toml'),
      'version = 2\n[plugins."io.containerd.grpc.v1.cri".cni]\nbin_dir = "/custom/bin"\nmax_conf_num = 2\n',
    );
    const { code, stdout } = await install();
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'containerd: CNI configuration in /etc/cni/net.d, plugins in /custom/bin, as /etc/containerd/config.toml says',
      expect.stringMatching(/^warning: containerd loads 2 configurations/),
      `installed ${at('custom/bin/plexus')}`,
      '',
    ]);
    expect(await readFile(at('custom/bin/plexus'))).toEqual(await readFile(shim));
    expect((await run(at('custom/bin/plexus'), ['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await install()).stdout).toContain('is up to date');
  });

  it('replaces the binary while it is running', async () => {
    await writeFile(at('opt/cni/bin/plexus'), await readFile('/bin/sleep'), { mode: 0o755 });
    const running = run(at('opt/cni/bin/plexus'), ['1000']);
    await waitFor('it to run', async () => (await readFile(`/proc/${running.child.pid}/exe`)).length > 0);
    const { code, stdout } = await install();
    expect([code, stdout]).toEqual([0, expect.stringContaining(`installed ${at('opt/cni/bin/plexus')}`)]);
    running.child.kill();
    await running.catch(() => {});
  });

  describe('--stand-in', () => {
    const target = (): string => at('opt/cni/bin/plexus-direct');
    const besideShim = async (content: Buffer): Promise<string[]> => {
      await mkdir(at('from'), { recursive: true });
      await writeFile(at('from/plexus'), await readFile(shim));
      await writeFile(at('from/plexus-direct'), content);
      return ['--shim', at('from/plexus')];
    };
    // A program with appended text, longer than one chunk in which files are read.
    const program = async (more: string): Promise<Buffer> =>
      Buffer.concat([await readFile('/bin/true'), Buffer.alloc(3 * 1024 * 1024), Buffer.from(more)]);

    it('installs plexus-direct before the binary, and rewrites it only if it differs', async () => {
      const from = await besideShim(await program('one'));
      const first = await command('install', '--root', root.path, ...from, '--stand-in');
      expect(first).toMatchObject({
        code: 0,
        stdout: expect.stringContaining(`installed ${target()}\ninstalled ${at('opt/cni/bin/plexus')}\n`),
      });
      await run(target());
      const { ino, mode } = await stat(target());
      expect(mode & 0o7777).toBe(0o755);
      expect((await command('install', '--root', root.path, ...from, '--stand-in')).stdout).toContain(
        `${target()} is up to date`,
      );
      expect((await stat(target())).ino).toBe(ino);
      await besideShim(await program('two'));
      expect((await command('install', '--root', root.path, ...from, '--stand-in')).stdout).toContain(
        `installed ${target()}`,
      );
      expect(await readFile(target())).toEqual(await program('two'));
      expect((await readdir(at('opt/cni/bin'))).toSorted()).toEqual(['plexus', 'plexus-direct']);
    });

    it('is off by default and set by PLEXUS_STAND_IN, and keeps an existing plexus-direct with a warning', async () => {
      const from = await besideShim(await program('one'));
      await command('install', '--root', root.path, ...from);
      expect(await readdir(at('opt/cni/bin'))).toEqual(['plexus']);
      await run(plexus, ['install', '--root', root.path, ...from], {
        env: { ...process.env, PLEXUS_STAND_IN: 'true' },
      });
      expect((await readdir(at('opt/cni/bin'))).toSorted()).toEqual(['plexus', 'plexus-direct']);
      expect((await command('install', '--root', root.path, ...from)).stdout).toContain(
        `warning: ${target()} stays as it is`,
      );
    });

    it('fails with the fix if plexus-direct is missing, and installs nothing', async () => {
      const from = await besideShim(await program('one'));
      await rm(at('from/plexus-direct'));
      const { code, stderr } = await command('install', '--root', root.path, ...from, '--stand-in');
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/PLX-STAND-IN-UNUSABLE.*from\/plexus-direct.*ENOENT.*build:standalone/s),
      ]);
      expect(await readdir(at('opt/cni/bin'))).toEqual([]);
    });

    it('is removed by uninstall, but a foreign binary of that name stays', async () => {
      const from = await besideShim(await program('Plexus, a CNI plugin that attaches pods to several networks'));
      await command('install', '--root', root.path, ...from, '--stand-in');
      expect((await uninstall()).stdout).toMatch(/removed plexus\n.*removed plexus-direct\n/);
      expect(await readdir(at('opt/cni/bin'))).toEqual([]);
      await writeFile(target(), await program('somebody else’s'));
      expect((await uninstall()).stdout).toBe('Plexus is not installed here\n');
      expect(await readdir(at('opt/cni/bin'))).toEqual(['plexus-direct']);
    });
  });

  it('prints the actions without performing them with --dry-run', async () => {
    expect((await install('--dry-run')).stdout).toContain(`would install ${at('opt/cni/bin/plexus')}`);
    expect(await readdir(at('opt/cni/bin'))).toEqual([]);
  });

  it('fails with an error if the folder is missing, or the binary is for another machine', async () => {
    await rm(at('opt'), { recursive: true });
    expect(await install()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/PLX-FOLDER-NOT-WRITABLE.*opt\/cni\/bin.*--cni-bin-dir/s),
    });
    await writeFile(at('wrong'), '#!/bin/sh\n');
    expect(await install('--shim', at('wrong'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('PLX-SHIM-UNUSABLE'),
    });
  });
});

describe('plexus uninstall', () => {
  const installed = async (): Promise<void> => {
    await install();
    kept.start();
    await waitFor('our configuration', async () => (await kept.read('00-plexus.conflist')).includes('clusterNetwork'));
    await kept.stop();
  };

  it('restores the files that were moved aside, and removes configuration, binaries and state', async () => {
    const multus = bridge('m', { type: 'multus' });
    await kept.put('00-multus.conf', multus);
    await kept.put('10-net.conf', bridge('cbr0'));
    await installed();
    expect(await confFiles()).toContain('00-multus.conf.plexus-saved');
    await mkdir(at('var/lib/cni/plexus/journal'), { recursive: true });
    await writeFile(at('opt/cni/bin/bridge'), 'theirs');
    const { code, stdout } = await uninstall();
    expect(code).toBe(0);
    expect(stdout).toMatch(/put 00-multus.conf back[\s\S]*removed 00-plexus.conflist[\s\S]*removed plexus\n/);
    expect(await confFiles()).toEqual(['00-multus.conf', '10-net.conf']);
    expect(await kept.read('00-multus.conf')).toBe(multus);
    expect(await readdir(at('opt/cni/bin'))).toEqual(['bridge']);
    expect(await readdir(at('var/lib/cni/plexus'))).toEqual([]);
    expect((await uninstall()).stdout).toBe('Plexus is not installed here\n');
  });

  it('restores a configuration of direct mode that had the name of the Plexus configuration', async () => {
    const direct = JSON.stringify({ cniVersion: '1.0.0', name: 'p', plugins: [{ type: 'plexus-cni' }] });
    await kept.put('00-plexus.conflist', direct);
    await kept.put('10-net.conf', bridge('cbr0'));
    await installed();
    expect((await uninstall()).code).toBe(0);
    expect(await confFiles()).toEqual(['00-plexus.conflist', '10-net.conf']);
    expect(await kept.read('00-plexus.conflist')).toBe(direct);
  });

  it('keeps a foreign binary named plexus', async () => {
    await writeFile(at('opt/cni/bin/plexus'), 'somebody else’s');
    expect((await uninstall()).stdout).toBe('Plexus is not installed here\n');
    expect(await readdir(at('opt/cni/bin'))).toEqual(['plexus']);
  });

  it('refuses with a list while pods are attached, and continues with --force, keeping the state', async () => {
    await kept.put('10-net.conf', bridge('cbr0'));
    await installed();
    const journal = fileJournal(at('var/lib/cni/plexus/journal'));
    await journal.write(sampleRecord());
    expect(await uninstall()).toMatchObject({ code: 1, stderr: expect.stringMatching(/PLX-NODE-IN-USE.*c1/) });
    expect(await confFiles()).toContain('00-plexus.conflist');
    expect(await uninstall('--force')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('it still holds 1 sandboxes'),
    });
    expect(await confFiles()).toEqual(['10-net.conf']);
    expect((await journal.list((record) => record)).found).toHaveLength(1);
  });

  it('finds state and socket under --root automatically, so that the refusals apply there too', async () => {
    await kept.put('10-net.conf', bridge('cbr0'));
    await installed();
    const journal = fileJournal(at('var/lib/cni/plexus/journal'));
    await journal.write(sampleRecord());
    expect(await command('uninstall', '--root', root.path)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/PLX-NODE-IN-USE.*shop\/db-0 \(c1\)/),
    });
    await journal.remove(sampleRecord());
    await mkdir(at('run/plexus'), { recursive: true });
    const server = net.createServer().listen(at('run/plexus/plexus.sock'));
    expect(await command('uninstall', '--root', root.path)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('PLX-DAEMON-SERVES'),
    });
    server.close();
    expect(await command('uninstall', '--root', root.path)).toMatchObject({ code: 0 });
    expect(await readdir(at('var/lib/cni/plexus'))).toEqual([]);
  });

  it('counts an unreadable record as a pod the first time, and then keeps it as evidence', async () => {
    await mkdir(at('var/lib/cni/plexus/journal'), { recursive: true });
    await writeFile(at('var/lib/cni/plexus/journal/c1@eth0.json'), '{');
    expect(await uninstall()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/PLX-NODE-IN-USE.*damaged\/c1@eth0\.json/),
    });
    expect(await uninstall()).toMatchObject({ code: 0, stdout: expect.stringContaining('kept') });
    expect(await readdir(at('var/lib/cni/plexus/journal/damaged'))).toEqual(['c1@eth0.json']);
  });

  // Uninstall runs as root on the node, and the daemon can write into both folders.
  it('never follows symbolic links to outside its folders, and never blocks on a FIFO', async () => {
    await kept.put('10-net.conf', bridge('cbr0'));
    await installed();
    const victim = at('victim');
    await mkdir(join(victim, 'damaged'), { recursive: true });
    await writeFile(join(victim, 'kept'), 'kept');
    await rm(at('etc/cni/net.d/.plexus-written'));
    await symlink(join(victim, 'kept'), at('etc/cni/net.d/.plexus-written'));
    await run('mkfifo', [at('etc/cni/net.d/20-x.conf.plexus-saved')]);
    await mkdir(at('var/lib/cni/plexus/journal'), { recursive: true });
    await symlink(victim, at('var/lib/cni/plexus/journal/damaged'));
    await symlink(victim, at('var/lib/cni/plexus/locks'));
    await symlink(victim, at('var/lib/cni/plexus/deferred'));
    await writeFile(join(victim, 'default-network.conflist'), 'kept');
    await symlink(victim, at('etc/cni/net.d/plexus.d'));
    await uninstall();
    expect((await readdir(victim)).toSorted()).toEqual(['damaged', 'default-network.conflist', 'kept']);
    expect(await readFile(join(victim, 'kept'), 'utf8')).toBe('kept');
  });

  it('cleans the folders of every runtime of the node, running or not', async () => {
    await mkdir(at('etc/containerd'));
    await mkdir(at('etc/crio'));
    for (const folder of ['first', 'second', 'crio']) {
      await mkdir(at(folder));
      await install('--cni-bin-dir', at(folder));
    }
    await writeFile(
      at('etc/containerd/config.toml'),
      'version = 3\n[plugins."io.containerd.cri.v1.runtime".cni]\nbin_dirs = ["/first", "/second"]\n',
    );
    await writeFile(at('etc/crio/crio.conf'), '[crio.network]\nplugin_dirs = ["/crio"]\n');
    expect((await uninstall()).code).toBe(0);
    for (const folder of ['first', 'second', 'crio']) expect(await readdir(at(folder))).toEqual([]);
  });

  it('keeps a file that its owner wrote after the earlier one was moved aside', async () => {
    await kept.put('00-multus.conf', bridge('old', { type: 'multus' }));
    await kept.put('10-net.conf', bridge('cbr0'));
    await installed();
    const newer = bridge('new', { type: 'multus' });
    await kept.put('00-multus.conf', newer);
    expect((await uninstall()).stdout).toContain('removed 00-multus.conf.plexus-saved');
    expect(await confFiles()).toEqual(['00-multus.conf', '10-net.conf']);
    expect(await kept.read('00-multus.conf')).toBe(newer);
  });

  it('restores no file that calls the removed binary', async () => {
    await kept.put('00-mine.conf', bridge('mine', { type: 'plexus' }));
    await kept.put('10-net.conf', bridge('cbr0'));
    await installed();
    expect((await uninstall()).stdout).toContain('left 00-mine.conf.plexus-saved');
    expect(await kept.files()).toEqual(['10-net.conf']);
  });

  it('refuses while a daemon is running, which would restore its configuration', async () => {
    await mkdir(at('run'));
    const server = net.createServer().listen(at('run/plexus.sock'));
    expect(await uninstall()).toMatchObject({ code: 1, stderr: expect.stringContaining('PLX-DAEMON-SERVES') });
    expect(await uninstall('--force')).toMatchObject({ code: 0 });
    server.close();
  });
});
