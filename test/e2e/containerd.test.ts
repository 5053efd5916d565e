import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plexusCni } from '../support/cni-runtime.ts';
import { type Containerd, startContainerd, whyNoContainers } from '../support/containerd.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { type TestNode, createTestNode } from '../support/test-node.ts';

const reason = await whyNoContainers();
if (reason !== undefined) process.stderr.write(`the containerd tests are skipped: ${reason}\n`);

describe.skipIf(reason !== undefined)('called by containerd (ctr run --cni, go-cni)', () => {
  let node: TestNode;
  let containerd: Containerd;
  beforeAll(async () => {
    node = await createTestNode();
    const tuned = {
      cniVersion: '0.4.0',
      name: 'tuned',
      plugins: [node.bridge('tuned', '10.32.0.0/24'), { type: 'tuning', mtu: 1400 }],
    };
    const delegates = [
      node.bridge('cluster-net', '10.244.0.0/24', { isDefaultGateway: true }),
      node.bridge('storage', '10.30.0.0/24'),
      tuned,
    ];
    const plugin = { type: 'plexus-cni', binDir: await pluginsDir(), cniDir: join(node.dir, 'state'), delegates };
    containerd = await startContainerd({
      conflist: { cniVersion: '1.0.0', name: 'plexus', plugins: [plugin] },
      plugins: { 'plexus-cni': plexusCni },
      node: node.netns,
    });
  });
  afterAll(async () => {
    await containerd.close();
    await node.remove();
  });

  it('attaches a container to all its networks before it starts, reaches the node over each, and leaves nothing behind', async () => {
    const script =
      'ip -o -4 addr; ip route show default; for net in 10.244.0.1; do ping -c 1 -w 5 $net >/dev/null && echo reached $net; done; cat /sys/class/net/net2/mtu';
    const printed = await containerd.runContainer('first', script);
    expect(printed).toMatch(/eth0 +inet 10\.244\.0\.2\/24/);
    expect(printed).toMatch(/net1 +inet 10\.30\.0\.2\/24/);
    expect(printed).toMatch(/net2 +inet 10\.32\.0\.2\/24/);
    expect(printed).toMatch(/^default via 10\.244\.0\.1 dev eth0/m);
    expect(printed).toContain('reached 10.244.0.1');
    expect(printed).toMatch(/^1400$/m);
    expect(await node.leftovers()).toEqual([]);
  });

  it('attaches five containers at once', async () => {
    const printed = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((name) => containerd.runContainer(name, 'ip -o -4 addr show net1')),
    );
    expect(new Set(printed.map((text) => /inet (\S+)/.exec(text)?.[1])).size).toBe(5);
    expect(await node.leftovers()).toEqual([]);
  });
});
