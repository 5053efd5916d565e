import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { undoAll } from '../../src/attach/sandbox/undo.ts';
import { deviceInfoFiles } from '../../src/devices/index.ts';
import { localHost } from '../../src/host/index.ts';
import { type AttachmentRecord, parseSettings } from '../../src/plan/index.ts';
import { quiet } from '../../src/report/index.ts';
import { type RecordingDelegate, recordingDelegate } from '../support/recording-delegate.ts';
import { sampleRecord } from '../support/sample-record.ts';
import { patience } from '../support/patience.ts';

let folder: string;
let bridge: RecordingDelegate;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plexus-undo-'));
  bridge = await recordingDelegate(folder, 'bridge');
});
beforeEach(() => bridge.forget());
afterAll(() => rm(folder, { recursive: true }));

const [sample] = sampleRecord().attachments;
function entry(interfaceName: string, attempts: number): AttachmentRecord {
  if (sample === undefined) throw new Error('the sample has no attachment');
  const attachment = { ...sample.attachment, interfaceName };
  return attempts === 0
    ? { state: 'intended', attachment }
    : { state: 'detaching', attachment, attempts, lastError: 'busy' };
}
const deps = {
  settings: parseSettings({ cniVersion: '1.0.0', name: 'plexus', type: 'plexus-cni', delegates: [{ type: 'none' }] })
    .settings,
  host: localHost(),
  deviceInfo: deviceInfoFiles('/nowhere'),
  report: quiet,
  now: Date.now,
};
const undo = (records: readonly AttachmentRecord[], signal: AbortSignal) =>
  undoAll(records, { containerId: 'c1', netns: undefined, env: {}, path: [folder] }, deps, signal);
const called = async (): Promise<readonly (string | undefined)[]> =>
  (await bridge.calls()).map(({ env }) => env['CNI_IFNAME']);

describe('undoing the attachments of a sandbox', () => {
  it('NPWG-98: detaches the last attachment first, and those that failed before after the others', async () => {
    const records = [entry('eth0', 0), entry('net1', 2), entry('net2', 1), entry('net3', 0)];
    expect(await undo(records, patience())).toEqual([]);
    expect(await called()).toEqual(['net3', 'eth0', 'net2', 'net1']);
  });

  it('leaves an attachment unchanged that there was no time to try', async () => {
    const records = [entry('eth0', 0), entry('net1', 2)];
    expect((await undo(records, AbortSignal.abort())).map(({ entry }) => entry)).toEqual(records);
    expect(await called()).toEqual([]);
  });
});
