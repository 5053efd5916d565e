import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callCni } from '../support/cni-runtime.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { chain, errorIn, useRecordingNode } from '../support/recording-node.ts';
import { type TestNode, type TestPod, createTestNode } from '../support/test-node.ts';

// Pods that the journal does not know: they were created before Plexus was installed, or their record was lost.
describe.each(['direct', 'daemon'] as const)('a pod created before Plexus was installed (%s)', (engine) => {
  let node: TestNode;
  beforeAll(async () => {
    node = await createTestNode(engine);
  });
  afterAll(() => node.remove());

  it.each([
    { title: 'with its namespace', isGone: false },
    { title: 'without a namespace', isGone: true },
  ])(
    'is detached from its default network $title, including link, address and masquerading',
    async ({ title, isGone }) => {
      const pod = await node.pod(`old-${engine}-${title.length}`);
      const network = node.bridge('cluster-net', '10.244.0.0/24', { isDefaultGateway: true });
      const path = await pluginsDir();
      const call = {
        config: network,
        containerId: pod.containerId,
        netns: pod.netns.path,
        ifName: 'eth0',
        path: [path],
        nodeNetns: node.netns.path,
      };
      const attached = await callCni({ ...call, command: 'ADD', executable: join(path, 'bridge') });
      expect(attached).toMatchObject({ exitCode: 0 });
      expect((await node.leftovers()).length).toBeGreaterThan(0);
      if (isGone) await pod.netns.remove();
      const config = node.config({ prevResult: JSON.parse(attached.stdout) as object });
      expect(await node.call('DEL', pod, { config, ...(isGone && { netns: '' }) })).toMatchObject({
        exitCode: 0,
        stdout: '',
      });
      expect(await node.leftovers()).toEqual([]);
    },
  );
});

