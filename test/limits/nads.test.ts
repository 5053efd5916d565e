import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClusterNode, createClusterNode } from '../support/cluster-node.ts';
import { type ShippedLimit, shippedLimit } from '../support/shipped-limit.ts';
import { waitFor } from '../support/wait-for.ts';

// What whoever may create NetworkAttachmentDefinitions can do to the daemons of all nodes: nothing.
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

const padded = (name: string, length: number): object => ({ ...at.node.bridge(name, '10.31.0.0/16'), padding: 'x'.repeat(length) });
const start = () => at.start({ wrapper: limit.wrapper, flags: { 'reclaim-seconds': '0' } });
const metric = async (name: string): Promise<number> => {
  const text = await (await fetch(`http://127.0.0.1:${at.daemon().httpPort}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
};
const known = async (): Promise<number> => (await metric('plexus_watch_objects')) + (await metric('plexus_watch_objects_left_out'));
const attach = async (name: string, networks: string) => at.call('ADD', await at.pod(name, networks));

describe('NetworkAttachmentDefinitions that are large, under the shipped memory limit', () => {
  it('too large to be used: the watch is ready, the daemon lives when more come, and only a pod that asks for one fails', async () => {
    for (let n = 0; n < 30; n++) at.nad(`large-${n}`, padded('large', 1_300_000));
    await start();
    await waitFor('the list', async () => (await metric('plexus_watch_synced')) === 1);
    for (let n = 30; n < 75; n++) at.nad(`large-${n}`, padded('large', 1_300_000));
    await waitFor('the changes', async () => (await known()) >= 76);
    await limit.assertSurvived(at.daemon());
    expect(await attach('asks', 'large-7')).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/PLX-NAD-TOO-LARGE.*default\/large-7.*at most 262144/),
    });
    expect(await attach('is-content', 'small')).toMatchObject({ exitCode: 0 });
    await limit.assertSurvived(at.daemon());
  }, 240_000);

  it('of middle size and many: those that do not fit into the cache are read when a pod asks for them, and small ones stay in it', async () => {
    for (let n = 0; n < 80; n++) at.nad(`middle-${n}`, padded('middle', 200_000));
    await start();
    await waitFor('the list', async () => (await metric('plexus_watch_synced')) === 1);
    expect(await metric('plexus_watch_objects_left_out')).toBeGreaterThan(20);
    at.api.requests.length = 0;
    expect(await attach('small', 'small')).toMatchObject({ exitCode: 0 });
    expect(at.api.requests.filter(({ verb }) => verb === 'get')).toEqual([]);
    // each network is one that is not in the cache for most of them
    const pods = await Promise.all(
      Array.from({ length: 8 }, (_, n) => at.pod(`p${n}`, Array.from({ length: 4 }, (__, m) => `middle-${n * 10 + m}`).join(','))),
    );
    const answers = await Promise.all(pods.map((pod) => at.call('ADD', pod)));
    for (const answer of answers) expect(answer, answer.stdout.slice(0, 500)).toMatchObject({ exitCode: 0 });
    await limit.assertSurvived(at.daemon());
    for (const pod of pods) expect(await at.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    await limit.assertSurvived(at.daemon());
  }, 240_000);
});
