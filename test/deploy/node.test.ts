import { mkdir, mkdtempDisposable, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeImage } from '../../src/make/image.ts';
import { ownArch } from '../../src/make/image/platforms.ts';
import { type ClusterNode, createClusterNode, networksKey } from '../support/cluster-node.ts';
import { whyNoContainers } from '../support/containerd.ts';
import { type CriRuntime, startCriRuntime } from '../support/cri-runtime.ts';
import { shim } from '../support/daemon.ts';
import { renderKustomization } from '../support/kustomize.ts';
import { openDoor } from '../support/netns-door.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Kubelet, type RunningPod, startKubelet } from './kubelet.ts';
import { type Container, component, deploy, podOf } from './objects.ts';

// Runs the DaemonSets' pods from the archive that `npm run image` writes, as kubelet does: containerd unpacks the image,
// with its default seccomp profile and real mounts. Then pods start on this node.
const reason = await whyNoContainers();
if (reason !== undefined) process.stderr.write(`the DaemonSet is not run: ${reason}\n`);

describe.skipIf(reason !== undefined)('a node with the DaemonSet', () => {
  const after: (() => unknown)[] = [];
  let at: ClusterNode;
  let runtime: CriRuntime;
  let kubelet: Kubelet;
  let binDir: string;
  /** The plugins on the node before Plexus. */
  let installed: readonly string[];
  let pod: RunningPod;
  beforeAll(async () => {
    at = await createClusterNode();
    after.push(() => at.remove());
    at.nad('storage', at.node.bridge('storage', '10.30.0.0/16'));
    after.push(await openDoor(at.node.netns, Number(new URL(at.api.url).port)));
    const { dir } = at.node;
    binDir = join(dir, 'bin');
    await mkdir(binDir);
    const plugins = await pluginsDir();
    for (const plugin of await readdir(plugins)) await symlink(join(plugins, plugin), join(binDir, plugin));
    installed = (await readdir(binDir)).toSorted();
    await mkdir(join(dir, 'root/etc/containerd'), { recursive: true });
    await writeFile(
      join(dir, 'root/etc/containerd/config.toml'),
      'version = 2\n[plugins."io.containerd.grpc.v1.cri".cni]\nmax_conf_num = 0\n',
    );
    // The paths that the shim gets from the daemon and the installer.
    const mounts = { '/run/plexus': join(dir, 'run'), '/var/lib/cni/plexus': join(dir, 'state') };
    for (const folder of Object.values(mounts)) await mkdir(folder, { recursive: true });
    runtime = await startCriRuntime({ confDir: at.confDir, binDir, node: at.node.netns, mounts });
    after.push(() => runtime.close());
    const own = await mkdtempDisposable(join(tmpdir(), 'plexus-kubelet-'));
    after.push(() => own.remove());
    const { file: archive } = await makeImage({
      root: join(deploy, '..'),
      out: own.path,
      name: 'docker.io/library/plexus-cni',
      isDirect: false,
      required: [ownArch()],
      created: new Date(0),
    });
    const folders = {
      '/': join(dir, 'root'),
      ...mounts,
      '/etc/cni/net.d': at.confDir,
      '/opt/cni/bin': binDir,
      'volume host-root': '/', // The machine's root, with libraries and plugins.
    };
    kubelet = await startKubelet({ dir: own.path, runtime, api: at.api, folders }, archive);
    after.push(() => kubelet.close());
  });
  afterAll(async () => {
    for (const undo of after.toReversed()) await undo();
  });

  const objects = () => renderKustomization(join(deploy, 'overlays/containerd'), [component('host-agent')]);
  /** Runs kubelet's probe of the daemon and returns its output. Rejects if it fails. */
  const probe = async (kind: 'livenessProbe' | 'readinessProbe'): Promise<string> => {
    const daemon = podOf(await objects()).containers.find(({ name }) => name === 'daemon') as Container;
    return pod.exec('daemon', daemon[kind]?.exec.command ?? []);
  };
  const ready = () => waitFor('the readiness probe', async () => (await probe('readinessProbe')) === 'ok\n');

  it("installs the shim in the runtime's plugin folder, becomes ready, and logs no warning", async () => {
    pod = await kubelet.run(await objects());
    expect(await pod.log('install')).toBe('installed /host/opt/cni/bin/plexus\n');
    expect(await readFile(join(binDir, 'plexus'))).toEqual(await readFile(shim));
    await ready();
    expect(await probe('livenessProbe')).toBe('ok\n');
    await waitFor('our configuration', async () => (await readdir(at.confDir)).includes('00-plexus.conflist'));
    expect(await pod.log('daemon')).not.toMatch(/"level":"(warn|error)"/);
  });

  it('runs the daemon as root without capabilities, under the default seccomp profile, with four writable folders', async () => {
    const status = await pod.exec('daemon', [
      '/usr/bin/node',
      '-p',
      "require('fs').readFileSync('/proc/1/status', 'utf8')",
    ]);
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
      expect(status).toMatch(new RegExp(`^${set}:\\s+0+$`, 'm'));
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(status).toMatch(/^Seccomp:\s+2$/m);
    expect(status).toMatch(/^Uid:\s+0\s/m);
    const mounts = await pod.exec('daemon', [
      '/usr/bin/node',
      '-p',
      "require('fs').readFileSync('/proc/1/mounts', 'utf8')",
    ]);
    const writable = mounts
      .split('\n')
      .map((line) => line.split(' '))
      .filter(([, , , options = '']) => options.split(',').includes('rw'))
      .map(([, place = '']) => place);
    expect(writable.filter((place) => !/^\/(proc|dev|sys)(\/|$)/.test(place)).toSorted()).toEqual([
      '/etc/cni/net.d',
      '/run/plexus',
      '/var/lib/cni/plexus',
      '/var/run/k8s.cni.cncf.io/devinfo',
    ]);
  });

  it('has the commands for `kubectl exec`, and no shell', async () => {
    expect(await pod.exec('daemon', ['/usr/bin/plexus', 'version'])).toMatch(/^plexus \d/);
    expect(await pod.exec('daemon', ['plexus', 'trace', '--help'])).toContain('plexus trace');
    await expect(pod.exec('daemon', ['sh', '-c', 'true'])).rejects.toThrow('executable file not found');
  });

  it('gives a pod that the runtime starts its networks and its status, and removes them with the pod', async () => {
    await waitFor('containerd to load our configuration', async () =>
      (await runtime.cri.loadedNetworks()).includes('"type":"plexus"'),
    );
    const one = at.podObject('one', 'storage');
    const id = await runtime.cri.runPodSandbox(runtime.configOf(one, { [networksKey]: 'storage' }));
    const links = JSON.parse(await runtime.inSandbox(id, ['ip', '-j', '-4', 'address'])) as {
      readonly ifname: string;
      readonly addr_info: readonly { readonly local: string }[];
    }[];
    expect(links.map(({ ifname }) => ifname)).toEqual(['lo', 'eth0', 'net1']);
    const [, eth0 = '', net1 = ''] = links.map(({ addr_info }) => addr_info[0]?.local ?? '');
    expect([eth0, net1]).toEqual([expect.stringMatching(/^10\.244\./), expect.stringMatching(/^10\.30\./)]);
    expect(at.status('one')).toMatchObject([
      { interface: 'eth0', ips: [eth0] },
      { name: 'default/storage', interface: 'net1', ips: [net1] },
    ]);
    const { status } = await runtime.cri.podSandboxStatus(id);
    expect(status).toMatchObject({ state: 'SANDBOX_READY', network: { ip: eth0 } });
    await runtime.cri.stopPodSandbox(id);
    await runtime.cri.removePodSandbox(id);
    expect(await at.node.leftovers()).toEqual([]);
  });

  it('attaches, checks and detaches a sandbox', async () => {
    const two = await at.pod('two', 'storage');
    const answer = await at.call('ADD', two);
    expect(answer, answer.stdout).toMatchObject({ exitCode: 0 });
    expect(at.status('two')).toMatchObject([{ interface: 'eth0' }, { interface: 'net1' }]);
    expect(await at.call('CHECK', two)).toMatchObject({ exitCode: 0 });
    expect(await at.call('DEL', two)).toMatchObject({ exitCode: 0 });
    expect(await at.node.leftovers()).toEqual([]);
  });

  it('runs the host agent', async () => {
    expect(await pod.status('host-agent')).toMatchObject({ state: 'CONTAINER_RUNNING' });
    expect(await pod.log('host-agent')).toBe('');
    await waitFor('the daemon knows it', async () =>
      (await readdir(join(at.node.dir, 'state/deferred'))).includes('.open'),
    );
  });

  it('exits with 0 when kubelet stops it, and its configuration stays', async () => {
    expect(await pod.stop('host-agent')).toMatchObject({ exit_code: 0 });
    expect(await pod.stop('daemon')).toMatchObject({ state: 'CONTAINER_EXITED', exit_code: 0 });
    expect(await readdir(at.confDir)).toContain('00-plexus.conflist');
    await pod.remove();
  });

  it("finds the shim up to date in a second pod, as after an upgrade, and detects the runtime with the node's root mounted", async () => {
    pod = await kubelet.run(await renderKustomization(join(deploy, 'overlays/containerd'), [component('node-root')]));
    expect(await pod.log('install')).toBe(
      'containerd: CNI configuration in /etc/cni/net.d, plugins in /opt/cni/bin (from /etc/containerd/config.toml)\n' +
        'warning: containerd loads all configurations (max_conf_num): every pod would get the default network twice; set it to 1\n' +
        '/host/opt/cni/bin/plexus is up to date\n',
    );
    await ready();
    await pod.remove();
  });

  it('is in its previous state after uninstall', async () => {
    const uninstalled = await kubelet.run(await renderKustomization(join(deploy, 'uninstall')));
    expect(await uninstalled.log('uninstall')).toContain('/opt/cni/bin: removed plexus');
    expect((await readdir(binDir)).toSorted()).toEqual(installed);
    expect(await readdir(at.confDir)).toEqual(['10-cluster.conf']);
    expect(await uninstalled.status('done')).toMatchObject({ state: 'CONTAINER_RUNNING' });
    await expect.poll(() => uninstalled.log('done')).toBe('done\n');
    expect(await uninstalled.stop('done')).toMatchObject({ exit_code: 0 });
    await uninstalled.remove();
  });
});
