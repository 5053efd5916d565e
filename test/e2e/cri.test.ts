import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installShim } from '../../src/install/index.ts';
import { type ClusterNode, createClusterNode, networksKey } from '../support/cluster-node.ts';
import { whyNoContainers } from '../support/containerd.ts';
import { type CriRuntime, startCriRuntime } from '../support/cri-runtime.ts';
import { shim } from '../support/daemon.ts';
import { pluginsDir } from '../support/plugins-dir.ts';

// containerd's CRI, called as kubelet calls it → the shim → the daemon → real plugins.
const reason = await whyNoContainers();
if (reason !== undefined) process.stderr.write(`the CRI tests are skipped: ${reason}\n`);

describe.skipIf(reason !== undefined)('a node with containerd', () => {
  let at: ClusterNode;
  let runtime: CriRuntime;
  beforeAll(async () => {
    at = await createClusterNode();
    at.nad('storage', at.node.bridge('storage', '10.30.0.0/16'));
    at.nad('lab', {
      cniVersion: '1.0.0',
      name: 'lab',
      type: 'macvlan',
      master: 'eth1',
      ipam: { type: 'host-local', dataDir: join(at.node.dir, 'leases'), ranges: [[{ subnet: '10.31.0.0/16' }]] },
    });
    const binDir = join(at.node.dir, 'bin');
    await mkdir(binDir);
    await installShim(shim, binDir, { arch: process.arch });
    const plugins = await pluginsDir();
    for (const plugin of await readdir(plugins)) await symlink(join(plugins, plugin), join(binDir, plugin));
    await at.start();
    runtime = await startCriRuntime({ confDir: at.confDir, binDir, node: at.node.netns });
  });
  afterAll(async () => {
    await runtime?.close();
    await at.remove();
  });

  const networks = 'storage,lab';
  const startPod = (name: string): Promise<string> => {
    const pod = at.podObject(name, networks);
    return runtime.cri.runPodSandbox(runtime.configOf(pod, { [networksKey]: networks }));
  };
  const removePod = async (id: string): Promise<void> => {
    await runtime.cri.stopPodSandbox(id);
    await runtime.cri.removePodSandbox(id);
  };
  const interfacesIn = async (id: string): Promise<readonly string[]> =>
    (JSON.parse(await runtime.inSandbox(id, ['ip', '-j', 'link'])) as { ifname: string }[])
      .map(({ ifname }) => ifname)
      .toSorted();
  const addressesOf = (name: string): readonly string[] =>
    (at.status(name) ?? []).flatMap((entry) => entry['ips'] as string[]);
  const noTrace = async (): Promise<void> => {
    expect(await runtime.cri.listPodSandbox()).toEqual([]);
    expect(await at.node.leftovers()).toEqual([]);
  };

  it('K8S-53: has a ready network with the configuration that the daemon wrote', async () => {
    expect(await runtime.cri.isNetworkReady()).toBe(true);
  });

  it('gives a pod three interfaces before it runs, publishes its status, reports its address to the runtime, and removes everything with the pod', async () => {
    at.api.requests.length = 0;
    const id = await startPod('three');
    expect(await interfacesIn(id)).toEqual(['eth0', 'lo', 'net1', 'net2']);
    const status = at.status('three');
    expect(status).toMatchObject([
      { name: 'cluster-net', interface: 'eth0', default: true },
      { name: 'default/storage', interface: 'net1' },
      { name: 'default/lab', interface: 'net2' },
    ]);
    const answer = await runtime.cri.podSandboxStatus(id);
    expect(answer.status).toMatchObject({ state: 'SANDBOX_READY', network: { ip: addressesOf('three')[0] } });
    // K8S-33: the runtime passes the annotations, so nothing is read
    expect(at.api.requests.filter(({ verb }) => verb === 'get' || verb === 'list')).toEqual([]);
    await removePod(id);
    await noTrace();
  });

  it('starts 30 pods at the same time', async () => {
    const ids = await Promise.all(Array.from({ length: 30 }, (_, index) => startPod(`many-${index}`)));
    for (const id of ids) expect(await interfacesIn(id)).toEqual(['eth0', 'lo', 'net1', 'net2']);
    const addresses = ids.flatMap((_, index) => addressesOf(`many-${index}`));
    expect([addresses.length, new Set(addresses).size]).toEqual([90, 90]);
    await Promise.all(ids.map(removePod));
    await noTrace();
  });

  it('K8S-57: attaches every pod through kubelet’s retries while the daemon is killed and restarted', async () => {
    const failures: string[] = [];
    const insist = async (name: string): Promise<string> => {
      for (let tries = 0; tries < 50; tries++) {
        try {
          return await startPod(name);
        } catch (error) {
          failures.push((error as Error).message);
        }
      }
      throw new Error(`pod ${name} did not start: ${failures.at(-1)}`);
    };
    const starting = Promise.all(Array.from({ length: 30 }, (_, index) => insist(`patient-${index}`)));
    for (let kills = 0; kills < 3; kills++) {
      await at.daemon().stop('SIGKILL');
      await at.start();
    }
    const ids = await starting;
    for (const id of ids) expect(await interfacesIn(id)).toEqual(['eth0', 'lo', 'net1', 'net2']);
    expect(failures.filter((text) => !/PLX-(DAEMON-AWAY|OPERATION-CANCELLED)/.test(text))).toEqual([]);
    await Promise.all(ids.map(removePod));
    await noTrace();
  });

  it.each(['TERM', 'KILL'] as const)(
    'keeps pods running while containerd is ended with SIG%s and restarted, and removes them completely',
    async (signal) => {
      const before = await startPod(`before-${signal.toLowerCase()}`);
      await runtime.restart(signal);
      expect((await runtime.cri.podSandboxStatus(before)).status.state).toBe('SANDBOX_READY');
      expect(await interfacesIn(before)).toEqual(['eth0', 'lo', 'net1', 'net2']);
      const after = await startPod(`after-${signal.toLowerCase()}`);
      for (const id of [before, after]) await removePod(id);
      await noTrace();
    },
  );
});
