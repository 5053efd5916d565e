import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Cluster, type PodEvent, type WatchedPod, networksDigest } from '../../src/cluster/index.ts';
import { fileJournal } from '../../src/journal/index.ts';
import { type NadRef, networksKey } from '../../src/npwg/index.ts';
import { type HotPlug, type HotPlugDeps, hotPlug } from '../../src/reconcile/index.ts';
import { type ModelledNode, key, nodeWithSandbox, statesOf } from '../attach/modelled-node.ts';
import { patience } from '../support/patience.ts';

let folder: string;
let node: ModelledNode;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plexus-hot-plug-'));
  node = await nodeWithSandbox(fileJournal(join(folder, 'journal')), []);
  const record = await node.journal.read(key);
  if (record === undefined) throw new Error('there is no record');
  await node.journal.write({ ...record, networksDigest: networksDigest({}) });
});
afterEach(() => rm(folder, { recursive: true }));

const ref = { namespace: 'shop', name: 'db-0', uid: 'u1' };

/** The controller with a cluster that has one pod, whose NADs exist, and that counts what it is asked. */
function controllerOf(onNad: (name: string) => void = () => {}): {
  readonly plug: HotPlug;
  /** Writes the annotation and reports it as the watch does. Returns the keys that need work. */
  readonly annotate: (networks: string) => readonly string[];
  /** The watch reports nothing from now on. */
  readonly loseWatch: () => void;
  readonly requests: string[];
  readonly events: PodEvent[];
  readonly conditions: string[];
} {
  let annotations: Readonly<Record<string, string>> = {};
  const [requests, events, conditions]: [string[], PodEvent[], string[]] = [[], [], []];
  const cluster: Cluster = {
    getPod: async () => ({ ...ref, annotations }),
    getPodState: async () => {
      requests.push('get pod');
      return { metadata: { ...ref, annotations }, hostNetwork: false, deleting: false };
    },
    listPodsOf: async () => [],
    listPodStatesOf: async () => [],
    getNamespaceLabels: async () => ({}),
    getNad: async (nad: NadRef) => {
      onNad(nad.name);
      const plugins = [{ type: 'link' }, { type: 'rule' }];
      return { ...nad, config: JSON.stringify({ cniVersion: '1.0.0', name: nad.name, plugins }) };
    },
    patchNetworkStatus: async () => 'written',
    publishNetworks: async (_pod, { condition }) => {
      requests.push('patch pod');
      if (condition !== undefined) conditions.push(`${condition.status} ${condition.reason}`);
      return 'written';
    },
    recordEvent: async (_subject, event) => void events.push(event),
  };
  let lost: WatchedPod | undefined;
  const watched = (): WatchedPod => lost ?? { ...ref, digest: networksDigest(annotations) };
  const { deps } = node.process();
  const settings = deps.settings as ReturnType<HotPlugDeps['settings']>;
  const current: HotPlugDeps = {
    journal: node.journal,
    cluster,
    pods: { run: async () => {}, get: (uid) => (uid === ref.uid ? watched() : undefined) },
    settings: () => settings,
    report: deps.report,
    cancellable: (_containerId, signal, work) => work(signal),
    followDeps: () => ({
      release: async () => {},
      ...deps,
      cluster,
      readConf: async () => ({ kind: 'folder', files: [], siblings: {} }),
      settingsOf: () => settings,
    }),
  };
  const plug = hotPlug(() => current);
  const annotate = (networks: string): readonly string[] => {
    const before = watched().digest;
    annotations = { [networksKey]: networks };
    return plug.podChanged(watched(), before);
  };
  const loseWatch = (): void => void (lost = watched());
  return { plug, annotate, loseWatch, requests, events, conditions };
}

