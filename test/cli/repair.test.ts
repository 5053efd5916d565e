import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileJournal } from '../../src/journal/index.ts';
import { isAbandoned } from '../../src/plan/index.ts';
import { netnsNames } from '../support/netns.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { type RecordingDelegate, recordingDelegate } from '../support/recording-delegate.ts';
import { chain } from '../support/recording-node.ts';
import { sampleRecord } from '../support/sample-record.ts';
import { type TestNode, type TestPod, createTestNode } from '../support/test-node.ts';

const run = promisify(execFile);
const program = join(import.meta.dirname, '../../dist/plexus');
interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
let node: TestNode;
beforeEach(async () => {
  node = await createTestNode('direct');
});
afterEach(() => node.remove());

const plexus = (path: string, ...words: string[]): Promise<Ended> =>
  run('nsenter', [
    `--net=${node.netns.path}`,
    program,
    'attachments',
    ...words,
    '--cni-dir',
    join(node.dir, 'state'),
    '--cni-path',
    path,
  ]).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: Ended) => ({ code: error.code, stdout: error.stdout, stderr: error.stderr }),
  );
const cells = (text: string): readonly (readonly string[])[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));

describe('plexus attachments with real plugins', () => {
  const attached = async (name: string): Promise<TestPod> => {
    await node.nad('lab', node.bridge('lab', '10.9.0.0/24'));
    const pod = await node.pod(name, 'lab');
    expect(await node.call('ADD', pod)).toMatchObject({ exitCode: 0 });
    return pod;
  };

  it('reports with check the first difference of each attachment, and none if all are intact', async () => {
    const path = await pluginsDir();
    const [one, two] = [await attached('one'), await attached('two')];
    const intact = await plexus(path, 'check');
    expect(cells(intact.stdout)).toEqual([
      ['SANDBOX', 'POD', 'INTERFACE', 'NETWORK', 'CHECK', 'WHY'],
      [one.containerId, 'default/one', 'eth0', 'cluster-net', 'ok', '-'],
      [one.containerId, 'default/one', 'net1', 'default/lab', 'ok', '-'],
      [two.containerId, 'default/two', 'eth0', 'cluster-net', 'ok', '-'],
      [two.containerId, 'default/two', 'net1', 'default/lab', 'ok', '-'],
    ]);
    expect(intact.code).toBe(0);
    await one.netns.exec(['ip', 'address', 'flush', 'dev', 'eth0']);
    await two.netns.exec(['ip', 'link', 'delete', 'net1']);
    const { code, stdout, stderr } = await plexus(path, 'check', '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject([
      { pod: 'default/one', interface: 'eth0', outcome: 'failed', why: expect.stringContaining('10.244.0.2') },
      { pod: 'default/one', interface: 'net1', outcome: 'ok', why: '' },
      { pod: 'default/two', interface: 'eth0', outcome: 'ok' },
      {
        pod: 'default/two',
        interface: 'net1',
        outcome: 'failed',
        why: expect.stringContaining('net1 (default/lab): interface net1 is gone'),
      },
    ]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('PLX-ATTACHMENTS-DIFFER: 2 of 4')]);
    expect(JSON.parse((await plexus(path, 'check', two.containerId, '-o', 'json')).stdout)).toHaveLength(2);
  });

  it('skips with check attachments that cannot be compared, with the reason, and fails for unreadable records', async () => {
    const path = await pluginsDir();
    const pod = await attached('gone');
    await pod.netns.remove();
    await fileJournal(join(node.dir, 'state/journal')).write(sampleRecord({ containerId: 'half' }));
    const skipped = await plexus(path, 'check');
    expect(skipped.code).toBe(0);
    expect(cells(skipped.stdout).map((row) => row.slice(4))).toEqual([
      ['CHECK', 'WHY'],
      ...Array<string[]>(2).fill(['skipped', `network namespace ${pod.netns.path} cannot be used: it does not exist`]),
      ['skipped', 'its ADD did not finish'],
    ]);
    await writeFile(join(node.dir, 'state/journal/x@eth0.json'), '{');
    expect(await plexus(path, 'check')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('PLX-RECORD-DAMAGED'),
    });
  });

  it('refuses to detach while the namespace exists, and undoes everything once it is gone', async () => {
    const path = await pluginsDir();
    const pod = await attached('late');
    expect(await plexus(path, 'detach', pod.containerId)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/PLX-POD-MAY-BE-ALIVE: .*Delete the pod/),
    });
    expect(await pod.netns.ipJson(['link', 'show', 'net1'])).toHaveLength(1);
    await pod.netns.remove();
    const { code, stdout } = await plexus(path, 'detach', pod.containerId);
    expect(cells(stdout).map((row) => row.slice(2))).toEqual([
      ['INTERFACE', 'NETWORK', 'OUTCOME', 'WHY'],
      ['eth0', 'cluster-net', 'detached', '-'],
      ['net1', 'default/lab', 'detached', '-'],
    ]);
    expect(code).toBe(0);
    expect(await node.leftovers()).toEqual([]);
    expect(await netnsNames(pod.netns.name)).toEqual([]);
    expect(await plexus(path, 'detach', pod.containerId)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('PLX-SANDBOX-UNKNOWN'),
    });
  });

  it('detaches the networks of a running pod with detach --force', async () => {
    const pod = await attached('forced');
    expect(await plexus(await pluginsDir(), 'detach', pod.containerId, '--force', '-o', 'json')).toMatchObject({
      code: 0,
    });
    expect(((await pod.netns.ipJson(['link'])) as { ifname: string }[]).map(({ ifname }) => ifname)).toEqual(['lo']);
    expect(await node.leftovers()).toEqual([]);
  });

  it('changes nothing with check or detach if the plugins are missing, as in the daemon’s container', async () => {
    const pod = await attached('elsewhere');
    await pod.netns.remove();
    // The kernel removes the interfaces of a deleted namespace itself.
    const files = async (): Promise<readonly string[]> =>
      (await node.leftovers()).filter((each) => !each.startsWith('link '));
    const before = await files();
    for (const action of ['check', 'detach']) {
      expect(await plexus('/nowhere', action, pod.containerId)).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(
          /PLX-PLUGINS-ELSEWHERE: .*bridge.*\/nowhere\. Run the command on the node as root.*--cni-path/,
        ),
      });
    }
    expect(await files()).toEqual(before);
    expect(await node.call('DEL', pod)).toMatchObject({ exitCode: 0 });
  });
});

