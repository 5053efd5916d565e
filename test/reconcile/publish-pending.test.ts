import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Journal, type SandboxLocks, fileJournal, fileLocks, impatient } from '../../src/journal/index.ts';
import { parseSettings } from '../../src/plan/index.ts';
import { publishWork } from '../../src/reconcile/index.ts';
import { sampleRecord } from '../support/sample-record.ts';
import { patience } from '../support/patience.ts';

let folder: string;
let journal: Journal;
let locks: SandboxLocks;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plexus-publish-'));
  journal = fileJournal(join(folder, 'journal'));
  locks = fileLocks(join(folder, 'locks'));
});
afterEach(() => rm(folder, { recursive: true }));

const { settings } = parseSettings({
  cniVersion: '1.0.0',
  name: 'plexus',
  type: 'plexus-cni',
  delegates: [{ type: 'none' }],
});

it('publishes other pending statuses while one sandbox stays busy', async () => {
  const pendingStatus = { text: '[]' };
  for (const containerId of ['c1', 'c2'])
    await journal.write(sampleRecord({ containerId, complete: true, pendingStatus }));
  // the newer sandbox of that pod
  await journal.write(sampleRecord({ containerId: 'c3', complete: true, createdAt: '2026-02-02T03:04:05.000Z' }));
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: held, resolve: hold } = Promise.withResolvers<void>();
  const holding = locks.withSandbox({ containerId: 'c1', command: 'ADD' }, patience(), () => (hold(), released));
  await held;
  const deps = { settings, cluster: undefined, journal, report: () => {}, now: Date.now, locks: impatient(locks, 100) };
  const work = publishWork(() => deps);
  expect((await work.list?.(patience()))?.keys.toSorted()).toEqual(['c1@eth0', 'c2@eth0']);
  await expect(work.reconcile('c1@eth0', patience())).rejects.toMatchObject({ id: 'PLX-SANDBOX-BUSY' });
  expect(await work.reconcile('c2@eth0', patience())).toBe('done');
  expect(await journal.read({ containerId: 'c2', ifName: 'eth0' })).not.toHaveProperty('pendingStatus');
  release();
  await holding;
});