describe('DEL of a sandbox that the journal does not know', () => {
  const at = useRecordingNode();
  const prevResult = {
    cniVersion: '1.1.0',
    interfaces: [{ name: 'eth0', mac: '02:00:00:00:00:01', sandbox: '/run/netns/x' }],
    ips: [{ address: '10.1.0.7/24', interface: 0 }],
  };
  const annotated = (networks: string) => ({
    runtimeConfig: { 'io.kubernetes.cri.pod-annotations': { 'k8s.v1.cni.cncf.io/networks': networks } },
  });
  const recorded = async (): Promise<readonly string[]> =>
    (await at().node.leftovers()).filter((file) => file.startsWith('state/journal/'));
  const loseRecord = (): Promise<void> => rm(join(at().node.dir, 'state/journal'), { recursive: true, force: true });
  const succeeds = async (pod: TestPod, more: object = {}): Promise<void> => {
    expect(await at().call('DEL', pod, more)).toMatchObject({ exitCode: 0, stdout: '' });
  };
  beforeEach(loseRecord);

  it('passes prevResult, runtimeConfig and CNI_ARGS of the call to the default network', async () => {
    const pod = await at().node.pod('given');
    const ports = [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }];
    const network = {
      cniVersion: '1.1.0',
      name: 'default-net',
      plugins: [{ type: 'alpha', capabilities: { portMappings: true } }],
    };
    await succeeds(pod, { delegates: [network], prevResult, runtimeConfig: { portMappings: ports } });
    const [call, ...others] = await at().alpha.calls();
    expect(others).toEqual([]);
    expect(call).toMatchObject({
      command: 'DEL',
      plugin: 'alpha',
      stdin: { name: 'default-net', prevResult, runtimeConfig: { portMappings: ports } },
    });
    expect(call?.env).toMatchObject({
      CNI_IFNAME: 'eth0',
      CNI_CONTAINERID: pod.containerId,
      CNI_ARGS: expect.stringContaining('K8S_POD_NAME=given') as unknown,
    });
  });

  it('calls its plugins once, even if it is repeated', async () => {
    const pod = await at().node.pod('repeated');
    for (let time = 0; time < 3; time++) await succeeds(pod);
    expect(await at().steps()).toEqual(['DEL alpha eth0']);
  });

  it('runs no plugin if its ADD was rejected before any plugin ran', async () => {
    const pod = await at().node.pod('refused', 'no-such-network');
    expect(await at().call('ADD', pod)).toMatchObject({ exitCode: 1 });
    await succeeds(pod);
    expect(await at().steps()).toEqual([]);
  });

  it('detaches the networks of its annotations in reverse order if the record was lost', async () => {
    for (const more of [{}, annotated('two,two@net7')]) {
      const pod = await at().node.pod('lost', 'two,two@net7');
      expect(await at().call('ADD', pod, more)).toMatchObject({ exitCode: 0 });
      await loseRecord();
      await at().alpha.forget();
      await succeeds(pod, { ...more, prevResult });
      expect(await at().steps()).toEqual([
        'DEL gamma net7',
        'DEL beta net7',
        'DEL gamma net1',
        'DEL beta net1',
        'DEL alpha eth0',
      ]);
      await at().alpha.forget();
      await succeeds(pod, more);
      expect(await at().steps()).toEqual([]);
    }
  });

  it('detaches the networks that can still be planned under their names, and always the default network', async () => {
    const pod = await at().node.pod('some', 'gone,two');
    await succeeds(pod);
    expect(await at().steps()).toEqual(['DEL gamma net2', 'DEL beta net2', 'DEL alpha eth0']);
    await at().alpha.forget();
    await succeeds(await at().node.pod('unreadable', '[{"name":'));
    expect(await at().steps()).toEqual(['DEL alpha eth0']);
    await at().node.removeManifest('pod-unreadable.yaml');
    await at().alpha.forget();
    await succeeds({ ...(await at().node.pod('other')), name: 'unreadable' });
    expect(await at().steps(), 'the pod is gone').toEqual(['DEL alpha eth0']);
  });

  it('succeeds if a network without a link in the sandbox fails', async () => {
    await at().beta.set({ DEL: { exitCode: 1, stdout: '{"code":7,"msg":"never heard of it"}' } });
    const pod = await at().node.pod('guess', 'two');
    await succeeds(pod);
    expect(await at().steps()).toEqual(['DEL gamma net1', 'DEL beta net1', 'DEL alpha eth0']);
    expect(await recorded()).toEqual([]);
  });

  it('fails while a link of a failing network exists, and keeps it in the journal', async () => {
    await at().beta.set({ DEL: { exitCode: 1, stdout: '{"code":7,"msg":"busy"}' } });
    const pod = await at().node.pod('there', 'two');
    await pod.netns.exec(['ip', 'link', 'add', 'net1', 'type', 'veth', 'peer', 'name', 'net1peer']);
    expect(errorIn((await at().call('DEL', pod)).stdout).msg).toContain('net1 (default/two)');
    expect(await recorded()).toHaveLength(1);
    await at().beta.set({});
    await succeeds(pod);
    expect(await recorded()).toEqual([]);
  });

  it('fails if the default network fails, keeps it in the journal, and finally abandons it', async () => {
    await at().alpha.set({ DEL: { exitCode: 1, stdout: '{"code":11,"msg":"the agent starts"}' } });
    const pod = await at().node.pod('default-fails');
    expect(errorIn((await at().call('DEL', pod, { prevResult, detachAttempts: 2 })).stdout).msg).toContain(
      'the agent starts',
    );
    expect(await recorded()).toHaveLength(1);
    await succeeds(pod, { detachAttempts: 2 });
    await at().alpha.set({});
    await at().alpha.forget();
    await succeeds(pod);
    expect((await at().alpha.calls())[0]).toMatchObject({ command: 'DEL', stdin: { prevResult } });
    expect(await recorded()).toEqual([]);
  });

  it('succeeds if the default network is unknown, but does not mark the sandbox as undone', async () => {
    const pod = await at().node.pod('no-default');
    await succeeds(pod, { delegates: [], clusterNetwork: join(at().node.dir, 'nowhere/10-net.conflist') });
    await succeeds(pod, { delegates: [chain('default-net', 'alpha')] });
    expect(await at().steps()).toEqual(['DEL alpha eth0']);
  });

  it('detaches the second attachment after ADD, DEL, ADD and the loss of the record', async () => {
    const pod = await at().node.pod('again', 'two');
    for (const command of ['ADD', 'DEL', 'ADD']) expect(await at().call(command, pod)).toMatchObject({ exitCode: 0 });
    const folder = join(at().node.dir, 'state/journal');
    for (const name of await readdir(folder)) if (name.endsWith('.json')) await rm(join(folder, name));
    await at().alpha.forget();
    await succeeds(pod);
    expect(await at().steps()).toEqual(['DEL gamma net1', 'DEL beta net1', 'DEL alpha eth0']);
  });
});
