import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HotPlugNode, createHotPlugNode } from '../support/hot-plug-node.ts';
import { errorIn } from '../support/recording-node.ts';

// Policies for plugins on the node: real plugins, daemon and host agent as processes. The policy file is the daemon's
// configuration.

let at: HotPlugNode;
const policies = [
  { name: 'trusted', namespaces: { matchLabels: { trust: 'full' } } },
  { name: 'tenants', bridges: ['br-*'], deniedKeys: ['sysctl'] },
];
beforeAll(async () => {
  at = await createHotPlugNode({ flags: { 'plugin-policies': JSON.stringify(policies) } });
  const { node, nad, api } = at.cluster;
  nad('good', node.bridge('br-good', '10.1.0.0/24'));
  nad('bad', node.bridge('plain', '10.2.0.0/24'));
  api.put('namespaces', { metadata: { name: 'infra', labels: { trust: 'full' } } });
  api.put('network-attachment-definitions', {
    metadata: { name: 'plain', namespace: 'infra' },
    spec: { config: JSON.stringify(node.bridge('plain', '10.3.0.0/24')) },
  });
});
afterAll(() => at?.remove());

describe('policies for plugins, on the node', () => {
  it('allow a network by the namespace of its NetworkAttachmentDefinition, not of the pod', async () => {
    const pod = await at.livePod('both', 'good,infra/plain');
    expect(await at.interfacesOf(pod)).toEqual(['eth0 10.244.0.x', 'net1 10.1.0.x', 'net2 10.3.0.x']);
    await at.end(pod);
  });

  it('refuse a network at ADD, and still allow CHECK and DEL of one that was attached before', async () => {
    const { cluster } = at;
    const refused = errorIn((await cluster.call('ADD', await cluster.pod('no', 'bad'))).stdout);
    expect([refused.code, refused.msg]).toEqual([
      7,
      expect.stringMatching(/PLX-PLUGIN-REFUSED.*default\/bad .*policy "tenants": plugins/),
    ]);
    const pod = await at.livePod('later', 'infra/plain');
    cluster.api.put('namespaces', { metadata: { name: 'infra' } });
    expect((await cluster.call('CHECK', pod)).exitCode).toBe(0);
    await at.end(pod);
    cluster.api.put('namespaces', { metadata: { name: 'infra', labels: { trust: 'full' } } });
  });

  it('refuse a network that a running pod would gain', async () => {
    const pod = await at.livePod('grows', 'good');
    at.annotate(pod, 'good,bad');
    expect((await at.condition(pod, 'False')).message).toContain('PLX-PLUGIN-REFUSED');
    expect(await at.interfacesOf(pod)).toEqual(['eth0 10.244.0.x', 'net1 10.1.0.x']);
    await at.end(pod);
  });

  it('refuse a network at a DEL of a sandbox that the journal does not know', async () => {
    const { node, nad, call, pod } = at.cluster;
    const dataDir = join(node.dir, 'foreign');
    const writing = node.bridge('plain', '10.4.0.0/24');
    nad('writes', { ...writing, ipam: { ...(writing['ipam'] as object), dataDir } });
    at.podObject('never', 'writes');
    const never = await pod('never', 'writes');
    expect((await call('DEL', never)).exitCode).toBe(0);
    expect(existsSync(dataDir)).toBe(false);
  });
});
