import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { access, copyFile, mkdir, mkdtemp, readFile, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Netns } from './netns.ts';
import { waitFor } from './wait-for.ts';

// Debian's containerd and its client `ctr run --cni`, which calls CNI plugins by containerd's own go-cni library.
// What a plugin gets from it (seen with containerd 1.6.20): CNI_CONTAINERID=default-<name>, CNI_NETNS=/proc/<pid>/ns/net
// for ADD and empty for DEL, CNI_IFNAME=eth0, CNI_ARGS empty, CNI_PATH=/opt/cni/bin:/usr/lib/cni. ADD comes before the
// container's program starts; DEL when `ctr run --rm` (not detached) has seen it end.

const run = promisify(execFile);

export interface Containerd {
  /** Runs a shell script in a container with CNI networks to its end and returns what it printed. */
  readonly runContainer: (name: string, script: string) => Promise<string>;
  readonly close: () => Promise<void>;
}
export interface ContainerdOptions {
  /** The CNI configuration file that the runtime finds in /etc/cni/net.d. */
  readonly conflist: object;
  /** Plugins that it finds in /opt/cni/bin, by name. */
  readonly plugins: Readonly<Record<string, string>>;
  /** Namespace that stands for the node. */
  readonly node: Netns;
}

/** Starts a containerd of its own in a temporary folder; nothing of the machine's is touched. */
export async function startContainerd({ conflist, plugins, node }: ContainerdOptions): Promise<Containerd> {
  const dir = await mkdtemp(join(tmpdir(), 'plexus-containerd-'));
  await makeRootfs(join(dir, 'rootfs'));
  await mkdir(join(dir, 'net.d'));
  await mkdir(join(dir, 'bin'));
  await writeFile(join(dir, 'net.d/00-plexus.conflist'), JSON.stringify(conflist));
  for (const [name, file] of Object.entries(plugins)) await symlink(file, join(dir, 'bin', name));
  const daemon = await startDaemon(dir);
  const made = await makeMountPoints();
  return {
    runContainer: (name, script) => runContainer({ dir, node, name, script }),
    close: async () => {
      await stop(daemon);
      for (const folder of made) await rmdir(folder);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function makeRootfs(rootfs: string): Promise<void> {
  for (const folder of ['bin', 'proc', 'sys', 'dev', 'tmp', 'etc']) await mkdir(join(rootfs, folder), { recursive: true });
  await copyFile('/bin/busybox', join(rootfs, 'bin/busybox'));
  for (const name of ['sh', 'ip', 'ping', 'cat']) await symlink('busybox', join(rootfs, 'bin', name));
}

const configuration = (dir: string): string => `version = 2
root = "${dir}/root"
state = "${dir}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper"]
[grpc]
  address = "${dir}/containerd.sock"
[ttrpc]
  address = "${dir}/ttrpc.sock"
`;

async function startDaemon(dir: string): Promise<ChildProcess> {
  await writeFile(join(dir, 'config.toml'), configuration(dir));
  const daemon = spawn('containerd', ['--config', join(dir, 'config.toml'), '--log-level', 'warn'], { stdio: 'ignore' });
  await waitFor('containerd to answer', async () => {
    await run('ctr', ['-a', join(dir, 'containerd.sock'), 'version']);
    return true;
  });
  return daemon;
}

async function stop(daemon: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => daemon.once('exit', resolve));
  daemon.kill('SIGTERM');
  await ended;
}

// go-cni's folders and its cache are fixed: they are mounted over in a mount namespace of ctr's own, for which they must exist
async function makeMountPoints(): Promise<readonly string[]> {
  const made: string[] = [];
  for (const folder of ['/etc/cni', '/opt/cni', '/var/lib/cni']) {
    const isThere = await access(folder).then(
      () => true,
      () => false,
    );
    if (isThere) continue;
    await mkdir(folder);
    made.push(folder);
  }
  return made;
}

interface ContainerRun {
  readonly dir: string;
  readonly node: Netns;
  readonly name: string;
  readonly script: string;
}

async function runContainer({ dir, node, name, script }: ContainerRun): Promise<string> {
  const mounts = `set -e
mount --make-rprivate /
mount -t tmpfs none /etc/cni && mkdir /etc/cni/net.d && mount --bind ${dir}/net.d /etc/cni/net.d
mount -t tmpfs none /var/lib/cni
mount -t tmpfs none /opt/cni && mkdir /opt/cni/bin && mount --bind ${dir}/bin /opt/cni/bin
exec "$@"`;
  const ctr = ['ctr', '-a', `${dir}/containerd.sock`, 'run', '--rm', '--cni', '--rootfs', `${dir}/rootfs`, name, '/bin/sh', '-c', script];
  const { stdout } = await run('nsenter', [`--net=${node.path}`, 'unshare', '-m', 'sh', '-c', mounts, 'sh', ...ctr], { timeout: 60_000 });
  return stdout;
}

/** Why containers cannot run here; undefined when they can. */
export async function whyNoContainers(): Promise<string | undefined> {
  for (const program of ['containerd', 'ctr', 'runc']) {
    const found = await run('which', [program]).then(
      () => true,
      () => false,
    );
    if (!found) return `${program} is not installed`;
  }
  const mounts = await readFile('/proc/mounts', 'utf8');
  return /\scgroup2?\s/.test(mounts) ? undefined : 'no cgroups are mounted';
}
