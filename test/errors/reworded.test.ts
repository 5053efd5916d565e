import { readFileSync, readdirSync } from 'node:fs';
import { chmod, mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { patience } from '../support/patience.ts';
import { openDoctorCluster } from '../support/doctor-cluster.ts';
import { nadObject, openDoctorRoom, writeNads } from '../support/doctor-room.ts';
import { type Check, type Seen, clusterChecks, nodeChecks } from '../../src/doctor/index.ts';
import { apiReachable } from '../../src/doctor/checks/api-reachable.ts';
import type { ClusterScene } from '../../src/doctor/cluster-scene.ts';
import { readJournal } from '../../src/doctor/state-files.ts';
import { PlexusError, apiRefused, nadNotFound, netnsUnusable } from '../../src/errors/index.ts';
import { encodeRecord, makePlan } from '../../src/plan/index.ts';
import { type PlacedFinding, readFiles, validate } from '../../src/validate/index.ts';
import { inputsFor } from '../plan/planned.ts';
import { sampleRecord } from '../support/sample-record.ts';
import { rewording } from '../support/rewording.ts';

// Code that decides by the text of an error breaks when the text is improved.
const folder = join(import.meta.dirname, '../validate');
const files = ['broken', 'good'].flatMap((name) =>
  readdirSync(join(folder, name)).map((file) => ({
    path: `${name}/${file}`,
    text: readFileSync(join(folder, name, file), 'utf8'),
  })),
);

/** The text, and copies with one character added or removed, which provoke many more errors than the files contain. */
const variantsOf = (text: string): readonly string[] => [
  text,
  ...Array.from({ length: Math.ceil(text.length / 23) }, (_, index) => index * 23).flatMap((at) => [
    `${text.slice(0, at)}${text.slice(at + 1)}`,
    `${text.slice(0, at)}9${text.slice(at)}`,
  ]),
];

function withRewording<T>(on: boolean, work: () => T): T {
  rewording.on = on;
  try {
    return work();
  } finally {
    rewording.on = true;
  }
}

const found = (path: string, text: string): readonly PlacedFinding[] =>
  validate(readFiles([{ path, text }]), { clusterNads: new Map() });
const withoutText = (findings: readonly PlacedFinding[]): readonly object[] =>
  findings.map(({ text: _text, ...more }) => more);

/** The findings of each check, without their text. */
const judgeAll = <S>(checks: readonly Check<S>[], scene: S) =>
  Promise.all(
    checks.map(async ({ id, look }) => {
      const seen = await look(scene, patience()).catch((error: unknown) => [error]);
      return { id, severities: seen.map((each) => severityIn(each)).join(' ') };
    }),
  );

const severityIn = (seen: unknown): string =>
  seen instanceof PlexusError ? `rejects with ${seen.id}` : seen instanceof Error ? 'rejects' : rowOf(seen as Seen);
const rowOf = ({ severity, where = '', fix = '' }: Seen): string => `${severity} at ${where}: ${fix}`;

const macvlan = { cniVersion: '1.0.0', type: 'macvlan', ipam: { type: 'host-local', subnet: '10.244.0.0/16' } };
const badNetworks: readonly [name: string, config: object | string][] = [
  ['absent', macvlan],
  ['broken', '{"cniVersion": '],
  ['empty', { cniVersion: '1.0.0', plugins: [] }],
  ['nested', { cniVersion: '1.0.0', type: 'plexus' }],
  ['file', ''],
];

async function brokenNode() {
  const room = await openDoctorRoom();
  await writeNads(
    room.write,
    badNetworks.map(([name, config]) => nadObject(name, config)),
  );
  await chmod(join(room.binDir, 'bridge'), 0o644);
  const record = { ...sampleRecord(), formatVersion: 2 };
  await room.write('var/lib/cni/plexus/journal/a@eth0.json', encodeRecord(record as never));
  await room.write('var/lib/cni/plexus/journal/b@eth0.json', '{');
  await room.write('etc/cni/net.d/05-other.conflist', '{');
  return { judge: () => judgeAll(nodeChecks, room.scene()), [Symbol.asyncDispose]: room.remove };
}

async function brokenCluster() {
  const authorize = ({ resource }: { readonly resource: string }) => !['nodes', 'events'].includes(resource);
  const cluster = await openDoctorCluster({ authorize });
  for (const [name, config] of badNetworks) cluster.nad(name, config);
  return { judge: () => judgeAll(clusterChecks, cluster.scene()), [Symbol.asyncDispose]: cluster.close };
}

describe('with every error message reworded', () => {
  it('errors and warnings contain no word of the usual message', () => {
    const usual = withRewording(false, () => nadNotFound({ nad: 'shop/fast', wantedBy: 'pod shop/db' }).message);
    expect(usual).toContain('shop/fast');
    expect(nadNotFound({ nad: 'shop/fast', wantedBy: 'pod shop/db' }).message).toMatch(/^reworded [a-p]{40}$/);
    expect(netnsUnusable({ netns: '/x', problem: 'y' }).message).toMatch(/^reworded [a-p]{40}$/);
    expect(makePlan(inputsFor({ networks: [{ name: 'a', ipz: 'x' }] })).warnings).toEqual([
      expect.objectContaining({ kind: 'selection-key-unknown', text: expect.stringMatching(/^reworded [a-p]{40}$/) }),
    ]);
  });

  it.each(files)('plexus validate reports the same findings for $path, at the same places', ({ path, text }) => {
    for (const variant of variantsOf(text)) {
      const usual = withRewording(false, () => found(path, variant));
      expect(withoutText(found(path, variant))).toEqual(withoutText(usual));
    }
  });

  it.each([
    { status: 401, severities: ['error'] },
    { status: 403, severities: [] },
  ])('plexus doctor judges a refusal with status $status as usual', async ({ status, severities }) => {
    const get = () => Promise.reject(apiRefused({ request: 'get namespace default', status, problem: 'no' }));
    const scene = { api: { get } } as unknown as ClusterScene;
    const seen = await apiReachable.look(scene, patience());
    expect(seen.map(({ severity }) => severity)).toEqual(severities);
  });

  it.each(['node', 'cluster'] as const)(
    'plexus doctor reports the same findings on a broken %s, with the same severities',
    async (end) => {
      await using scenes = end === 'node' ? await brokenNode() : await brokenCluster();
      rewording.on = false;
      const usual = await scenes.judge().finally(() => (rewording.on = true));
      expect(await scenes.judge()).toEqual(usual);
      expect(usual.filter(({ severities }) => severities !== '').length).toBeGreaterThanOrEqual(6);
    },
  );

  it('plexus doctor distinguishes a record of a newer version from a damaged one', async () => {
    await using state = await mkdtempDisposable(join(tmpdir(), 'reworded-'));
    await mkdir(join(state.path, 'journal'));
    await writeFile(
      join(state.path, 'journal', 'a@eth0.json'),
      encodeRecord({ ...sampleRecord(), formatVersion: 2 } as never),
    );
    await writeFile(join(state.path, 'journal', 'b@eth0.json'), '{');
    const { unreadable } = await readJournal(state.path);
    expect(unreadable.map(({ isNewer }) => isNewer)).toEqual([true, false]);
  });
});
