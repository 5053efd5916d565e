import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { table } from '../../src/view/index.ts';
import { type ClusterNode, createClusterNode, networksKey } from '../support/cluster-node.ts';
import { shim } from '../support/daemon.ts';
import { nodeObject } from '../support/doctor-cluster.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { repository } from '../support/plexus-command.ts';
import { type RecordingDelegate, recordingDelegate } from '../support/recording-delegate.ts';
import type { TestPod } from '../support/test-node.ts';
import { waitFor } from '../support/wait-for.ts';

/** A test node with a problem, and a shell on it. */
export interface TroubleNode {
  readonly at: ClusterNode;
  /** Folder of its plugins: the real bridge, host-local, static and macvlan. */
  readonly plugins: string;
  /** Adds a plugin with configurable behaviour. */
  readonly plugin: (type: string) => Promise<RecordingDelegate>;
  readonly start: (flags?: Readonly<Record<string, string>>) => Promise<void>;
  /** Creates a pod object on a node, this one by default. */
  readonly podObject: (
    name: string,
    networks?: string,
    more?: { readonly node?: string; readonly startTime?: string; readonly phase?: string },
  ) => string;
  /** Creates a pod object and its sandbox. */
  readonly pod: (name: string, networks?: string, phase?: string) => Promise<TestPod>;
  /** Reports a plugin's answer as an Event of the pod, as kubelet does. */
  readonly kubeletReports: (pod: TestPod, stdout: string) => void;
  /** Resolves when a pod or node has an Event of Plexus with this reason. */
  readonly waitForEvent: (name: string, reason?: string) => Promise<void>;
  readonly write: (file: string, text: string) => Promise<void>;
  /** Runs a command in a shell on the node, with the paths of an installation, and returns its output. */
  readonly shell: (command: string) => Promise<string>;
  /** Registers additional work for `remove`. */
  readonly atEnd: (end: () => void) => void;
  readonly remove: () => Promise<void>;
}

// Of equal length, so that columns are the same in every run.
const containerIds = ['4f1c8b2e90d7', 'a07d93b15c22', '9e55c0127ab4', '31b86fd0e4c9'];
const programs = ['bridge', 'host-local', 'static', 'macvlan'];

