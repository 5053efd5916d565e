import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { deviceInfoFiles } from '../../src/devices/index.ts';
import { localHost } from '../../src/host/index.ts';
import { type Journal, fileJournal, fileLocks } from '../../src/journal/index.ts';
import { parseSettings } from '../../src/plan/index.ts';
import { createController } from '../../src/queue/index.ts';
import { abandonedWork, containerOf } from '../../src/reconcile/index.ts';
import type { Step } from '../../src/report/index.ts';
import { type RecordingDelegate, recordingDelegate } from '../support/recording-delegate.ts';
import { sampleRecord } from '../support/sample-record.ts';
import { patience } from '../support/patience.ts';
import { waitFor } from '../support/wait-for.ts';

let folder: string;
let journal: Journal;
let bridge: RecordingDelegate;
let clock: number;
let steps: Step[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plexus-retry-'));
  journal = fileJournal(join(folder, 'journal'));
  bridge = await recordingDelegate(folder, 'bridge');
  clock = Date.now();
  steps = [];
});
afterEach(() => rm(folder, { recursive: true }));

const deps = () => ({
  settings: parseSettings({ cniVersion: '1.0.0', name: 'plexus', type: 'plexus-cni', delegates: [{ type: 'none' }] })
    .settings,
  host: localHost(),
  deviceInfo: deviceInfoFiles('/nowhere'),
  journal,
  locks: fileLocks(join(folder, 'locks')),
  report: (step: Step) => void steps.push(step),
  now: () => clock,
  path: [folder],
});
const [sample] = sampleRecord().attachments;
async function abandoned(containerId: string): Promise<void> {
  if (sample === undefined) throw new Error('the sample has no attachment');
  const at = '2026-01-02T03:04:05.000Z';
  const attachments = [
    { state: 'detaching', attachment: sample.attachment, attempts: 5, lastError: 'busy', abandonedAt: at },
  ] as const;
  await journal.write(sampleRecord({ containerId, attachments }));
}
const work = () => abandonedWork(journal, deps, () => {});
const keys = async (): Promise<readonly string[]> => (await work().list?.(patience()))?.keys ?? [];

it('retries abandoned attachments until none remain', async () => {
  await abandoned('c1');
  const [key = ''] = await keys();
  await bridge.set({ DEL: { exitCode: 1, stdout: '{"code":999,"msg":"busy"}' } });
  expect(await work().reconcile(key, patience())).toBe('retry');
  await bridge.set({});
  clock -= 24 * 60 * 60 * 1000; // setting the wall clock back delays nothing
  expect(await work().reconcile(key, patience())).toBe('done');
  expect(await journal.read({ containerId: 'c1', ifName: 'eth0' })).toBeUndefined();
  expect(await keys()).toEqual([]);
});

it('retries a sandbox although the record of another is damaged', async () => {
  await abandoned('c1');
  await abandoned('c2');
  const both = await keys();
  await writeFile(join(folder, 'journal/c1@eth0.json'), 'damaged');
  const stop = new AbortController();
  const report = (step: Step): void => void steps.push(step);
  const options = { name: 'test', backOff: { firstMs: 10_000, longestMs: 10_000 }, deadlineSeconds: 300 };
  const controller = createController({ ...options, sandboxOf: containerOf, report });
  for (const key of both) controller.add(key);
  const running = controller.run({ reconcile: work().reconcile }, stop.signal);
  await waitFor('both to be tried', async () => steps.filter(({ kind }) => kind === 'work-finished').length >= 2);
  stop.abort();
  await running;
  expect(await journal.read({ containerId: 'c2', ifName: 'eth0' })).toBeUndefined();
  expect(steps).toContainEqual(expect.objectContaining({ kind: 'problem', sandbox: 'c1' }));
});
