import { access, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callCni } from '../support/cni-runtime.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { type RecordingDelegate, recordingDelegate } from '../support/recording-delegate.ts';
import { chain, errorIn } from '../support/recording-node.ts';
import { type TestNode, type TestPod, createTestNode } from '../support/test-node.ts';

// A network that cannot work leaves nothing: neither an interface, nor an address, nor a record, however often kubelet
// retries.
let node: TestNode;

const add = (pod: TestPod) => node.call('ADD', pod);
const detached = async (pod: TestPod): Promise<void> => {
  for (let time = 0; time < 2; time++) expect(await node.call('DEL', pod)).toMatchObject({ exitCode: 0, stdout: '' });
  expect(await node.leftovers()).toEqual([]);
};
const gc = async (valid: readonly TestPod[], more: object = {}, path?: string) => {
  const { executable, env } = await node.caller();
  const named = valid.map(({ containerId }) => ({ containerID: containerId, ifname: 'eth0' }));
  const config = { ...node.config({ cniVersion: '1.1.0', ...more }), 'cni.dev/valid-attachments': named };
  return callCni({
    executable,
    command: 'GC',
    config,
    path: [path ?? (await pluginsDir())],
    nodeNetns: node.netns.path,
    env: { ...env },
  });
};

describe.each(['direct', 'daemon'] as const)('a network whose plugin fails (%s)', (engine) => {
  beforeAll(async () => {
    node = await createTestNode(engine);
  });
  afterAll(() => node.remove());

  it('fails the ADD for an absent master; DEL succeeds and nothing is recorded; the corrected network attaches', async () => {
    await node.nad('lan', { cniVersion: '0.3.1', type: 'macvlan', master: 'ens192', ipam: {} });
    for (const name of ['first', 'second']) {
      const pod = await node.pod(`${name}-${engine}`, 'lan');
      expect(await add(pod)).toMatchObject({ exitCode: 1 });
      expect(await node.leftovers(), 'already before DEL').toEqual([]);
      await detached(pod);
    }
    const same = await node.pod(`same-${engine}`, 'lan');
    expect(await add(same)).toMatchObject({ exitCode: 1 });
    await node.nad('lan', { cniVersion: '0.3.1', type: 'macvlan', master: 'eth1', ipam: {} });
    expect(await add(same)).toMatchObject({ exitCode: 0 });
    await detached(same);
  });

  it.each([
    {
      what: 'an absent IPAM plugin',
      nad: { type: 'macvlan', master: 'eth1', ipam: { type: 'whereabouts', range: '10.12.0.0/24' } },
    },
    {
      what: 'a mistyped CIDR',
      nad: { type: 'bridge', bridge: 'br4', ipam: { type: 'host-local', subnet: '$10.12.8.0/24' } },
    },
    { what: 'a number written as a string', nad: { type: 'macvlan', master: 'eth1', ipam: {}, mtu: '1500' } },
    {
      what: 'an absent dhcp daemon',
      nad: { type: 'macvlan', master: 'eth1', ipam: { type: 'dhcp', daemonSocketPath: '/nowhere/dhcp.sock' } },
    },
    { what: 'an MTU above the master’s', nad: { type: 'macvlan', master: 'eth1', ipam: {}, mtu: 9000 } },
    {
      what: 'an absent device, which DEL looks up under another name',
      nad: { type: 'host-device', device: 'ens192', ipam: {} },
    },
    {
      what: 'a mistake in the second plugin',
      nad: {
        plugins: [
          { type: 'bridge', bridge: 'br5', ipam: {} },
          { type: 'tuning', mtu: 'many' },
        ],
      },
    },
  ])('leaves nothing, and DEL succeeds: $what', async ({ what, nad }) => {
    await node.nad('bad', { cniVersion: '0.3.1', ...nad });
    const pod = await node.pod(`bad-${engine}-${what.length}`, 'bad');
    expect(await add(pod)).toMatchObject({ exitCode: 1 });
    expect(await node.leftovers()).toEqual([]);
    expect(await pod.netns.exec(['ip', '-br', 'link'])).not.toContain('net1');
    expect(await node.call('DEL', pod)).toMatchObject({ exitCode: 0, stdout: '' });
  });

  it('leaves nothing, and DEL succeeds: a plugin that is not installed', async () => {
    await node.nad('v', { cniVersion: '0.3.1', type: 'sriov', ipam: {} });
    const pod = await node.pod(`missing-${engine}`, 'v');
    expect(errorIn((await add(pod)).stdout).msg).toContain('PLX-PLUGIN-MISSING');
    await detached(pod);
  });

  it("does not affect GC, which keeps the sandboxes in the runtime's list and undoes all others", async () => {
    await node.nad('hl', node.bridge('brh', '10.55.0.0/24', { cniVersion: '0.4.0' }));
    const pod = await node.pod(`gc-${engine}`, 'hl');
    expect(await add(pod)).toMatchObject({ exitCode: 0 });
    expect(await gc([pod])).toMatchObject({ exitCode: 0 });
    expect(await node.call('CHECK', pod)).toMatchObject({ exitCode: 0 });
    expect(await gc([])).toMatchObject({ exitCode: 0 });
    expect(await node.leftovers()).toEqual([]);
  });

  it('is detached as it was attached, whatever it contains now, also without a namespace and repeatedly', async () => {
    await node.nad('hl', node.bridge('brh', '10.55.0.0/24', { cniVersion: '0.4.0' }));
    const pod = await node.pod(`del-${engine}`, 'hl');
    expect(await add(pod)).toMatchObject({ exitCode: 0 });
    await node.nad('hl', { cniVersion: '0.4.0', type: 'macvlan', master: 'gone0', ipam: {} });
    await pod.netns.remove();
    expect(await node.call('CHECK', pod)).toMatchObject({ exitCode: 1 });
    for (let time = 0; time < 2; time++)
      expect(await node.call('DEL', pod, { netns: '' })).toMatchObject({ exitCode: 0, stdout: '' });
    await detached(pod);
  });
});

