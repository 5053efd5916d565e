import { type PromiseWithChild, execFile } from 'node:child_process';
import { access, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { Netns } from './netns.ts';
import { hostFileFor } from './host-file.ts';
import { type PrivateRoom, openPrivateRoom } from './private-room.ts';
import { waitFor } from './wait-for.ts';
import { patienceMs } from './patience.ts';

const run = promisify(execFile);
type CommandRun = PromiseWithChild<{ readonly stdout: string; readonly stderr: string }>;

/** A running container with its CNI networks. */
export interface Container {
  /** Runs a command inside and returns its stdout. Rejects if it fails. */
  readonly exec: (command: readonly string[]) => Promise<string>;
  /** Ends the container; the runtime then calls DEL. Rejects if DEL fails. */
  readonly stop: () => Promise<void>;
}
export interface Containerd {
  /** Its temporary folder, whose name is in the names of its cgroups. */
  readonly dir: string;
  /**
   * Runs a shell script in a container with CNI networks to its end and returns its output. Rejects if ADD, the script
   * or DEL fails.
   */
  readonly runContainer: (name: string, script: string) => Promise<string>;
  /** Starts a container that runs until it is stopped. Rejects if ADD fails. */
  readonly start: (name: string) => Promise<Container>;
  /** Stops running containers, and containerd. Does not report whether their DEL failed. */
  readonly close: () => Promise<void>;
}
export interface ContainerdOptions {
  /** The CNI configuration file in the runtime's /etc/cni/net.d. */
  readonly conflist: object;
  /** Plugins in the runtime's /opt/cni/bin, by name. */
  readonly plugins: Readonly<Record<string, string>>;
  /** Namespace that represents the node. */
  readonly node: Netns;
}

// ctr and containerd use these fixed paths: configuration, plugins, libcni's cache, sockets of containerd's shims.
const fixedFolders = ['/etc/cni', '/opt/cni', '/var/lib/cni', '/run/containerd'];

/**
 * Starts Debian's containerd in its own room; the machine is not affected. Its client `ctr run --cni` calls the plugins
 * through containerd's own go-cni library.
 *
 * What a plugin gets (observed with containerd 1.6.20, checked in test/support-tests/containerd.test.ts):
 * - CNI_CONTAINERID=default-<name>, CNI_IFNAME=eth0, an empty CNI_ARGS, CNI_PATH=/opt/cni/bin:/usr/lib/cni, CNI_NETNS
 *   is /proc/<pid>/ns/net for ADD and empty for DEL, and ctr's whole environment.
 * - stdin keeps `capabilities` and has no runtimeConfig; for DEL it has prevResult from libcni's cache.
 * - ADD is called when the sandbox exists but the program is not yet running. DEL is called after the program has ended
 *   and the sandbox is gone, or after a failed ADD, while the sandbox still exists.
 * - No other command is called, and there is no loopback network (runc itself sets lo up).
 *
 * ctr calls DEL, not containerd: a detached container (`ctr run --detach`, then `ctr task delete`) gets no DEL. ctr
 * only logs a failed DEL and exits with 0.
 */
export async function startContainerd({ conflist, plugins, node }: ContainerdOptions): Promise<Containerd> {
  const dir = await mkdtemp(join(tmpdir(), 'plexus-containerd-'));
  const room = await openPrivateRoom(dir, fixedFolders).catch(async (error: unknown) => {
    await rm(dir, { recursive: true });
    throw error;
  });
  const at: Place = { dir, room, node, env: environmentFor(conflist) };
  const running = new Set<Container>();
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= closeAll(at, running));
  try {
    await makeRootfs(join(dir, 'rootfs'));
    await makeCniFolders(at, { conflist, plugins });
    await startDaemon(at);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    dir,
    runContainer: (name, script) => printed(runCtr(at, name, script)),
    start: async (name) => {
      const container = await startContainer(at, name);
      const stop = async (): Promise<void> => {
        running.delete(entry);
        await container.stop();
      };
      const entry: Container = { exec: container.exec, stop };
      running.add(entry);
      return entry;
    },
    close,
  };
}

async function closeAll(at: Place, running: Iterable<Container>): Promise<void> {
  await Promise.allSettled(Array.from(running, (container) => container.stop()));
  await succeeds(removeTasks(at));
  await at.room.close();
  await rm(at.dir, { recursive: true, force: true });
}

// After a failed ADD, ctr leaves a created task with a cgroup.
async function removeTasks(at: Place): Promise<void> {
  const { stdout } = await runInside(at, ctr(at, 'task', 'ls', '--quiet'));
  for (const name of stdout.split('\n').filter(Boolean)) await runInside(at, ctr(at, 'task', 'rm', '--force', name));
}

