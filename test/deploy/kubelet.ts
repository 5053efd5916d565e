import { execFile } from 'node:child_process';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ApiServer, KubeObject } from '../support/api-server/index.ts';
import type { CriRuntime } from '../support/cri-runtime.ts';
import { waitFor } from '../support/wait-for.ts';
import { type ContainerStatus, criContainers } from './cri-containers.ts';
import { type Container, type Mount, type PodSpec, type Volume, podOf } from './objects.ts';
import { patienceMs } from '../support/patience.ts';

const run = promisify(execFile);

/**
 * The part of a kubelet that a pod of these DaemonSets needs: creates the volumes, and the containers through the
 * container runtime.
 */
export interface Kubelet {
  /**
   * Starts the pod: init containers one at a time, each to its end, then the containers. Rejects with the log of a
   * failed init container.
   */
  readonly run: (objects: readonly KubeObject[]) => Promise<RunningPod>;
  readonly close: () => void;
}
export interface RunningPod {
  readonly log: (container: string) => Promise<string>;
  readonly exec: (container: string, command: readonly string[]) => Promise<string>;
  /** Stops a container as kubelet does. */
  readonly stop: (container: string) => Promise<ContainerStatus>;
  readonly status: (container: string) => Promise<ContainerStatus>;
  readonly remove: () => Promise<void>;
}
export interface KubeletOptions {
  readonly dir: string;
  readonly runtime: CriRuntime;
  readonly api: ApiServer;
  /**
   * Folders of the node by their paths in the manifests. Other paths do not exist on the node, unless they may be
   * created.
   */
  readonly folders: Readonly<Record<string, string>>;
}
type FullContainer = Container & {
  readonly image: string;
  readonly resources?: { readonly limits?: { readonly memory?: string } };
};
interface FullPod extends PodSpec {
  readonly terminationGracePeriodSeconds?: number;
  readonly securityContext: {
    readonly runAsUser: number;
    readonly runAsGroup: number;
    readonly seccompProfile: { readonly type: string };
  };
}

/** Imports the archive of the image into the container runtime, and returns a kubelet. */
export async function startKubelet(options: KubeletOptions, archive: string): Promise<Kubelet> {
  const { runtime } = options;
  const ctr = [
    '--address',
    runtime.socket,
    '--namespace',
    'k8s.io',
    'images',
    'import',
    '--snapshotter',
    'native',
    archive,
  ];
  await run('ctr', ctr, { timeout: patienceMs });
  const cri = criContainers(runtime.socket);
  let pods = 0;
  return {
    run: async (objects) => {
      const pod = podOf(objects) as FullPod;
      const name = `of-daemonset-${pods++}`;
      const volumes = await makeVolumes(options, name, objects, pod.volumes);
      const config = sandboxOf(options, name, pod);
      const logs = config.log_directory;
      const sandbox = await cri.runPodSandbox(config);
      const ids = new Map<string, string>();
      const start = async (container: FullContainer): Promise<string> => {
        await mkdir(join(logs, container.name), { recursive: true });
        const id = await cri.create(sandbox, containerOf(container, { pod, volumes, api: options.api }), config);
        ids.set(container.name, id);
        await cri.start(id);
        return id;
      };
      const log = async (container: string): Promise<string> =>
        (await readFile(join(logs, container, '0.log'), 'utf8')).replaceAll(/^\S+ std(out|err) [FP] /gm, '');
      for (const container of pod.initContainers as readonly FullContainer[]) {
        const id = await start(container);
        await waitFor(`the end of ${container.name}`, async () => (await cri.status(id)).state === 'CONTAINER_EXITED');
        const { exit_code } = await cri.status(id);
        if (exit_code !== 0) throw new Error(`${container.name} ended with ${exit_code}: ${await log(container.name)}`);
      }
      for (const container of pod.containers as readonly FullContainer[]) await start(container);
      const idOf = (container: string): string => ids.get(container) ?? '';
      return {
        log,
        exec: (container, command) => cri.exec(idOf(container), command),
        status: (container) => cri.status(idOf(container)),
        stop: async (container) => {
          await cri.stop(idOf(container), pod.terminationGracePeriodSeconds ?? 30);
          return cri.status(idOf(container));
        },
        remove: async () => {
          await runtime.cri.stopPodSandbox(sandbox);
          await runtime.cri.removePodSandbox(sandbox);
        },
      };
    },
    close: () => cri.close(),
  };
}

function sandboxOf({ runtime }: KubeletOptions, name: string, { containers }: FullPod) {
  const config = runtime.configOf({ name, namespace: 'kube-system', uid: `uid-${name}` }, {});
  const privileged = containers.some(({ securityContext }) => securityContext?.privileged === true);
  // A pod in the node's network has the node's name.
  return {
    ...config,
    hostname: '',
    linux: {
      ...config.linux,
      security_context: { namespace_options: { network: 'NODE', pid: 'CONTAINER' }, privileged },
    },
  };
}

