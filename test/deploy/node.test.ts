import { execFile } from 'node:child_process';
import { mkdir, mkdtempDisposable, readFile, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClusterNode, createClusterNode } from '../support/cluster-node.ts';
import { whyNoContainers } from '../support/containerd.ts';
import { type CriRuntime, startCriRuntime } from '../support/cri-runtime.ts';
import { shim } from '../support/daemon.ts';
import { renderKustomization } from '../support/kustomize.ts';
import { openDoor } from '../support/netns-door.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Kubelet, type RunningPod, startKubelet } from './kubelet.ts';
import { type Container, component, deploy, podOf } from './objects.ts';

// Runs the DaemonSets' pods as kubelet does: the image's own root, containerd's default seccomp profile, real mounts.
const run = promisify(execFile);
const reason = await whyNoContainers();
if (reason !== undefined) process.stderr.write(`the DaemonSet is not run: ${reason}\n`);

describe.skipIf(reason !== undefined)('a node with the DaemonSet', () => {
  const after: (() => unknown)[] = [];
  let at: ClusterNode;
  let kubelet: Kubelet;
  let binDir: string;
  let pod: RunningPod;
  beforeAll(async () => {
    at = await createClusterNode();
    after.push(() => at.remove());
    at.nad('storage', at.node.bridge('storage', '10.30.0.0/16'));
    after.push(await openDoor(at.node.netns, Number(new URL(at.api.url).port)));
    const { dir } = at.node;
    binDir = join(dir, 'bin');
    await mkdir(binDir);
    await mkdir(join(dir, 'root/etc/containerd'), { recursive: true });
    await writeFile(
      join(dir, 'root/etc/containerd/config.toml'),
      'version = 2\n[plugins."io.containerd.grpc.v1.cri".cni]\nmax_conf_num = 0\n',
    );
    const runtime: CriRuntime = await startCriRuntime({ confDir: at.confDir, binDir, node: at.node.netns });
    after.push(() => runtime.close());
    const own = await mkdtempDisposable(join(tmpdir(), 'plexus-kubelet-'));
    after.push(() => own.remove());
    await run(process.execPath, [join(deploy, '../src/make/image.ts'), join(own.path, 'rootfs')]);
    const words = (name: string, text: string): unknown =>
      JSON.parse(new RegExp(`^${name} (\\[.*\\])$`, 'm').exec(text)?.[1] ?? '[]');
    const dockerfile = await readFile(join(deploy, 'Dockerfile'), 'utf8');
    const program = {
      Entrypoint: words('ENTRYPOINT', dockerfile),
      Cmd: words('CMD', dockerfile),
      Env: ['NODE_ENV=production'],
      User: '0:0',
    };
    const folders = {
      '/': join(dir, 'root'),
      '/run/plexus': join(dir, 'run'),
      '/etc/cni/net.d': at.confDir,
      '/var/lib/cni/plexus': join(dir, 'state'),
      '/opt/cni/bin': binDir,
      'volume host-root': '/', // The machine's root, with libraries and plugins.
    };
    kubelet = await startKubelet({ dir: own.path, runtime, api: at.api, folders }, program);
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

  it('attaches and detaches a pod, and writes its status with its own token', async () => {
    const one = await at.pod('one', 'storage');
    const answer = await at.call('ADD', one);
    expect(answer, answer.stdout).toMatchObject({ exitCode: 0 });
    expect(at.status('one')).toMatchObject([{ interface: 'eth0' }, { interface: 'net1' }]);
    expect(await at.call('CHECK', one)).toMatchObject({ exitCode: 0 });
    expect(await at.call('DEL', one)).toMatchObject({ exitCode: 0 });
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
    expect(await readdir(binDir)).toEqual([]);
    expect(await readdir(at.confDir)).toEqual(['10-cluster.conf']);
    expect(await uninstalled.status('done')).toMatchObject({ state: 'CONTAINER_RUNNING' });
    await expect.poll(() => uninstalled.log('done')).toBe('done\n');
    expect(await uninstalled.stop('done')).toMatchObject({ exit_code: 0 });
    await uninstalled.remove();
  });
});