describe('plexus attachments detach with failing plugins', () => {
  let delegates: string;
  let alpha: RecordingDelegate;
  let beta: RecordingDelegate;
  const config = (more: object = {}) => ({
    config: node.config({ binDir: delegates, delegates: [chain('default-net', 'alpha')], ...more }),
    path: [delegates],
  });
  const failing = { DEL: { exitCode: 1, stdout: '{"code":999,"msg":"the switch is busy"}' } };
  beforeEach(async () => {
    delegates = join(node.dir, 'delegates');
    await mkdir(delegates);
    alpha = await recordingDelegate(delegates, 'alpha');
    beta = await recordingDelegate(delegates, 'beta');
    await node.nad('two', chain('two', 'beta'));
  });

  it('detaches in reverse order, removes each detached attachment from the record, and reports the rest with the reason', async () => {
    const pod = await node.pod('stuck', 'two');
    await node.call('ADD', pod, config());
    await beta.set(failing);
    await pod.netns.remove();
    await alpha.forget();
    const { code, stdout, stderr } = await plexus(delegates, 'detach', pod.containerId);
    expect(cells(stdout).map((row) => row.slice(2, 5))).toEqual([
      ['INTERFACE', 'NETWORK', 'OUTCOME'],
      ['eth0', 'default-net', 'detached'],
      ['net1', 'default/two', 'left'],
    ]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/PLX-ATTACHMENTS-LEFT: still attached: net1 \(default\/two\).*the switch is busy/),
    ]);
    expect((await alpha.calls()).map(({ plugin, command, env }) => `${command} ${plugin} ${env['CNI_NETNS']}`)).toEqual(
      ['DEL beta ', 'DEL alpha '],
    );
    const { found: records } = await fileJournal(join(node.dir, 'state/journal')).list((record) => record);
    expect(records).toMatchObject([{ complete: false, attachments: [{ state: 'detaching', attempts: 1 }] }]);
    expect((await plexus(delegates, 'check')).stdout).toContain('its DEL has failed');
    await beta.set({});
    expect(await plexus(delegates, 'detach', pod.containerId)).toMatchObject({ code: 0 });
    expect(await node.leftovers()).toEqual([]);
  });

  it('passes no namespace to the plugins of abandoned attachments, because the path may belong to another pod', async () => {
    const pod = await node.pod('abandoned', 'two');
    await node.call('ADD', pod, config());
    await beta.set(failing);
    await node.call('DEL', pod, config({ detachAttempts: 1 }));
    const { found: records } = await fileJournal(join(node.dir, 'state/journal')).list((record) => record);
    expect(records.flatMap(({ attachments }) => attachments).every(isAbandoned)).toBe(true);
    await alpha.forget();
    await beta.set({});
    expect(await plexus(delegates, 'detach', pod.containerId), 'although that namespace exists').toMatchObject({
      code: 0,
    });
    expect((await beta.calls()).map(({ command, env }) => [command, env['CNI_NETNS'], env['CNI_CONTAINERID']])).toEqual(
      [['DEL', '', pod.containerId]],
    );
    expect(await node.leftovers()).toEqual([]);
  });

  it('waits until the lock of the sandbox is released', async () => {
    const pod = await node.pod('busy', 'two');
    const until = join(node.dir, 'go');
    await beta.set({ ADD: { until } });
    const adding = node.call('ADD', pod, config());
    await expect.poll(() => beta.calls()).toHaveLength(2);
    const checking = plexus(delegates, 'check', pod.containerId);
    await writeFile(until, '');
    expect(await adding).toMatchObject({ exitCode: 0 });
    expect((await checking).stdout).not.toContain('did not finish');
    await node.call('DEL', pod, config());
  });
});
