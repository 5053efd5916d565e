import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineUnderTest, type TestNode, createTestNode } from '../support/test-node.ts';

// a device that is there once: the plugin moves it into the pod, and has to give it back
let node: TestNode;
beforeAll(async () => {
  node = await createTestNode();
  await node.netns.exec(['ip', 'link', 'add', 'nic0', 'type', 'veth', 'peer', 'name', 'nic0-wire']);
  await node.netns.exec(['ip', 'link', 'set', 'nic0-wire', 'up']);
  await node.nad('nic', { cniVersion: '1.0.0', name: 'nic', type: 'host-device', device: 'nic0' });
});
afterAll(() => node.remove());

const linksIn = async (exec: (words: string[]) => Promise<string>): Promise<string[]> =>
  (JSON.parse(await exec(['ip', '-j', 'link'])) as { ifname: string }[]).map(({ ifname }) => ifname);

describe(`a device of the node (${engineUnderTest}), moved by the real host-device plugin`, () => {
  it('is in the pod after ADD, passes CHECK, and is back under its name after DEL', async () => {
    const pod = await node.pod('owner', 'nic');
    expect(await node.call('ADD', pod)).toMatchObject({ exitCode: 0 });
    expect(await linksIn((words) => pod.netns.exec(words))).toContain('net1');
    expect(await linksIn((words) => node.netns.exec(words))).not.toContain('nic0');
    expect(await node.call('CHECK', pod)).toMatchObject({ exitCode: 0 });
    expect(await node.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(await linksIn((words) => node.netns.exec(words))).toContain('nic0');
    expect(await node.leftovers()).toEqual([]);
  });

  it('a second pod does not get it meanwhile: its ADD fails and leaves nothing, and the first keeps it', async () => {
    const [first, second] = [await node.pod('first', 'nic'), await node.pod('second', 'nic')];
    await node.call('ADD', first);
    expect(await node.call('ADD', second)).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('PLX-PLUGIN-FAILED') as unknown,
    });
    expect(await linksIn((words) => first.netns.exec(words))).toContain('net1');
    // this plugin cannot undo what it has not done: what was never made need not be undone
    expect(await node.call('DEL', second)).toMatchObject({ exitCode: 0 });
    await node.call('DEL', first);
    expect(await linksIn((words) => node.netns.exec(words))).toContain('nic0');
    expect(await node.leftovers()).toEqual([]);
  });

  it('a failed ADD gives it back', async () => {
    await node.nad('bad', { cniVersion: '1.0.0', name: 'bad', type: 'no-such-plugin' });
    const pod = await node.pod('fails', 'nic,bad');
    expect(await node.call('ADD', pod)).toMatchObject({ exitCode: 1 });
    expect(await linksIn((words) => node.netns.exec(words))).toContain('nic0');
    await node.call('DEL', pod);
  });

  it('a pod that died, its containers gone and its object removed: DEL gives it back', async () => {
    const pod = await node.pod('dead', 'nic');
    await node.call('ADD', pod);
    await node.removeManifest('pod-dead.yaml');
    expect(await node.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(await linksIn((words) => node.netns.exec(words))).toContain('nic0');
    expect(await node.leftovers()).toEqual([]);
  });

  it('a pod whose namespace is gone: DEL succeeds and keeps nothing (the kernel destroys a veth with its namespace; a network card returns by itself)', async () => {
    const pod = await node.pod('vanished', 'nic');
    await node.call('ADD', pod);
    await pod.netns.remove();
    expect(await node.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(await node.leftovers()).toEqual([]);
  });
});
