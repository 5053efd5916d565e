import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileJournal } from '../../src/journal/index.ts';
import { type HotPlugNode, createHotPlugNode } from '../support/hot-plug-node.ts';
import { waitFor } from '../support/wait-for.ts';

// What happens to networks of running pods while parts of Plexus are down or the pod ends.
let at: HotPlugNode | undefined;
const node = (): HotPlugNode => {
  if (at === undefined) throw new Error('there is no node');
  return at;
};
async function start(more: Parameters<typeof createHotPlugNode>[0] = {}): Promise<HotPlugNode> {
  at = await createHotPlugNode(more);
  at.cluster.nad('a', at.cluster.node.bridge('a', '10.1.0.0/24'));
  at.cluster.nad('b', at.cluster.node.bridge('b', '10.2.0.0/24'));
  return at;
}
beforeEach(() => {
  at = undefined;
});
afterEach(() => at?.remove());

describe('networks of a running pod', () => {
  it('follow a change that was made while the daemon was down', async () => {
    const { cluster, livePod, annotate, inSync, interfacesOf, end } = await start();
    const pod = await livePod('missed', 'a');
    await cluster.daemon().stop();
    annotate(pod, 'b@x');
    await cluster.start();
    await inSync(pod);
    expect(await interfacesOf(pod)).toEqual(['eth0 10.244.0.x', 'x 10.2.0.x']);
    await end(pod);
  });

  it('wait for the host agent, with one Event that names it, and follow when it connects', async () => {
    const { cluster, livePod, annotate, condition, events, inSync, interfacesOf, end } = await start({ agent: false });
    const pod = await livePod('alone', 'a');
    annotate(pod, 'a,b');
    expect(await condition(pod, 'False')).toMatchObject({ message: expect.stringContaining('PLX-HOST-AGENT-MISSING') });
    expect(await interfacesOf(pod)).toHaveLength(2);
    await waitFor('the Event', async () =>
      events(pod).some(({ message }) => message.includes('PLX-HOST-AGENT-MISSING')),
    );
    await cluster.startAgent();
    await inSync(pod);
    expect(await interfacesOf(pod)).toEqual(['eth0 10.244.0.x', 'net1 10.1.0.x', 'net2 10.2.0.x']);
    await condition(pod, 'True');
    expect(events(pod).filter(({ message }) => message.includes('PLX-HOST-AGENT-MISSING'))).toHaveLength(1);
    await end(pod);
  });

  it('are not followed with hotPlug off, and the daemon then watches no pods', async () => {
    const { cluster, livePod, annotate, interfacesOf, end } = await start({ flags: { 'hot-plug': 'off' } });
    const pod = await livePod('off', 'a');
    annotate(pod, 'a,b');
    const other = await livePod('other', 'a,b');
    expect(await interfacesOf(other)).toHaveLength(3);
    expect(await interfacesOf(pod)).toHaveLength(2);
    expect(cluster.api.requests.filter(({ resource, verb }) => resource === 'pods' && verb === 'watch')).toEqual([]);
    await end(pod);
    await end(other);
  });

  it('a DEL that arrives while a plugin runs cancels the change and undoes it', async () => {
    const { cluster, livePod, annotate, end } = await start({ agent: false });
    const marker = join(cluster.node.dir, 'started');
    const folder = join(cluster.node.dir, 'slow');
    await mkdir(folder);
    await writeFile(
      join(folder, 'hangs'),
      `#!/bin/sh\n[ "$CNI_COMMAND" = ADD ] && touch ${marker} && exec sleep 1000\nexit 0\n`,
    );
    await chmod(join(folder, 'hangs'), 0o755);
    cluster.nad('slow', {
      cniVersion: '1.0.0',
      name: 'slow',
      plugins: [
        { type: 'bridge', bridge: 'a', ipam: { type: 'static', addresses: [{ address: '10.9.0.2/24' }] } },
        { type: 'hangs' },
      ],
    });
    await cluster.startAgent([folder]);
    const pod = await livePod('ends', 'a');
    annotate(pod, 'a,slow');
    await waitFor('the plugin', async () => existsSync(marker));
    await end(pod);
  });

  it('follow for thirty pods that change at the same time', async () => {
    const { livePod, annotate, inSync, record } = await start();
    const names = Array.from({ length: 30 }, (_, index) => `many-${index}`);
    const pods = await Promise.all(names.map((name) => livePod(name)));
    for (const pod of pods) annotate(pod, 'a');
    await Promise.all(pods.map((pod) => inSync(pod)));
    for (const pod of pods) expect((await record(pod))?.attachments).toHaveLength(2);
    const ends = await Promise.all(pods.map((pod) => node().cluster.call('DEL', pod)));
    expect(new Set(ends.map(({ exitCode }) => exitCode))).toEqual(new Set([0]));
    expect(await node().cluster.node.leftovers()).toEqual([]);
  });

  it('stay as they are if the record does not show what the pod requested, unless that is what is attached', async () => {
    const { cluster, livePod, annotate, condition, record, inSync, end } = await start();
    const [same, changed] = [await livePod('old-same', 'a'), await livePod('old-changed', 'a')];
    await cluster.daemon().stop();
    const journal = fileJournal(join(cluster.node.dir, 'state/journal'));
    for (const pod of [same, changed]) {
      const before = await record(pod);
      if (before === undefined) throw new Error('the pod is not recorded');
      const { networksDigest: _unknown, callSettings: _none, ...old } = before;
      const attachments = old.attachments.map((entry) => {
        const { selection: _unrecorded, ...attachment } = entry.attachment;
        return { ...entry, attachment };
      });
      await journal.write({ ...old, attachments });
    }
    annotate(changed, 'b');
    await cluster.start();
    await inSync(same);
    annotate(same, 'a,b');
    await inSync(same);
    expect((await record(same))?.attachments).toHaveLength(3);
    annotate(changed, '[]');
    await condition(changed, 'False', /PLX-SELECTIONS-UNRECORDED/);
    expect((await record(changed))?.attachments).toHaveLength(2);
    await end(same);
    await end(changed);
  });

  it('are detached by the reclaim of a node that has rebooted', async () => {
    const { cluster, livePod, follow, record } = await start();
    const pod = await livePod('rebooted', 'a');
    await follow(pod, 'a,b@x');
    const before = await record(pod);
    if (before === undefined) throw new Error('the pod is not recorded');
    await cluster.daemon().stop();
    await fileJournal(join(cluster.node.dir, 'state/journal')).write({ ...before, bootId: 'of-before' });
    await pod.netns.remove();
    await cluster.start();
    await waitFor('it is reclaimed', async () => (await record(pod)) === undefined);
    expect(await cluster.node.leftovers()).toEqual([]);
  });
});
