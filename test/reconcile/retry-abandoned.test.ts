import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { deviceInfoFiles } from '../../src/devices/index.ts';
import { localHost } from '../../src/host/index.ts';
import { type Journal, fileJournal, fileLocks } from '../../src/journal/index.ts';
import { parseSettings } from '../../src/plan/index.ts';
import { abandonedRetrier } from '../../src/reconcile/index.ts';
import type { Step } from '../../src/report/index.ts';
import { type RecordingDelegate, recordingDelegate } from '../support/recording-delegate.ts';
import { sampleRecord } from '../support/sample-record.ts';
import { patience } from '../support/patience.ts';

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
async function abandoned(containerId: string): Promise<{ containerId: string; ifName: string }> {
  if (sample === undefined) throw new Error('the sample has no attachment');
  const at = '2026-01-02T03:04:05.000Z';
  const attachments = [
    { state: 'detaching', attachment: sample.attachment, attempts: 5, lastError: 'busy', abandonedAt: at },
  ] as const;
  await journal.write(sampleRecord({ containerId, attachments }));
  return { containerId, ifName: 'eth0' };
}
const round = (retry: ReturnType<typeof abandonedRetrier>, keys: readonly { containerId: string; ifName: string }[]) =>
  retry(
    deps(),
    async () => keys,
    () => {},
    patience(),
  );

it('a clock that is set back does not put off the next try', async () => {
  const retry = abandonedRetrier({ firstPauseMs: 0, longestPauseMs: 0 });
  const keys = [await abandoned('c1')];
  await bridge.set({ DEL: { exitCode: 1, stdout: '{"code":999,"msg":"busy"}' } });
  await round(retry, keys);
  await bridge.set({});
  clock -= 24 * 60 * 60 * 1000;
  await round(retry, keys);
  expect(await journal.read({ containerId: 'c1', ifName: 'eth0' })).toBeUndefined();
});

it('each sandbox by itself: one whose record cannot be read does not keep the others from their turn', async () => {
  const keys = [await abandoned('c1'), await abandoned('c2')];
  await writeFile(join(folder, 'journal/c1@eth0.json'), 'damaged');
  expect(await round(abandonedRetrier(), keys)).toBe(2);
  expect(await journal.read({ containerId: 'c2', ifName: 'eth0' })).toBeUndefined();
  expect(steps).toContainEqual(expect.objectContaining({ kind: 'problem', sandbox: 'c1' }));
});