describe('an attachment whose plugin fails at ADD and at DEL', () => {
  const refuses = { exitCode: 1, stdout: '{"code":7,"msg":"no such master"}' };
  let delegates: string;
  let beta: RecordingDelegate;
  const call = (command: string, pod: TestPod, more: object = {}) =>
    node.call(command, pod, { config: configured(more), path: [delegates] });
  const configured = (more: object = {}) =>
    node.config({ binDir: delegates, delegates: [chain('default-net', 'alpha')], detachAttempts: 1, ...more });
  const pods: TestPod[] = [];
  const failed = async (behaviour: Parameters<RecordingDelegate['set']>[0], networks = 'one'): Promise<TestPod> => {
    await beta.set(behaviour);
    const pod = await node.pod(`refused-${pods.length}`, networks);
    pods.push(pod);
    expect(await call('ADD', pod)).toMatchObject({ exitCode: 1 });
    return pod;
  };
  const recorded = async (): Promise<readonly string[]> =>
    (await node.leftovers()).filter((file) => file.endsWith('.json'));
  beforeEach(async () => {
    node = await createTestNode('direct');
    delegates = join(node.dir, 'delegates');
    await mkdir(delegates);
    for (const type of ['alpha', 'addresses']) await recordingDelegate(delegates, type);
    beta = await recordingDelegate(delegates, 'beta');
    await node.nad('one', chain('one', 'beta'));
  });
  afterEach(() => node.remove());

  it('is undone at once if both errors are the same', async () => {
    await failed({ ADD: refuses, DEL: refuses });
    expect(await recorded()).toEqual([]);
  });

  it.each([
    { title: 'another error', behaviour: { ADD: refuses, DEL: { exitCode: 1, stdout: '{"code":7,"msg":"busy"}' } } },
    { title: 'a killed plugin', behaviour: { ADD: { hang: true }, DEL: refuses } },
    { title: 'no output', behaviour: { ADD: { exitCode: 1 }, DEL: { exitCode: 1 } } },
    { title: 'an invalid result', behaviour: { ADD: { stdout: 'attached!' }, DEL: refuses } },
  ])('stays in the journal until its plugin works, for $title', async ({ behaviour }) => {
    await beta.set(behaviour);
    const pod = await node.pod('kept', 'one');
    expect(await call('ADD', pod, { deadlines: { pluginSeconds: 2 } })).toMatchObject({ exitCode: 1 });
    expect(await recorded()).toHaveLength(1);
    await beta.set({});
    expect(await call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(await recorded()).toEqual([]);
  });

  it('stays in the journal while its link is in the sandbox', async () => {
    await beta.set({ ADD: { ...refuses, until: join(node.dir, 'link-made') }, DEL: refuses });
    const pod = await node.pod('link', 'one');
    const adding = call('ADD', pod);
    await expect.poll(async () => (await beta.calls()).some(({ plugin }) => plugin === 'beta')).toBe(true);
    await pod.netns.exec(['ip', 'link', 'add', 'net1', 'type', 'veth', 'peer', 'name', 'net1peer']);
    await writeFile(join(node.dir, 'link-made'), '');
    expect(await adding).toMatchObject({ exitCode: 1 });
    expect(await recorded()).toHaveLength(1);
    await pod.netns.exec(['ip', 'link', 'delete', 'net1']);
    expect(await call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(await recorded()).toEqual([]);
  });

  it('releases its address through its IPAM plugin, and stays in the journal if that fails', async () => {
    await node.nad('leased', { cniVersion: '1.0.0', name: 'leased', type: 'beta', ipam: { type: 'addresses' } });
    await failed({ ADD: refuses, DEL: refuses }, 'leased');
    expect(await recorded()).toEqual([]);
    const [released] = (await beta.calls()).filter(({ plugin }) => plugin === 'addresses');
    expect(released).toMatchObject({
      command: 'DEL',
      env: { CNI_IFNAME: 'net1' },
      stdin: { name: 'leased', ipam: { type: 'addresses' } },
    });
    await (
      await recordingDelegate(delegates, 'addresses')
    ).set({ DEL: { exitCode: 1, stdout: '{"code":11,"msg":"the store is away"}' } });
    await failed({ ADD: refuses, DEL: refuses }, 'leased');
    expect(await recorded()).toHaveLength(1);
  });

  it('does not fail the GC of other sandboxes', async () => {
    const stuck = await failed({ DEL: refuses, ADD: { stdout: 'attached!' } });
    expect(await call('DEL', stuck)).toMatchObject({ exitCode: 0 });
    expect(await recorded(), 'abandoned').toHaveLength(1);
    expect(await gc([], { binDir: delegates, delegates: [chain('default-net', 'alpha')] }, delegates)).toMatchObject({
      exitCode: 0,
      stdout: '',
    });
    expect(await recorded()).toHaveLength(1);
  });

  it('causes one Event with a count, because the message is the same for kubelet’s next sandbox', async () => {
    await beta.set({ ADD: refuses, DEL: refuses });
    const pod = await node.pod('events', 'one');
    for (let sandbox = 0; sandbox < 2; sandbox++)
      expect(await call('ADD', { ...pod, containerId: `${pod.containerId}s${sandbox}` })).toMatchObject({
        exitCode: 1,
      });
    const file = join(node.dir, 'manifests/status/events.jsonl');
    await access(file);
    const lines = (await readFile(file, 'utf8')).split('\n').filter(Boolean);
    const failures = lines
      .map((line) => JSON.parse(line) as { reason: string; message: string })
      .filter(({ reason }) => reason === 'AttachmentFailed');
    expect(failures).toHaveLength(2);
    expect(new Set(failures.map(({ message }) => message)).size).toBe(1);
    expect(await readdir(join(node.dir, 'state/journal')).catch(() => [])).not.toContainEqual(
      expect.stringMatching(/\.json$/),
    );
  });
});