describe('networks of a running pod', () => {
  it('a change that fails is retried for as long as the annotation requests it, and succeeds once its cause is gone', async () => {
    const { plug, annotate, conditions, events } = controllerOf();
    node.broken.add('a');
    expect(await plug.work.list?.(patience())).toMatchObject({ keys: [] });
    const [queued = ''] = annotate('a');
    for (let failures = 1; failures <= 6; failures++)
      expect(await plug.work.reconcile(queued, patience())).toBe('retry');
    expect(new Set(conditions)).toEqual(new Set(['False AttachFailed']));
    expect(node.calls.filter((call) => call === 'ADD a net1')).toHaveLength(6);
    expect(statesOf(await node.journal.read(key))).toEqual(['eth0 default attached']);
    node.broken.clear();
    expect(await plug.work.reconcile(queued, patience())).toBe('done');
    expect(statesOf(await node.journal.read(key))).toEqual(['eth0 default attached', 'net1 shop/a attached']);
    expect(conditions.at(-1)).toBe('True InSync');
    expect(events.at(-1)).toMatchObject({ reason: 'AddedInterface' });
  });

  it('a change counts for the namespace of its pod, also before its sandbox is recorded', async () => {
    const { plug, annotate } = controllerOf();
    const [unlisted = ''] = annotate('a');
    expect(plug.work.tenantOf?.(unlisted)).toBe('shop');
    await plug.work.list?.(patience());
    const [listed = ''] = annotate('b');
    expect(listed).not.toBe(unlisted);
    expect(plug.work.tenantOf?.(listed)).toBe('shop');
  });

  it('a change that fails is no longer tried once the annotation does not request it', async () => {
    const { plug, annotate } = controllerOf();
    node.broken.add('a');
    await plug.work.list?.(patience());
    const [queued = ''] = annotate('a');
    expect(await plug.work.reconcile(queued, patience())).toBe('retry');
    annotate('[]');
    expect(await plug.work.reconcile(queued, patience())).toBe('done');
    expect(node.calls.filter((call) => call === 'ADD a net1')).toHaveLength(1);
  });

  it('a change that fails backs off while the watch is lost and lags behind the pod', async () => {
    const { plug, annotate, loseWatch } = controllerOf();
    node.broken.add('a').add('b');
    await plug.work.list?.(patience());
    const [queued = ''] = annotate('a');
    expect(await plug.work.reconcile(queued, patience())).toBe('retry');
    loseWatch();
    annotate('b');
    expect(await plug.work.reconcile(queued, patience())).toBe('retry');
    expect(node.calls.at(-2)).toBe('ADD b net1');
  });

  it('a change of the annotation during a change that fails is followed without back-off', async () => {
    const { plug, annotate } = controllerOf((name) => name === 'a' && annotate('b'));
    node.broken.add('a');
    await plug.work.list?.(patience());
    const [queued = ''] = annotate('a');
    expect(await plug.work.reconcile(queued, patience())).toEqual({ afterMs: 0 });
    expect(node.calls.at(-2)).toBe('ADD a net1');
    expect(await plug.work.reconcile(queued, patience())).toBe('done');
    expect(statesOf(await node.journal.read(key))).toEqual(['eth0 default attached', 'net1 shop/b attached']);
  });

  it('requests nothing from the API server and queues nothing while no annotation changes', async () => {
    const { plug, annotate, requests } = controllerOf();
    await plug.work.list?.(patience());
    const [queued = ''] = annotate('a');
    expect(await plug.work.reconcile(queued, patience())).toBe('done');
    requests.length = 0;
    const record = await node.journal.read(key);
    if (record === undefined) throw new Error('there is no record');
    expect(plug.recordWritten(record)).toBe(false);
    expect(await plug.work.list?.(patience())).toMatchObject({ keys: [] });
    expect(plug.podChanged({ ...ref, digest: networksDigest({ [networksKey]: 'a' }) }, undefined)).toEqual([]);
    expect(requests).toEqual([]);
  });

  it('a change that the watch did not report is found by the next list', async () => {
    const { plug, annotate } = controllerOf();
    annotate('a');
    expect(await plug.work.list?.(patience())).toMatchObject({ keys: ['c1@eth0'] });
  });
});
