import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineUnderTest, type TestNode, createTestNode } from '../support/test-node.ts';

// A device that exists once: the plugin moves it into the pod and must return it.
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

  it('is not given to a second pod, whose ADD fails and leaves nothing', async () => {
    const [first, second] = [await node.pod('first', 'nic'), await node.pod('second', 'nic')];
    await node.call('ADD', first);
    expect(await node.call('ADD', second)).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('PLX-PLUGIN-FAILED') as unknown,
    });
    expect(await linksIn((words) => first.netns.exec(words))).toContain('net1');
    // the plugin's DEL cannot undo an attachment that was never made, and need not
    expect(await node.call('DEL', second)).toMatchObject({ exitCode: 0 });
    await node.call('DEL', first);
    expect(await linksIn((words) => node.netns.exec(words))).toContain('nic0');
    expect(await node.leftovers()).toEqual([]);
  });

  it('is returned after a failed ADD', async () => {
    await node.nad('bad', { cniVersion: '1.0.0', name: 'bad', type: 'no-such-plugin' });
    const pod = await node.pod('fails', 'nic,bad');
    expect(await node.call('ADD', pod)).toMatchObject({ exitCode: 1 });
    expect(await linksIn((words) => node.netns.exec(words))).toContain('nic0');
    await node.call('DEL', pod);
  });

  it("is returned by DEL after the pod's containers and its object are gone", async () => {
    const pod = await node.pod('dead', 'nic');
    await node.call('ADD', pod);
    await node.removeManifest('pod-dead.yaml');
    expect(await node.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(await linksIn((words) => node.netns.exec(words))).toContain('nic0');
    expect(await node.leftovers()).toEqual([]);
  });

  it('does not fail DEL after the namespace is gone (the kernel destroys a veth with its namespace and returns a network card)', async () => {
    const pod = await node.pod('vanished', 'nic');
    await node.call('ADD', pod);
    await pod.netns.remove();
    expect(await node.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(await node.leftovers()).toEqual([]);
  });
});
