import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { fileJournal } from '../../src/journal/index.ts';
import type { SandboxRecord } from '../../src/plan/index.ts';
import { callCni } from '../support/cni-runtime.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { errorIn, useRecordingNode } from '../support/recording-node.ts';
import type { TestPod } from '../support/test-node.ts';

// GC undoes what the runtime's list does not contain, and nothing else.
const at = useRecordingNode();
const run = promisify(execFile);

async function gc(valid: readonly TestPod[], config: object, path: readonly string[]) {
  const { executable, env } = await at().node.caller();
  const named = valid.map(({ containerId }) => ({ containerID: containerId, ifname: 'eth0' }));
  return callCni({
    executable,
    command: 'GC',
    config: { ...config, cniVersion: '1.1.0', 'cni.dev/valid-attachments': named },
    path,
    nodeNetns: at().node.netns.path,
    env: { ...env },
  });
}

/** Creates two pods: the namespace of the old one is gone, and the next one's has the same path. */
async function atTheSamePath(name: string): Promise<{ readonly old: TestPod; readonly next: TestPod }> {
  const { node } = at();
  const old = await node.pod(`old-${name}`);
  expect(await node.call('ADD', old)).toMatchObject({ exitCode: 0 });
  await run('ip', ['netns', 'delete', old.netns.name]);
  await run('ip', ['netns', 'add', old.netns.name]);
  const next: TestPod = { ...(await node.pod(`next-${name}`)), netns: old.netns };
  expect(await node.call('ADD', next)).toMatchObject({ exitCode: 0 });
  return { old, next };
}
async function isWell(pod: TestPod): Promise<void> {
  const { node } = at();
  expect(await node.call('CHECK', pod)).toMatchObject({ exitCode: 0, stdout: '' });
  expect(await node.call('DEL', pod)).toMatchObject({ exitCode: 0 });
  expect(await node.leftovers()).toEqual([]);
}
async function detachByForce(pod: TestPod): Promise<void> {
  const program = join(import.meta.dirname, '../../dist/plexus');
  const words = [
    'attachments',
    'detach',
    pod.containerId,
    '--force',
    '--cni-dir',
    join(at().node.dir, 'state'),
    '--cni-path',
    await pluginsDir(),
  ];
  await run('nsenter', [`--net=${at().node.netns.path}`, program, ...words]);
}
const cutOff = (record: SandboxRecord): SandboxRecord => ({
  ...record,
  complete: false,
  attachments: record.attachments.map(({ attachment }) => ({ state: 'intended', attachment })),
});
const withResultOf = (record: SandboxRecord, { attachments }: SandboxRecord): SandboxRecord => ({
  ...record,
  attachments: record.attachments.map((entry, index) => ({ ...entry, result: attachments[index]?.result ?? {} })),
});

describe('GC', () => {
  it('K8S-64: does not affect a pod whose namespace has the path of a stale sandbox', async () => {
    const { node } = at();
    const { next } = await atTheSamePath('gc');
    expect(await gc([next], node.config(), [await pluginsDir()])).toMatchObject({ exitCode: 0, stdout: '' });
    expect((await node.leftovers()).filter((file) => file.startsWith('state/journal'))).toEqual([
      `state/journal/${next.containerId}@eth0.json`,
    ]);
    await isWell(next);
  });

  describe.each([
    { title: 'whose ADD was interrupted, so its interfaces are unknown', forge: cutOff },
    { title: 'with the MAC of the next one, as with ipvlan', forge: withResultOf },
  ])("K8S-64: a stale sandbox at another pod's path, $title", ({ forge }) => {
    async function forged(name: string): Promise<{ readonly old: TestPod; readonly next: TestPod }> {
      const { old, next } = await atTheSamePath(name);
      const journal = fileJournal(join(at().node.dir, 'state/journal'));
      const [before, other] = await Promise.all(
        [old, next].map(({ containerId }) => journal.read({ containerId, ifName: 'eth0' })),
      );
      if (before === undefined || other === undefined) throw new Error('no record');
      await journal.write(forge(before, other));
      return { old, next };
    }
    it('is undone by GC without affecting the other pod', async () => {
      const { next } = await forged('gc');
      expect(await gc([next], at().node.config(), [await pluginsDir()])).toMatchObject({ exitCode: 0, stdout: '' });
      await isWell(next);
    });
    it('is undone by plexus attachments detach --force without affecting the other pod', async () => {
      const { old, next } = await forged('detach');
      await detachByForce(old);
      await isWell(next);
    });
  });

  it('does not affect that pod at plexus attachments detach --force either', async () => {
    const { old, next } = await atTheSamePath('detach');
    await detachByForce(old);
    await isWell(next);
  });

  it('CNI-60: undoes the rest of a sandbox and all other sandboxes if a plugin hangs', async () => {
    const [one, other] = [await at().node.pod('hangs', 'two'), await at().node.pod('other', 'two')];
    for (const pod of [one, other]) expect(await at().call('ADD', pod)).toMatchObject({ exitCode: 0 });
    await at().beta.set({ DEL: { hang: true } });
    await at().alpha.forget();
    const config = at().config({ deadlines: { gcSeconds: 20 } });
    expect(errorIn((await gc([], config, [at().delegates])).stdout).msg).toContain('PLX-GC-INCOMPLETE');
    const whole = ['DEL gamma net1', 'DEL beta net1', 'DEL alpha eth0'];
    expect((await at().steps()).filter((step) => step.startsWith('DEL'))).toEqual([...whole, ...whole]);
    await at().beta.set({});
    expect(await gc([], config, [at().delegates])).toMatchObject({ exitCode: 0 });
    expect(await at().node.leftovers()).toEqual([]);
  });
});
