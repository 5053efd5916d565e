import { type PromiseWithChild, execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { type CriClient, type SandboxConfig, criClient } from './cri-client.ts';
import type { Netns } from './netns.ts';
import { busyboxImage } from './oci-image.ts';
import { type PrivateRoom, openPrivateRoom } from './private-room.ts';
import type { TestPod } from './test-node.ts';
import { waitFor } from './wait-for.ts';
import { patienceMs } from './patience.ts';

const run = promisify(execFile);
const pause = 'plexus.test/pause:1';

/** Debian's containerd with its CRI, and the operations that kubelet performs on it. */
export interface CriRuntime {
  readonly cri: CriClient;
  /** The socket of its CRI. */
  readonly socket: string;
  /** The sandbox configuration that kubelet sends for a pod. */
  readonly configOf: (
    pod: Pick<TestPod, 'name' | 'namespace' | 'uid'>,
    annotations: Readonly<Record<string, string>>,
  ) => SandboxConfig;
  /** Runs a command in the network namespace of a sandbox and returns its stdout. */
  readonly inSandbox: (id: string, command: readonly string[]) => Promise<string>;
  /** Ends containerd with a signal and starts it again; sandboxes keep running. */
  readonly restart: (signal: 'TERM' | 'KILL') => Promise<void>;
  readonly log: () => Promise<string>;
  readonly close: () => Promise<void>;
}
export interface CriOptions {
  /** The runtime's CNI configuration and plugin folders. */
  readonly confDir: string;
  readonly binDir: string;
  /** Namespace that represents the node. */
  readonly node: Netns;
  /** Folders that containerd and the plugins see at other paths: path → folder. */
  readonly mounts?: Readonly<Record<string, string>>;
}

/** Starts containerd in its own process and mount namespaces, which end with the test. Does not affect the machine. */
export async function startCriRuntime({ confDir, binDir, node, mounts = {} }: CriOptions): Promise<CriRuntime> {
  const dir = await mkdtemp(join(tmpdir(), 'plexus-cri-'));
  const room = await openPrivateRoom(dir, ['/var/lib/cni', '/run/containerd', '/opt/containerd']);
  const at: Place = { dir, room, node };
  const cri = criClient(join(dir, 'containerd.sock'));
  const close = async (): Promise<void> => {
    cri.close();
    await room.close();
    await removeCgroups(`/${basename(dir)}`);
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await writeFile(join(dir, 'config.toml'), configuration(dir, { confDir, binDir }));
    for (const [path, folder] of Object.entries(mounts))
      await inside(at, ['sh', '-ec', 'mkdir -p "$2"; mount --bind "$1" "$2"', 'sh', folder, path]);
    await start(at, cri);
    await mkdir(join(dir, 'image'));
    const archive = await busyboxImage(join(dir, 'image'), pause, ['/bin/sleep', '1000000']);
    await inside(at, [
      'ctr',
      '--address',
      join(dir, 'containerd.sock'),
      '--namespace',
      'k8s.io',
      'images',
      'import',
      archive,
    ]);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    cri,
    socket: join(dir, 'containerd.sock'),
    configOf: ({ name, namespace, uid }, annotations) => ({
      metadata: { name, uid, namespace, attempt: 0 },
      hostname: name,
      log_directory: join(dir, 'logs', name),
      labels: {
        'io.kubernetes.pod.name': name,
        'io.kubernetes.pod.namespace': namespace,
        'io.kubernetes.pod.uid': uid,
      },
      annotations: { 'kubernetes.io/config.source': 'api', ...annotations },
      linux: { cgroup_parent: `/${basename(dir)}` },
    }),
    inSandbox: async (id, command) =>
      (await inside(at, ['nsenter', `--net=${await netnsOf(cri, id)}`, ...command])).stdout,
    restart: async (signal) => {
      await inside(at, [
        'sh',
        '-c',
        `kill -${signal} $(cat ${dir}/pid); while kill -0 $(cat ${dir}/pid) 2>/dev/null; do :; done`,
      ]);
      await start(at, cri);
    },
    log: () => readFile(join(dir, 'log'), 'utf8'),
    close,
  };
}

interface Place {
  readonly dir: string;
  readonly room: PrivateRoom;
  readonly node: Netns;
}

function inside(
  { room, node }: Place,
  command: readonly string[],
  options = { timeout: patienceMs },
): PromiseWithChild<{ stdout: string; stderr: string }> {
  const [file, ...args] = room.inside(command, node.path);
  return run(file, args, options);
}

async function start(at: Place, cri: CriClient): Promise<void> {
  const daemon = inside(
    at,
    ['sh', '-c', `echo $$ >${at.dir}/pid; exec containerd --config ${at.dir}/config.toml >>${at.dir}/log 2>&1`],
    { timeout: 0 },
  );
  let end: string | undefined;
  void daemon.then(() => 'it ended', String).then((reason) => (end = reason));
  const answers = (): Promise<boolean> => cri.version().then(() => true);
  await waitFor('containerd to answer', async () => end !== undefined || (await answers()));
  if (end !== undefined)
    throw new Error(`containerd does not start: ${end}\n${await readFile(join(at.dir, 'log'), 'utf8')}`);
}

// restrict_oom_score_adj: without CAP_SYS_RESOURCE, runc must not lower a score below its own.
const configuration = (dir: string, { confDir, binDir }: Pick<CriOptions, 'confDir' | 'binDir'>): string => `version = 2
root = "${dir}/root"
state = "${dir}/state"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper"]
[grpc]
  address = "${dir}/containerd.sock"
[ttrpc]
  address = "${dir}/ttrpc.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "${dir}/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pause}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    conf_dir = "${confDir}"
    bin_dir = "${binDir}"
    max_conf_num = 1
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "native"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
`;

async function netnsOf(cri: CriClient, id: string): Promise<string> {
  const { info } = await cri.podSandboxStatus(id);
  const spec = (
    JSON.parse(info['info'] ?? '{}') as { runtimeSpec?: { linux?: { namespaces?: { type: string; path?: string }[] } } }
  ).runtimeSpec;
  const path = spec?.linux?.namespaces?.find(({ type }) => type === 'network')?.path;
  if (path === undefined) throw new Error(`containerd does not say where the network namespace of ${id} is`);
  return path;
}

/** Removes the empty cgroups that runc leaves above those of its containers. */
async function removeCgroups(path: string): Promise<void> {
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' '));
  for (const [, place = ''] of mounts.filter(([, , type]) => type === 'cgroup' || type === 'cgroup2'))
    await removeTree(join(place, path));
}

async function removeTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(folder, entry.name));
  await rmdir(folder).catch(() => {}); // The folder does not exist.
}