/** Why containers cannot run here; undefined if they can. */
export async function whyNoContainers(): Promise<string | undefined> {
  for (const program of ['containerd', 'ctr', 'runc', 'unshare', 'nsenter']) {
    if (!(await succeeds(run('which', [program])))) return `${program} is not installed`;
  }
  if (!(await succeeds(access(busybox)))) return `${busybox} is missing: install the package busybox-static`;
  const mounts = await readFile('/proc/mounts', 'utf8');
  if (!/\scgroup2?\s/.test(mounts)) return 'no cgroups are mounted';
  return run('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'mount', '-t', 'tmpfs', 'none', '/mnt']).then(
    () => undefined,
    (error: unknown) => `the kernel refuses namespaces or mounts: ${String(error)}`,
  );
}

const busybox = '/bin/busybox';

const succeeds = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );

interface Place {
  readonly dir: string;
  readonly room: PrivateRoom;
  readonly node: Netns;
  /** The environment that plugins get. */
  readonly env: readonly string[];
}

/** The plexus-host.json that allows the paths of the first plugin. */
const environmentFor = (conflist: object): readonly string[] => {
  const [plugin] = (conflist as { readonly plugins?: readonly object[] }).plugins ?? [];
  return Object.entries(hostFileFor(plugin ?? {})).map(([name, value]) => `${name}=${value}`);
};

async function makeRootfs(rootfs: string): Promise<void> {
  for (const folder of ['bin', 'proc', 'sys', 'dev', 'tmp', 'etc'])
    await mkdir(join(rootfs, folder), { recursive: true });
  await copyFile(busybox, join(rootfs, 'bin/busybox'));
  for (const name of ['sh', 'ip', 'ping', 'cat', 'sleep']) await symlink('busybox', join(rootfs, 'bin', name));
}

async function makeCniFolders(
  at: Place,
  { conflist, plugins }: Pick<ContainerdOptions, 'conflist' | 'plugins'>,
): Promise<void> {
  const [confDir, binDir] = [join(at.dir, 'net.d'), join(at.dir, 'bin')];
  for (const folder of [confDir, binDir]) await mkdir(folder);
  await writeFile(join(confDir, '00-test.conflist'), JSON.stringify(conflist));
  for (const [name, file] of Object.entries(plugins)) await symlink(file, join(binDir, name));
  await runInside(at, ['sh', '-ec', 'ln -s "$1" /etc/cni/net.d; ln -s "$2" /opt/cni/bin', 'sh', confDir, binDir]);
}

const configuration = (dir: string): string => `version = 2
root = "${dir}/root"
state = "${dir}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper"]
[grpc]
  address = "${dir}/containerd.sock"
[ttrpc]
  address = "${dir}/ttrpc.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "${dir}/opt"
`;

/** Starts containerd, which ends with the room. */
async function startDaemon(at: Place): Promise<void> {
  await writeFile(join(at.dir, 'config.toml'), configuration(at.dir));
  const daemon = runInside(at, ['containerd', '--config', join(at.dir, 'config.toml'), '--log-level', 'warn'], {
    timeout: 0,
  });
  let end: string | undefined;
  void daemon.then(() => 'it ended', String).then((reason) => (end = reason));
  await waitFor('containerd to answer', async () => end !== undefined || succeeds(runInside(at, ctr(at, 'version'))));
  if (end !== undefined) throw new Error(`containerd does not start: ${end}`);
}

const ctr = ({ dir }: Place, ...args: string[]): string[] => ['ctr', '--address', `${dir}/containerd.sock`, ...args];

function runInside({ room, node }: Place, command: readonly string[], options = { timeout: patienceMs }): CommandRun {
  const [file, ...args] = room.inside(command, node.path);
  return run(file, args, options);
}

function runCtr(at: Place, name: string, script: string): CommandRun {
  const cgroup = `/${basename(at.dir)}-${name}`; // ctr's default, /default/<name>, would leave /default behind.
  const options = ['--rm', '--cni', '--cgroup', cgroup, '--env', 'PATH=/bin', '--rootfs', join(at.dir, 'rootfs')];
  return runInside(at, ['env', ...at.env, ...ctr(at, 'run', ...options, name, '/bin/sh', '-c', script)]);
}

/** The output of a container that ran to its end. */
async function printed(ctrRun: CommandRun): Promise<string> {
  const { stdout, stderr } = await ctrRun;
  // ctr reports a failed DEL only in this line.
  if (stderr.includes('network review')) throw new Error(`ctr's call of DEL failed: ${stderr}`);
  return stdout;
}

let execs = 0;

async function startContainer(at: Place, name: string): Promise<Container> {
  const ctrRun = runCtr(at, name, 'trap : TERM; sleep 100000 & echo started; wait; exit 0');
  const end = printed(ctrRun);
  const started = new Promise((resolve) => ctrRun.child.stdout?.once('data', resolve));
  await Promise.race([started, end.then(() => Promise.reject(new Error(`the container ${name} ended at once`)))]);
  return {
    exec: async (command) =>
      (await runInside(at, ctr(at, 'task', 'exec', '--exec-id', `exec${execs++}`, name, ...command))).stdout,
    stop: async () => {
      await runInside(at, ctr(at, 'task', 'kill', name));
      await end;
    },
  };
}
