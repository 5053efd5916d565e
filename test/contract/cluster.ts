import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../src/cluster/index.ts';
import { patience } from '../support/patience.ts';

/** A Cluster implementation that contains a pod default/alice with a known UID, and a NAD default/lab. */
export interface ClusterUnderTest {
  readonly cluster: Cluster;
  readonly uid: string;
  readonly statusOf: (pod: string) => Promise<string | undefined>;
  readonly eventsOf: (
    pod: string,
  ) => Promise<readonly { readonly type: string; readonly reason: string; readonly message: string }[]>;
}

/** The requirements for every Cluster; each implementation runs them. */
export function testCluster(under: () => ClusterUnderTest): void {
  const signal = patience();
  const alice = { namespace: 'default', name: 'alice' };

  describe('contract of a Cluster', () => {
    it('returns a pod’s annotations and UID', async () => {
      expect(await under().cluster.getPod(alice, signal)).toEqual({
        ...alice,
        uid: under().uid,
        annotations: { 'k8s.v1.cni.cncf.io/networks': 'lab' },
      });
    });
    it('returns a NAD', async () => {
      expect(await under().cluster.getNad({ namespace: 'default', name: 'lab' }, signal)).toEqual({
        namespace: 'default',
        name: 'lab',
        config: '{"type":"macvlan"}',
        resourceName: 'vendor/x',
      });
    });
    it('returns undefined for a missing object', async () => {
      expect(await under().cluster.getPod({ namespace: 'default', name: 'nobody' }, signal)).toBeUndefined();
      expect(await under().cluster.getNad({ namespace: 'elsewhere', name: 'lab' }, signal)).toBeUndefined();
    });
    it('K8S-14: writes network-status of exactly that pod', async () => {
      const { cluster, uid, statusOf } = under();
      const text = '[{\n    "name": "n",\n    "default": true,\n    "dns": {}\n}]';
      expect(await cluster.patchNetworkStatus({ ...alice, uid }, text, signal)).toBe('written');
      expect((await statusOf('alice'))?.trim()).toBe(text);
      expect(await cluster.patchNetworkStatus({ ...alice, uid: 'another-uid' }, '[]', signal)).toBe('pod-is-gone');
      expect(await cluster.patchNetworkStatus({ ...alice, name: 'nobody', uid }, '[]', signal)).toBe('pod-is-gone');
      expect((await statusOf('alice'))?.trim()).toBe(text);
    });
    it('K8S-16: records Events', async () => {
      const { cluster, uid, eventsOf } = under();
      const event = {
        type: 'Normal',
        reason: 'AddedInterface',
        message: 'Add net1 [10.0.0.1/24] from default/lab',
      } as const;
      await cluster.recordEvent({ ...alice, uid }, event, signal);
      expect(await eventsOf('alice')).toEqual([expect.objectContaining(event)]);
    });
  });
}
