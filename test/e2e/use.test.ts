import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestPod } from '../support/test-node.ts';
import { networksKey } from '../support/cluster-node.ts';
import { serviceAccount, useGrant } from '../support/grant-use.ts';
import { type HotPlugNode, createHotPlugNode } from '../support/hot-plug-node.ts';
import { errorIn } from '../support/recording-node.ts';
import { waitFor } from '../support/wait-for.ts';

// The permission to use a network on the node: real plugins, daemon and host agent as processes, roles of the cluster.

let at: HotPlugNode;
const grant = useGrant({ namespace: 'default', network: 'san' }, [serviceAccount('default', 'db')]);

beforeAll(async () => {
  at = await createHotPlugNode({ authorizeAs: 'rbac' });
  const { node, nad, api } = at.cluster;
  nad('open', node.bridge('open', '10.1.0.0/24'));
  api.put('network-attachment-definitions', {
    metadata: { name: 'san', namespace: 'default', annotations: { 'plexus-cni.io/require-use': 'true' } },
    spec: { config: JSON.stringify(node.bridge('san', '10.2.0.0/24')) },
  });
});
afterAll(() => at?.remove());

const give = (): void => {
  at.cluster.api.put('roles', grant.role);
  at.cluster.api.put('rolebindings', grant.binding);
};
const take = (): void => at.cluster.api.remove('rolebindings', 'default', grant.binding.metadata.name);
const newPod = async (
  name: string,
  more: { readonly spec?: object; readonly mirror?: true } = {},
): Promise<TestPod> => {
  const { cluster } = at;
  const made = await cluster.pod(name);
  const pod = more.mirror ? { ...made, uid: 'b1946ac92492d2347c6235b4d2611184' } : made; // a hash, as from kubelet
  cluster.api.put('pods', {
    metadata: {
      name,
      namespace: 'default',
      uid: made.uid,
      annotations: { [networksKey]: 'san', ...(more.mirror && { 'kubernetes.io/config.mirror': pod.uid }) },
    },
    spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'none' }], ...more.spec },
  });
  return pod;
};

describe('the permission to use a network, on the node', () => {
  it('is checked at ADD, granted without a restart, and not needed for CHECK and DEL', async () => {
    const { cluster } = at;
    const pod = await newPod('db-0', { spec: { serviceAccountName: 'db' } });
    const refused = errorIn((await cluster.call('ADD', pod)).stdout);
    expect([refused.code, refused.msg]).toEqual([
      7,
      expect.stringMatching(/PLX-USE-REFUSED.*ServiceAccount default\/db/),
    ]);
    give();
    await waitFor('the permission', async () => (await cluster.call('ADD', pod)).exitCode === 0);
    take();
    expect((await cluster.call('CHECK', pod)).exitCode).toBe(0);
    expect((await cluster.call('DEL', pod)).exitCode).toBe(0);
  });

  it('is checked when a running pod gains the network', async () => {
    const pod = await at.livePod('grows', 'open', { spec: { serviceAccountName: 'app' } });
    at.annotate(pod, 'open,san');
    expect((await at.condition(pod, 'False')).message).toMatch(/PLX-USE-REFUSED.*ServiceAccount default\/app/);
    expect(await at.interfacesOf(pod)).toEqual(['eth0 10.244.0.x', 'net1 10.1.0.x']);
    await at.end(pod);
  });

  it('is never assumed if the API server does not answer the review', async () => {
    const { cluster } = at;
    const faults = cluster.api.faults.answer(403, { match: ({ resource }) => resource === 'subjectaccessreviews' });
    const pod = await newPod('unknown', { spec: { serviceAccountName: 'fresh' } });
    const refused = errorIn((await cluster.call('ADD', pod)).stdout);
    faults();
    expect([refused.code, refused.msg]).toEqual([11, expect.stringContaining('PLX-USE-UNKNOWN')]);
  });

  it('is not needed by a static pod, but by a pod that only pretends to be one', async () => {
    const { cluster } = at;
    const mirrored = await newPod('static', { mirror: true });
    expect((await cluster.call('ADD', mirrored)).exitCode).toBe(0);
    expect((await cluster.call('DEL', mirrored)).exitCode).toBe(0);
    const pretending = await cluster.pod('pretending', 'san');
    const annotations = { [networksKey]: 'san', 'kubernetes.io/config.source': 'file' };
    cluster.api.put('pods', {
      metadata: { name: 'pretending', namespace: 'default', uid: pretending.uid, annotations },
      spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'none' }] },
    });
    expect(errorIn((await cluster.call('ADD', pretending)).stdout).msg).toContain('PLX-USE-REFUSED');
  });
});
