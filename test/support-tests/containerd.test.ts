import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, readFile, readdir, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type Containerd, startContainerd, whyNoContainers } from '../support/containerd.ts';
import { type Netns, createNetns, linkNames, netnsNames } from '../support/netns.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { recordingDelegate } from '../support/recording-delegate.ts';
import { waitFor } from '../support/wait-for.ts';

const run = promisify(execFile);
const reason = await whyNoContainers();
if (reason !== undefined) process.stderr.write(`the tests of the containerd support are skipped: ${reason}\n`);

describe.skipIf(reason !== undefined)('containerd as tests use it', () => {
  it('gives a container an address from the reference plugins, and releases it', async ({ onTestFinished }) => {
    const { dir, node } = await makeNode(onTestFinished);
    const ipam = { type: 'host-local', dataDir: join(dir, 'leases'), ranges: [[{ subnet: '10.1.1.0/24' }]] };
    const folder = await pluginsDir();
    const plugins = { bridge: join(folder, 'bridge'), 'host-local': join(folder, 'host-local') };
    const containerd = await start(onTestFinished, {
      node,
      chain: [{ type: 'bridge', bridge: 'br-room', ipam }],
      plugins,
    });
    const container = await containerd.start('one');
    expect(await container.exec(['ip', '-o', '-4', 'addr', 'show', 'eth0'])).toMatch(/inet 10\.1\.1\.2\/24/);
    expect(await portsOf(node, 'br-room')).toHaveLength(1);
    expect(await leasesIn(dir)).toEqual(['10.1.1.2']);
    await container.stop();
    expect(await portsOf(node, 'br-room')).toEqual([]);
    expect(await leasesIn(dir)).toEqual([]);
    expect(await linkNames('br-room')).toEqual([]);
  });

  it('calls a plugin with ADD before the program runs, and with DEL after it has ended', async ({ onTestFinished }) => {
    const { dir, node } = await makeNode(onTestFinished);
    const delegate = await recordingDelegate(dir, 'recorder');
    await recordingDelegate(dir, 'loopback'); // Shares the record, and would show a loopback network.
    const chain = [{ type: 'recorder', capabilities: { ips: true, mac: true } }];
    const plugins = { recorder: join(dir, 'recorder'), loopback: join(dir, 'loopback') };
    const containerd = await start(onTestFinished, { node, chain, plugins });
    const container = await containerd.start('one');
    expect((await delegate.calls()).map(({ command }) => command)).toEqual(['ADD']);
    await container.stop();
    const calls = await delegate.calls();
    const always = {
      CNI_CONTAINERID: 'default-one',
      CNI_IFNAME: 'eth0',
      CNI_ARGS: '',
      CNI_PATH: expect.stringMatching(/^\/opt\/cni\/bin/),
      PATH: process.env['PATH'],
    };
    const netns: unknown = expect.stringMatching(/^\/proc\/\d+\/ns\/net$/);
    expect(calls.map(({ env }) => env)).toMatchObject([
      { ...always, CNI_COMMAND: 'ADD', CNI_NETNS: netns },
      { ...always, CNI_COMMAND: 'DEL', CNI_NETNS: '' },
    ]);
    const [add, del] = calls.map(({ stdin }) => stdin);
    expect(add).toMatchObject({ cniVersion: '1.0.0', name: 'room', type: 'recorder' });
    expect(Object.keys(add ?? {})).not.toContain('runtimeConfig');
    expect(del).toMatchObject({ ...add, prevResult: { interfaces: [{ name: 'eth0', sandbox: netns }] } });
  });

  it.for([
    ['ADD', ['ADD', 'DEL']],
    ['DEL', ['ADD', 'DEL']],
  ] as const)('fails the container if %s fails', async ([command, commands], { onTestFinished }) => {
    const { dir, node } = await makeNode(onTestFinished);
    const delegate = await recordingDelegate(dir, 'recorder');
    const containerd = await start(onTestFinished, {
      node,
      chain: [{ type: 'recorder' }],
      plugins: { recorder: join(dir, 'recorder') },
    });
    await delegate.set({
      [command]: { stdout: '{"cniVersion":"1.0.0","code":100,"msg":"no more cables"}', exitCode: 1 },
    });
    await expect(containerd.runContainer('one', 'echo ran')).rejects.toThrow('no more cables');
    expect((await delegate.calls()).map((call) => call.command)).toEqual(commands);
    await expect(containerd.start('two').then((container) => container.stop())).rejects.toThrow('no more cables');
    await containerd.close();
    expect(await tracesOf(containerd.dir)).toEqual([]);
  });

  it('leaves nothing on the machine, even if containers are still running', async ({ onTestFinished }) => {
    const { dir, node } = await makeNode(onTestFinished);
    const delegate = await recordingDelegate(dir, 'recorder');
    const before = await fixedFolders();
    const containerd = await startContainerd({
      conflist: conflist([{ type: 'recorder' }]),
      plugins: { recorder: join(dir, 'recorder') },
      node,
    });
    for (const name of ['one', 'two']) await containerd.start(name);
    expect(await processesOf(containerd.dir)).not.toEqual([]);
    expect(await cgroupsOf(containerd.dir)).not.toEqual([]);
    await containerd.close();
    expect((await delegate.calls()).map(({ command }) => command)).toEqual(['ADD', 'ADD', 'DEL', 'DEL']);
    expect(await tracesOf(containerd.dir)).toEqual([]);
    expect(await fixedFolders()).toEqual(before);
    await node.remove();
    expect(await netnsNames(node.name)).not.toContain(node.name);
  });

  it('ends all its processes and mounts if its test is killed', async ({ onTestFinished }) => {
    const { dir, node } = await makeNode(onTestFinished);
    await recordingDelegate(dir, 'recorder');
    const options = { conflist: conflist([{ type: 'recorder' }]), plugins: { recorder: join(dir, 'recorder') }, node };
    const module = join(import.meta.dirname, '../support/containerd.ts');
    const program = `import { startContainerd } from ${JSON.stringify(module)};
const containerd = await startContainerd(${JSON.stringify(options)});
await containerd.start('one');
console.log(containerd.dir);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const theirs = line.toString().trim();
    onTestFinished(() => rm(theirs, { recursive: true, force: true }));
    expect(await processesOf(theirs)).not.toEqual([]);
    child.kill('SIGKILL');
    await waitFor('the processes to end', async () => (await processesOf(theirs)).length === 0);
    for (const cgroup of await cgroupsOf(theirs)) await rmdir(cgroup); // No process was left to do this.
    await rm(theirs, { recursive: true });
    expect(await tracesOf(theirs)).toEqual([]);
  });
});

type Later = (work: () => Promise<void>) => void;

async function makeNode(later: Later): Promise<{ readonly dir: string; readonly node: Netns }> {
  const folder = await mkdtempDisposable(join(tmpdir(), 'plexus-support-'));
  later(() => folder.remove());
  const node = await createNetns();
  later(node.remove);
  return { dir: folder.path, node };
}

const conflist = (plugins: readonly object[]): object => ({ cniVersion: '1.0.0', name: 'room', plugins });

interface Setting {
  readonly node: Netns;
  readonly chain: readonly object[];
  readonly plugins: Readonly<Record<string, string>>;
}

async function start(later: Later, { node, chain, plugins }: Setting): Promise<Containerd> {
  const containerd = await startContainerd({ conflist: conflist(chain), plugins, node });
  later(containerd.close);
  return containerd;
}

const portsOf = async (node: Netns, bridge: string): Promise<unknown> =>
  node.ipJson(['link', 'show', 'master', bridge]);

const leasesIn = async (dir: string): Promise<readonly string[]> =>
  (await readdir(join(dir, 'leases/room'))).filter((name) => /^[\d.]+$/.test(name));

/** The content of the folders that ctr and containerd would use on this machine. */
const fixedFolders = async (): Promise<string> =>
  (
    await run('sh', [
      '-c',
      'find /etc/cni /opt/cni /var/lib/cni /run/containerd /var/lib/containerd /opt/containerd 2>/dev/null | sort',
    ])
  ).stdout;

/** Everything that a containerd left: processes, cgroups, mounts, its folder. */
async function tracesOf(dir: string): Promise<readonly string[]> {
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').filter((line) => line.includes(dir));
  const folders = (await readdir(tmpdir())).filter((name) => name === basename(dir));
  return [...(await processesOf(dir)), ...(await cgroupsOf(dir)), ...mounts, ...folders];
}

/** Command lines of a containerd's processes. */
async function processesOf(dir: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes(dir));
}

/** Cgroups of its containers, in all hierarchies. */
const cgroupsOf = async (dir: string): Promise<readonly string[]> =>
  (await run('find', ['/sys/fs/cgroup', '-maxdepth', '2', '-type', 'd', '-name', `${basename(dir)}-*`])).stdout
    .split('\n')
    .filter(Boolean);
