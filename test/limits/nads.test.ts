import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClusterNode, createClusterNode } from '../support/cluster-node.ts';
import { type ShippedLimit, shippedLimit } from '../support/shipped-limit.ts';
import { waitFor } from '../support/wait-for.ts';

// Users who may create NetworkAttachmentDefinitions cannot harm the daemons of the nodes.
let at: ClusterNode;
let limit: ShippedLimit;
beforeEach(async () => {
  limit = await shippedLimit();
  at = await createClusterNode();
  at.nad('small', at.node.bridge('small', '10.30.0.0/24'));
});
afterEach(async () => {
  await at.remove();
  await limit.remove();
});

const padded = (name: string, length: number): object => ({
  ...at.node.bridge(name, '10.31.0.0/16'),
  padding: 'x'.repeat(length),
});
const start = () => at.start({ wrapper: limit.wrapper, flags: { 'reclaim-seconds': '0' } });
const metric = async (name: string): Promise<number> => {
  const text = await (await fetch(`http://127.0.0.1:${at.daemon().httpPort}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
};
const known = async (): Promise<number> =>
  (await metric('plexus_watch_objects')) + (await metric('plexus_watch_objects_left_out'));
const attach = async (name: string, networks: string) => at.call('ADD', await at.pod(name, networks));

describe('large NetworkAttachmentDefinitions, under the shipped memory limit', () => {
  it('above the limit, fail only pods that request them, while the watch and the daemon keep running', async () => {
    for (let n = 0; n < 30; n++) at.nad(`large-${n}`, padded('large', 1_300_000));
    await start();
    await waitFor('the list', async () => (await metric('plexus_watch_synced')) === 1);
    for (let n = 30; n < 75; n++) at.nad(`large-${n}`, padded('large', 1_300_000));
    await waitFor('the changes', async () => (await known()) >= 76);
    await limit.assertSurvived(at.daemon());
    expect(await attach('asks', 'large-7')).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/PLX-NAD-TOO-LARGE.*default\/large-7.*at most 65536/),
    });
    expect(await attach('is-content', 'small')).toMatchObject({ exitCode: 0 });
    await limit.assertSurvived(at.daemon());
  });

  it('of medium size and in large number, are read on demand if they do not fit into the cache, where small ones stay', async () => {
    for (let n = 0; n < 220; n++) at.nad(`middle-${n}`, padded('middle', 60_000));
    await start();
    await waitFor('the list', async () => (await metric('plexus_watch_synced')) === 1);
    await expect.poll(() => metric('plexus_watch_objects_left_out')).toBeGreaterThan(20);
    at.api.requests.length = 0;
    expect(await attach('small', 'small')).toMatchObject({ exitCode: 0 });
    expect(at.api.requests.filter(({ verb }) => verb === 'get')).toEqual([]);
    // For most of them, the network is not in the cache.
    const pods = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        at.pod(`p${n}`, Array.from({ length: 3 }, (__, m) => `middle-${n * 25 + m}`).join(',')),
      ),
    );
    const answers = await Promise.all(pods.map((pod) => at.call('ADD', pod)));
    for (const answer of answers) expect(answer, answer.stdout.slice(0, 500)).toMatchObject({ exitCode: 0 });
    await limit.assertSurvived(at.daemon());
    for (const pod of pods) expect(await at.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    await limit.assertSurvived(at.daemon());
  });

  // Each `{}` takes two bytes in the text and a hundred in memory.
  it('with many values, just below the limit, are answered for every pod that requests several at once', async () => {
    const dense = (name: string): object => ({
      ...at.node.bridge(name, '10.32.0.0/16'),
      padding: Array.from({ length: 15_000 }, () => ({})),
    });
    for (let n = 0; n < 10; n++) at.nad(`dense-${n}`, dense(`dense-${n}`));
    await start();
    await waitFor('the list', async () => (await metric('plexus_watch_synced')) === 1);
    const networks = Array.from({ length: 10 }, (_, n) => `dense-${n}`).join(',');
    const pods = await Promise.all(Array.from({ length: 12 }, (_, n) => at.pod(`dense-${n}`, networks)));
    const answers = await Promise.all(pods.map((pod) => at.call('ADD', pod)));
    await limit.assertSurvived(at.daemon());
    for (const { stdout } of answers)
      expect(stdout).toMatch(/PLX-NETWORKS-TOO-LARGE: the networks of this pod are too large/);
    const few = Array.from({ length: 12 }, (_, n) => `medium-${n % 10}`);
    for (let n = 0; n < 10; n++)
      at.nad(`medium-${n}`, {
        ...at.node.bridge(`medium-${n}`, '10.33.0.0/16'),
        padding: Array.from({ length: 2400 }, () => ({})),
      });
    await waitFor('the changes', async () => (await known()) >= 21);
    const heavy = await Promise.all(few.map((network, n) => at.pod(`heavy-${n}`, network)));
    for (const answer of await Promise.all(heavy.map((pod) => at.call('ADD', pod))))
      expect(answer, answer.stdout.slice(0, 500)).toMatchObject({ exitCode: 0 });
    await limit.assertSurvived(at.daemon());
    expect(await attach('content', 'small')).toMatchObject({ exitCode: 0 });
    await limit.assertSurvived(at.daemon());
  });
});
