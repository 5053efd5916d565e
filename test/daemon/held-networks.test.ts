import { setImmediate as nextRound } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../src/cluster/index.ts';
import { memoryHolder } from '../../src/service/held-memory.ts';
import { holdNetworks } from '../../src/daemon/held-networks.ts';

const signal = new AbortController().signal;
const ref = { namespace: 'shop', name: 'db-0' };
/** Whether it settles before the next round of the event loop: nothing here waits for more than promises. */
const settles = (work: Promise<unknown>): Promise<boolean> =>
  Promise.race([work.then(() => true), nextRound().then(() => false)]);

describe.each(['getPod', 'getPodOfKubelet'] as const)('the annotations of a pod from %s', (source) => {
  const clusterWith = (length: number) => {
    const reads: string[] = [];
    const read = async (): Promise<object> => {
      reads.push(source);
      return { ...ref, annotations: { 'k8s.v1.cni.cncf.io/networks': 'a'.repeat(length) } };
    };
    return { cluster: { [source]: read } as unknown as Cluster, reads };
  };
  const readWith = async (cluster: Cluster): Promise<unknown> =>
    source === 'getPod' ? cluster.getPod(ref, signal) : cluster.getPodOfKubelet?.('u1', signal);

  it('delay no other call while they are as long as usual', async () => {
    const hold = memoryHolder();
    const { cluster, reads } = clusterWith(2000);
    await readWith(holdNetworks(cluster, hold()));
    expect(await settles(readWith(holdNetworks(cluster, hold())))).toBe(true);
    expect(reads).toHaveLength(2);
  });

  it('are read again, if they are long, when no other call holds much', async () => {
    const hold = memoryHolder();
    const [first, second] = [hold(), hold()];
    const { cluster, reads } = clusterWith(100_000);
    await readWith(holdNetworks(cluster, first));
    expect(reads).toHaveLength(2);
    const waiting = readWith(holdNetworks(cluster, second));
    expect(await settles(waiting)).toBe(false);
    expect(reads).toHaveLength(3);
    await first.release();
    expect(await waiting).toMatchObject(ref);
    expect(reads).toHaveLength(4);
  });
});

describe('the annotations of a pod from the call of the runtime', () => {
  const podWith = (length: number) => ({
    ...ref,
    annotations: { 'k8s.v1.cni.cncf.io/networks': 'a'.repeat(length) },
  });
  const held = (hold: ReturnType<typeof memoryHolder>) => {
    const memory = hold();
    return { memory, cluster: holdNetworks({} as Cluster, memory) };
  };

  it('are parsed, if they are long, when no other call holds much', async () => {
    const hold = memoryHolder();
    const [first, second] = [held(hold), held(hold)];
    await first.cluster.holdPod?.(podWith(100_000), signal);
    const waiting = second.cluster.holdPod?.(podWith(100_000), signal) ?? Promise.resolve();
    expect(await settles(waiting)).toBe(false);
    await first.memory.release();
    expect(await settles(waiting)).toBe(true);
  });

  it('are parsed at once while they are as long as usual', async () => {
    const hold = memoryHolder();
    const [first, second] = [held(hold), held(hold)];
    await first.cluster.holdPod?.(podWith(100_000), signal);
    expect(await settles(second.cluster.holdPod?.(podWith(2000), signal) ?? Promise.resolve())).toBe(true);
  });
});
