import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/cni/index.ts';
import { undoAbandoned } from '../../src/attach/index.ts';
import { deviceInfoFiles } from '../../src/devices/index.ts';
import { localHost } from '../../src/host/index.ts';
import { fileJournal, fileLocks } from '../../src/journal/index.ts';
import { parseSettings } from '../../src/plan/index.ts';
import { quiet } from '../../src/report/index.ts';
import { callCni } from '../support/cni-runtime.ts';
import { useRecordingNode } from '../support/recording-node.ts';
import type { TestPod } from '../support/test-node.ts';
import { patience } from '../support/patience.ts';

// An attachment that was undone is removed from the record at once, so it is never undone twice and the rest is known
// by name.
const at = useRecordingNode();
const run = promisify(execFile);
const failing = { exitCode: 1, stdout: '{"code":100,"msg":"busy"}' };
const journal = () => fileJournal(join(at().node.dir, 'state/journal'));
const left = async (pod: TestPod): Promise<string[]> =>
  ((await journal().read({ containerId: pod.containerId, ifName: 'eth0' }))?.attachments ?? []).map(
    (entry) =>
      `${entry.attachment.interfaceName} ${entry.state}${entry.state === 'detaching' ? `: ${entry.lastError}` : ''}`,
  );
/** Checks that the first half has left only net1, then runs the second half. */
const secondHalf = async (pod: TestPod): Promise<void> => {
  expect(await left(pod)).toEqual([expect.stringMatching(/^net1 detaching: plugin beta failed \(DEL\): busy/)]);
  await at().beta.set({});
  await at().alpha.forget();
};
const done = async (pod: TestPod): Promise<void> => {
  expect(await at().steps()).toEqual(['DEL gamma net1', 'DEL beta net1']);
  expect(await left(pod)).toEqual([]);
  expect(await at().node.leftovers()).toEqual([]);
};

describe('a plugin that fails to undo once, among others that succeed', () => {
  it('is called again by DEL after a failed ADD', async () => {
    await at().node.nad('fails', { cniVersion: '1.1.0', name: 'fails', type: 'no-such-plugin' });
    const pod = await at().node.pod('add', 'two,fails');
    await at().beta.set({ DEL: failing });
    expect(await at().call('ADD', pod)).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('PLX-PLUGIN-MISSING') as unknown,
    });
    await secondHalf(pod);
    expect(await at().call('DEL', pod)).toMatchObject({ exitCode: 0 });
    await done(pod);
  });

  it('is called again by the next GC', async () => {
    const pod = await at().node.pod('gc', 'two');
    await at().call('ADD', pod);
    await at().beta.set({ DEL: failing });
    const gc = async () => {
      const { executable, env } = await at().node.caller();
      const config = { ...at().config(), 'cni.dev/valid-attachments': [] };
      return callCni({
        executable,
        command: 'GC',
        config,
        path: [at().delegates],
        nodeNetns: at().node.netns.path,
        env: { ...env },
      });
    };
    expect(await gc()).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('PLX-GC-INCOMPLETE') as unknown });
    await secondHalf(pod);
    expect(await gc()).toMatchObject({ exitCode: 0 });
    const steps = (await at().steps()).filter((step) => step.startsWith('DEL'));
    expect([steps, await left(pod)]).toEqual([['DEL gamma net1', 'DEL beta net1'], []]);
  });

  it('is called again by the next plexus attachments detach', async () => {
    const pod = await at().node.pod('detach', 'two');
    await at().call('ADD', pod);
    await at().beta.set({ DEL: failing });
    const program = join(import.meta.dirname, '../../dist/plexus');
    const words = [
      'attachments',
      'detach',
      pod.containerId,
      '--force',
      '--cni-dir',
      join(at().node.dir, 'state'),
      '--cni-path',
      at().delegates,
    ];
    const detach = () => run('nsenter', [`--net=${at().node.netns.path}`, program, ...words]);
    await expect(detach()).rejects.toMatchObject({ code: 1 });
    await secondHalf(pod);
    await detach();
    await done(pod);
  });

  it('is called again when the daemon retries the abandoned attachment', async () => {
    const pod = await at().node.pod('abandoned', 'two,two');
    await at().call('ADD', pod);
    await at().beta.set({ DEL: failing });
    await at().alpha.forget();
    expect(await at().call('DEL', pod, { detachAttempts: 1 })).toMatchObject({ exitCode: 0 });
    expect(await left(pod)).toHaveLength(2);
    const { settings } = parseSettings(at().config() as JsonObject);
    const deps = {
      settings,
      host: localHost(),
      deviceInfo: deviceInfoFiles('/nowhere'),
      journal: journal(),
      locks: fileLocks(join(at().node.dir, 'state/locks')),
      report: quiet,
      now: Date.now,
      path: [at().delegates],
    };
    const again = () => undoAbandoned({ containerId: pod.containerId, ifName: 'eth0' }, deps, patience());
    await at().alpha.forget();
    await at().beta.set({ DEL: [{}, failing] }); // net2 first
    expect(await again()).toBe(false);
    await secondHalf(pod);
    expect(await again()).toBe(true);
    await done(pod);
  });
});
