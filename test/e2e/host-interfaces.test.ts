import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestNode, createTestNode } from '../support/test-node.ts';

// One network for nodes whose network cards have different names.

const indexOf = async (exec: (words: string[]) => Promise<string>, link: string): Promise<unknown> =>
  (JSON.parse(await exec(['ip', '-j', 'link', 'show', 'dev', link])) as { ifindex?: number; link_index?: number }[])[0];

describe.each(['direct', 'daemon'] as const)('an interface of the node (%s) that a network selects', (engine) => {
  let node: TestNode;
  beforeAll(async () => {
    node = await createTestNode(engine);
    const ip = (...words: readonly string[]): Promise<string> => node.netns.exec(['ip', ...words]);
    await ip('link', 'add', 'enp7s0', 'type', 'veth', 'peer', 'name', 'switch');
    await ip('link', 'property', 'add', 'dev', 'enp7s0', 'altname', 'storage0');
    await ip('address', 'add', '10.77.0.4/24', 'dev', 'enp7s0');
    for (const link of ['enp7s0', 'switch']) await ip('link', 'set', link, 'up');
    await network('storage', { uplink: [{ name: 'eth9' }, { altName: 'storage0' }] });
    await network('addressed', { uplink: { subnet: '10.77.0.0/16' } });
    await network('absent', { uplink: { driver: 'no_such_driver' } });
  });
  afterAll(() => node.remove());

  const network = (name: string, interfaces: object): Promise<void> =>
    node.nad(
      name,
      {
        cniVersion: '1.0.0',
        name,
        plugins: [{ type: 'macvlan', master: 'uplink', mode: 'bridge' }, { type: 'tuning' }],
      },
      { annotations: { 'plexus-cni.io/interfaces': JSON.stringify(interfaces) } },
    );

  it('is the master of the real macvlan plugin, also for DEL after the selectors no longer match', async () => {
    const pod = await node.pod('stored', 'storage,addressed');
    expect(await node.call('ADD', pod)).toMatchObject({ exitCode: 0 });
    const uplink = (await indexOf((words) => node.netns.exec(words), 'enp7s0')) as { readonly ifindex: number };
    for (const name of ['net1', 'net2'])
      expect(await indexOf((words) => pod.netns.exec(words), name)).toMatchObject({ link_index: uplink.ifindex });
    expect(await node.call('CHECK', pod)).toMatchObject({ exitCode: 0 });
    await network('storage', { uplink: { name: 'gone' } });
    expect(await node.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(await node.leftovers()).toEqual([]);
  });

  it('is reported with the interfaces of the node if none matches', async () => {
    const pod = await node.pod('lost', 'absent');
    const { exitCode, stdout } = await node.call('ADD', pod);
    expect([exitCode, stdout]).toEqual([1, expect.stringContaining('PLX-HOST-INTERFACE-UNRESOLVED')]);
    expect(stdout).toMatch(/no interface of this node matches driver=no_such_driver; it has .*enp7s0 \(/);
    expect(await node.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(await node.leftovers()).toEqual([]);
  });
});