export async function createTroubleNode(): Promise<TroubleNode> {
  const folder = await mkdtemp(join(tmpdir(), 'plexus-trouble-'));
  const at = await createClusterNode({ plugins: join(folder, 'bin') });
  const { dir } = at.node;
  await symlink(join(dir, 'bin'), join(folder, 'bin'));
  await layOut(dir);
  at.api.put('nodes', nodeObject('node-1'));
  const ends: (() => void)[] = [];
  let port = 0;
  let made = 0;
  const podObject: TroubleNode['podObject'] = (name, networks, more = {}) => {
    const { node = 'node-1', startTime = '2026-01-01T00:00:00Z', phase = 'Running' } = more;
    const { metadata } = at.api.put('pods', {
      metadata: { name, namespace: 'default', annotations: networks === undefined ? {} : { [networksKey]: networks } },
      spec: { nodeName: node, containers: [{ name: 'main', image: 'none' }] },
      status: { phase, startTime },
    });
    return metadata.uid ?? '';
  };
  return {
    at,
    plugins: join(dir, 'bin'),
    plugin: (type) => recordingDelegate(join(dir, 'bin'), type),
    start: async (flags = {}) => {
      ({ httpPort: port } = await at.start({
        flags: { 'kubelet-dir': join(dir, 'kubelet'), 'reclaim-seconds': '3600', ...flags },
      }));
      await writeFile(join(dir, 'words/plexus'), plexus(at, port), { mode: 0o755 });
      await waitFor('the watch', async () => at.daemon().log.some((line) => line.includes('synced')));
    },
    podObject,
    pod: async (name, networks, phase = 'Running') => {
      const pod = {
        ...(await at.node.pod(name)),
        uid: podObject(name, networks, { phase }),
        containerId: containerIds[made++] ?? '',
      };
      await symlink(pod.netns.path, join(dir, 'words', `netns-of-${name}`));
      return pod;
    },
    kubeletReports: (pod, stdout) => {
      const { msg, details } = JSON.parse(stdout) as { msg: string; details?: string };
      const why = `plugin type="plexus" name="cluster-net" failed (add): ${[msg, details].filter(Boolean).join('; ')}`;
      putEvent(
        at,
        pod,
        `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "${pod.containerId}": ${why}`,
      );
    },
    waitForEvent: (name, reason) =>
      waitFor(`an Event of ${name}`, async () =>
        at.api
          .all('events')
          .some(
            (event) =>
              event.metadata.name.startsWith(`${name}.`) && (reason === undefined || event['reason'] === reason),
          ),
      ),
    write: (file, text) => writeFile(join(dir, 'work', file), text),
    shell: async (command) => settled(await printed(command, dir), { at, folder, port }),
    atEnd: (end) => void ends.push(end),
    remove: async () => {
      for (const end of ends) end();
      await at.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const putEvent = (at: ClusterNode, pod: TestPod, message: string): unknown =>
  at.api.put('events', {
    metadata: { name: `${pod.name}.kubelet`, namespace: 'default' },
    involvedObject: { kind: 'Pod', apiVersion: 'v1', namespace: 'default', name: pod.name, uid: pod.uid },
    type: 'Warning',
    reason: 'FailedCreatePodSandBox',
    message,
    source: { component: 'kubelet' },
    count: 1,
    firstTimestamp: new Date().toISOString(),
    lastTimestamp: new Date().toISOString(),
  });

/** Creates the folders and programs of a node. */
async function layOut(dir: string): Promise<void> {
  for (const each of ['bin', 'work', 'words', 'etc/containerd']) await mkdir(join(dir, each), { recursive: true });
  for (const name of programs) await copyFile(join(await pluginsDir(), name), join(dir, 'bin', name));
  await copyFile(shim, join(dir, 'bin/plexus'));
  await writeFile(
    join(dir, 'etc/containerd/config.toml'),
    '[plugins."io.containerd.cri.v1.runtime".cni]\nconf_dir = "/net.d"\nbin_dirs = ["/bin"]\n',
  );
  await writeFile(join(dir, 'words/kubectl'), kubectl(dir), { mode: 0o755 });
}

/** `plexus` with the paths of this node, which an installed node does not need. */
function plexus({ node: { dir, netns } }: ClusterNode, port: number): string {
  const state = `--cni-dir ${dir}/state`;
  const socket = `--socket ${dir}/run/plexus.sock`;
  return `#!/bin/sh
case $1 in
trace) set -- "$@" ${socket} ;;
attachments) set -- "$@" ${state} --cni-path ${dir}/bin ;;
devices) set -- "$@" ${state} --kubelet-dir ${dir}/kubelet ;;
doctor) set -- "$@" --root ${dir} --cni-conf-dir ${dir}/net.d --cni-bin-dir ${dir}/bin ${state} ${socket} --http 127.0.0.1:${port} ;;
esac
[ "$1" != attachments ] || exec nsenter --net=${netns.path} ${join(repository, 'dist/plexus')} "$@"
exec ${join(repository, 'dist/plexus')} "$@"
`;
}

/** The real kubectl, except exec: no container runs here, and the tests only need its pod's network namespace. */
const kubectl = (dir: string): string => `#!/bin/sh
if [ "$1" = exec ]; then
  namespace=${dir}/words/netns-of-$2
  shift 3
  exec nsenter --net="$namespace" "$@"
fi
PATH=\${PATH#*:} exec kubectl "$@"
`;

async function printed(command: string, dir: string): Promise<string> {
  const env = {
    PATH: `${join(dir, 'words')}:${process.env['PATH']}`,
    KUBECONFIG: join(dir, 'kubeconfig'),
    HOME: dir,
    PLEXUS_NODE_NAME: 'node-1',
  };
  const ran = promisify(execFile)('bash', ['-c', `exec 2>&1; ${command}`], { cwd: join(dir, 'work'), env });
  return ran.then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  );
}

interface Places {
  readonly at: ClusterNode;
  /** Contains a link to the plugins. */
  readonly folder: string;
  readonly port: number;
}

function settled(text: string, { at, folder, port }: Places): string {
  const { dir } = at.node;
  const places: readonly (readonly [string | RegExp, string])[] = [
    [at.confDir, '/etc/cni/net.d'],
    [join(dir, 'state'), '/var/lib/cni/plexus'],
    [join(dir, 'run'), '/run/plexus'],
    [join(dir, 'kubelet'), '/var/lib/kubelet'],
    [join(dir, 'bin'), '/opt/cni/bin'],
    [join(folder, 'bin'), '/opt/cni/bin'],
    [join(dir, 'kubeconfig'), '~/.kube/config'],
    [dir, ''],
    [`:${port}`, ':9913'],
    [/127\.0\.0\.1:(?!9913)\d+/g, '10.96.0.1:443'],
    [/\/run\/netns\/plx-\d+-\d+/g, '/run/netns/cni-5d2c'],
    [/ +$/gm, ''],
    [/^( {2}\w+ +\w+ +)(?:\d+s|<unknown>) +/gm, '$15s    '],
  ];
  const named = places.reduce((whole, [from, to]) => whole.replaceAll(from, to), text);
  return named.replaceAll(findings, (rows) => laidOut(rows));
}

// Rows of the tables that plexus doctor and plexus status print; replaced paths differ in length.
const findings = /(?:^(?:SEVERITY|error|warning|waiting|unknown|note|ok) {2,}.*\n)+/gm;

function laidOut(lines: string): string {
  const [first = [], ...rows] = lines
    .trimEnd()
    .split('\n')
    .map((row) => row.split(/ {2,}/));
  return `${table(first, rows)}\n`;
}
