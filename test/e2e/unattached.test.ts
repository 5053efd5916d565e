import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClusterNode, createClusterNode, networksKey, statusKey } from '../support/cluster-node.ts';
import { waitFor } from '../support/wait-for.ts';

// Pods of this node in the API that request networks, compared with the journal.
let at: ClusterNode;
beforeEach(async () => {
  at = await createClusterNode();
  at.nad('storage', at.node.bridge('storage', '10.30.0.0/16'));
});
afterEach(() => at.remove());

interface Made {
  readonly annotations?: Record<string, string>;
  readonly spec?: object;
  readonly status?: object;
}
const running = (
  name: string,
  { annotations = { [networksKey]: 'storage' }, spec = {}, status = {} }: Made = {},
): void =>
  void at.api.put('pods', {
    metadata: { name, namespace: 'default', annotations },
    spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'none' }], ...spec },
    status: { phase: 'Running', startTime: '2020-01-01T00:00:00Z', ...status },
  });
const reportedEvents = (): readonly { reason: string; message: string; involvedObject: { name: string } }[] =>
  (at.api.all('events') as unknown as { reason: string; message: string; involvedObject: { name: string } }[]).filter(
    ({ reason }) => reason === 'NetworksNotAttached',
  );
const found = async (): Promise<readonly { name: string }[]> =>
  JSON.parse(await readFile(join(at.node.dir, 'state/unattached.json'), 'utf8').catch(() => '[]')) as {
    name: string;
  }[];
const metric = async (): Promise<string | undefined> =>
  /^plexus_pods_unattached (\d+)/m.exec(
    await (await fetch(`http://127.0.0.1:${at.daemon().httpPort}/metrics`)).text(),
  )?.[1];

describe('the sweep for unattached pods', () => {
  it('reports a running pod that was never attached once, by Event, metric and list, with the likely reason', async () => {
    running('old');
    running('new', { status: { startTime: '2099-01-01T00:00:00Z' } });
    await at.start({ flags: { 'reclaim-seconds': '1' } });
    await waitFor('the events', async () => reportedEvents().length === 2);
    expect(
      Object.fromEntries(reportedEvents().map(({ involvedObject, message }) => [involvedObject.name, message])),
    ).toEqual({
      old: expect.stringMatching(
        /requests networks \(storage\), but Plexus never attached it, probably because the pod started before Plexus was installed on this node\. Delete the pod/,
      ) as string,
      new: expect.stringContaining('another CNI configuration was active on this node') as string,
    });
    await expect.poll(() => metric()).toBe('2');
    expect(await found()).toMatchObject([{ name: 'new' }, { name: 'old' }]);
    await at.daemon().stop();
    await at.start({ flags: { 'reclaim-seconds': '1' } });
    running('third');
    await waitFor('the third', async () => (await found()).length === 3);
    await waitFor('its event', async () =>
      reportedEvents().some(({ involvedObject }) => involvedObject.name === 'third'),
    );
    expect(reportedEvents(), 'the others are not reported again').toHaveLength(3);
    at.api.remove('pods', 'default', 'old');
    await waitFor('the list is up to date', async () => (await found()).length === 2);
    await expect.poll(() => metric()).toBe('2');
  });

  it('ignores pods that are attached, request nothing, are on another node, do not run, use the host network, or were attached by another plugin', async () => {
    const attached = await at.node.pod('attached');
    running('attached');
    const { metadata } = at.api.get('pods', 'default', 'attached') ?? {};
    running('asks-for-nothing', { annotations: {} });
    running('empty', { annotations: { [networksKey]: ' ' } });
    running('elsewhere', { spec: { nodeName: 'node-2' } });
    running('pending', { status: { phase: 'Pending' } });
    running('done', { status: { phase: 'Succeeded' } });
    running('host', { spec: { hostNetwork: true } });
    running('by-multus', {
      annotations: { [networksKey]: 'storage', [statusKey]: '[{"name":"a"},{"name":"default/storage"}]' },
    });
    await at.start({ flags: { 'reclaim-seconds': '1' } });
    const pod = { ...attached, uid: metadata?.uid ?? '' };
    expect(await at.call('ADD', pod)).toMatchObject({ exitCode: 0 });
    running('never');
    await waitFor('the one that counts', async () => (await found()).length > 0);
    expect(await found()).toMatchObject([{ name: 'never' }]);
    await waitFor('its event', async () => reportedEvents().length > 0);
    expect(reportedEvents()).toHaveLength(1);
    expect(await at.call('DEL', pod)).toMatchObject({ exitCode: 0 });
  });

  it('costs two lists and no request per pod, however many such pods exist', async () => {
    for (let n = 0; n < 150; n++) running(`never-${n}`);
    await at.start({ flags: { 'reclaim-seconds': '1' } });
    await waitFor('all of them', async () => (await found()).length === 150);
    const verbs = at.api.requests
      .filter(({ resource, verb }) => resource === 'pods' && verb !== 'watch')
      .map(({ verb }) => verb);
    expect(new Set(verbs)).toEqual(new Set(['list']));
  });

  it('reports a missing permission once, and everything else continues', async () => {
    at.api.faults.answer(403, { match: ({ verb, resource }) => verb === 'list' && resource === 'pods' });
    await at.start({ flags: { 'reclaim-seconds': '1' } });
    const words = (): number => at.daemon().log.filter((line) => line.includes('cannot check for pods')).length;
    await waitFor('the word', async () => words() > 0);
    const pod = await at.pod('works', 'storage');
    expect(await at.call('ADD', pod)).toMatchObject({ exitCode: 0 });
    expect(await at.call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(words()).toBe(1);
  });
});