// Paths that kubelet hides from every unprivileged container.
const masked = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/sched_debug',
  '/proc/scsi',
];
const readonly = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

interface Around {
  readonly pod: FullPod;
  readonly volumes: ReadonlyMap<string, string>;
  readonly api: ApiServer;
}

function containerOf(container: FullContainer, { pod, volumes, api }: Around): object {
  const {
    name,
    image,
    command = [],
    args = [],
    env = [],
    volumeMounts = [],
    securityContext = {},
    resources,
  } = container;
  const { hostname, port } = new URL(api.url);
  const envs = [
    ...env.map((each) => ({ key: each.name, value: each.value ?? 'node-1' })), // The only fieldRef is the node's name.
    { key: 'KUBERNETES_SERVICE_HOST', value: hostname },
    { key: 'KUBERNETES_SERVICE_PORT', value: port },
  ];
  const mountOf = (mount: Mount & { readonly mountPropagation?: string }): object => ({
    container_path: mount.mountPath,
    host_path: volumes.get(mount.name) ?? '',
    readonly: mount.readOnly === true,
    // On a node, / is a shared mount. Where the runtime of the tests runs it is not, so the container sees the mounts
    // that exist when it starts.
    propagation:
      mount.mountPropagation === 'HostToContainer' && volumes.get(mount.name) !== '/'
        ? 'PROPAGATION_HOST_TO_CONTAINER'
        : 'PROPAGATION_PRIVATE',
  });
  const megabytes = Number(/^(\d+)Mi$/.exec(resources?.limits?.memory ?? '')?.[1] ?? 0);
  return {
    metadata: { name, attempt: 0 },
    image: { image: `docker.io/library/${image}` },
    command,
    args,
    envs,
    mounts: volumeMounts.map(mountOf),
    log_path: `${name}/0.log`,
    linux: {
      resources: { memory_limit_in_bytes: megabytes * 1024 * 1024 },
      security_context: securityOf(securityContext, pod),
    },
  };
}

function securityOf(
  securityContext: NonNullable<FullContainer['securityContext']>,
  { securityContext: ofPod }: FullPod,
): object {
  const privileged = securityContext.privileged === true;
  const { drop = [], add = [] } = securityContext.capabilities ?? {};
  return {
    privileged,
    capabilities: { add_capabilities: add, drop_capabilities: drop },
    namespace_options: { network: 'NODE', pid: 'CONTAINER' },
    run_as_user: { value: ofPod.runAsUser },
    run_as_group: { value: ofPod.runAsGroup },
    readonly_rootfs: securityContext.readOnlyRootFilesystem === true,
    no_new_privs: securityContext.allowPrivilegeEscalation === false,
    seccomp: { profile_type: ofPod.seccompProfile.type },
    ...(!privileged && { masked_paths: masked, readonly_paths: readonly }),
  };
}

/** The node's folder for each volume. Rejects where kubelet would refuse to start the pod. */
async function makeVolumes(
  options: KubeletOptions,
  pod: string,
  objects: readonly KubeObject[],
  volumes: readonly Volume[],
): Promise<ReadonlyMap<string, string>> {
  const made = new Map<string, string>();
  for (const volume of volumes) {
    if (volume.hostPath !== undefined)
      made.set(volume.name, options.folders[`volume ${volume.name}`] ?? (await folderOfNode(options, volume.hostPath)));
    else
      made.set(
        volume.name,
        await writeVolume(join(options.dir, pod, volume.name), filesOf(options.api, objects, volume)),
      );
  }
  return made;
}

async function folderOfNode(
  { dir, folders }: KubeletOptions,
  { path, type = '' }: { readonly path: string; readonly type?: string },
): Promise<string> {
  const folder = folders[path] ?? join(dir, 'node', path);
  if (type === 'DirectoryOrCreate') await mkdir(folder, { recursive: true });
  if (!(await stat(folder)).isDirectory()) throw new Error(`hostPath type check failed: ${path} is not a directory`);
  return folder;
}

function filesOf(api: ApiServer, objects: readonly KubeObject[], volume: Volume): Readonly<Record<string, string>> {
  if ('configMap' in volume)
    return (objects.find(({ kind }) => kind === 'ConfigMap') as unknown as { data: Record<string, string> }).data;
  if ('projected' in volume) return { token: api.token, 'ca.crt': api.caCert, namespace: 'kube-system' };
  throw new Error(`volume ${volume.name} is of a kind that this kubelet does not know`);
}

async function writeVolume(folder: string, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}
