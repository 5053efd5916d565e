import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processesWith } from '../support/open-files.ts';
import { type RecordingDelegate, recordingDelegate } from '../support/recording-delegate.ts';
import { chain, errorIn } from '../support/recording-node.ts';
import { type SmallDisk, mountSmallDisk } from '../support/small-disk.ts';
import { type TestNode, type TestPod, createTestNode } from '../support/test-node.ts';

// The state folder is a file system of a few KiB that really is full or read-only.
let node: TestNode;
let disk: SmallDisk;
let delegates: string;
let alpha: RecordingDelegate;
let beta: RecordingDelegate;

const logging = () => ({ logFile: join(node.dir, 'state/log/plexus.log'), logLevel: 'debug' });
const call = (command: string, pod: TestPod) =>
  node.call(command, pod, {
    config: node.config({ ...logging(), binDir: delegates, delegates: [chain('default-net', 'alpha')] }),
    path: [delegates],
  });
const steps = async (): Promise<readonly string[]> =>
  (await alpha.calls()).map(
    ({ plugin, command, stdin }) => `${command} ${plugin}${'prevResult' in stdin ? ' with result' : ''}`,
  );
/** Returns every file in journal and locks, including partial files. */
const files = async (): Promise<readonly string[]> =>
  (
    await Promise.all(
      ['journal', 'locks'].map((folder) =>
        readdir(join(node.dir, 'state', folder), { recursive: true }).catch(() => []),
      ),
    )
  )
    .flat()
    // except the lock file of all sandboxes and the marks of undone ones
    .filter((name) => name !== 'sandboxes' && name !== '.undone');

/** Returns the number of running calls: processes with locks, or connections to the daemon. */
async function working(engine: 'direct' | 'daemon'): Promise<number> {
  if (engine === 'direct') return processesWith(join(node.dir, 'state/locks/sandboxes'));
  const socket = (await node.daemon())?.socket ?? '';
  const sockets = (await node.netns.exec(['cat', '/proc/net/unix'])).split('\n');
  return sockets.filter((line) => line.includes(` ${socket}`) && line.includes(' 03 ')).length; // 03: connected
}

describe.each(['direct', 'daemon'] as const)('state that cannot be written (%s)', (engine) => {
  beforeEach(async () => {
    node = await createTestNode(engine); // its log is on that disk too, and must not block anything
    disk = await mountSmallDisk(join(node.dir, 'state'));
    delegates = join(node.dir, 'delegates');
    await mkdir(delegates);
    alpha = await recordingDelegate(delegates, 'alpha');
    beta = await recordingDelegate(delegates, 'beta');
    await node.nad('two', chain('two', 'beta'));
  });
  afterEach(async () => {
    await disk.setReadOnly(false);
    await node.daemon().then((daemon) => daemon?.stop());
    await disk.remove();
    await node.remove();
  });
  const attached = async (name: string): Promise<TestPod> => {
    const pod = await node.pod(name, 'two');
    expect(await call('ADD', pod)).toMatchObject({ exitCode: 0 });
    await alpha.forget();
    return pod;
  };

  it('on a full disk, ADD runs no plugin and leaves no file, DEL and CHECK work, and ADD works again when there is space', async () => {
    const [old, pod] = [await attached('old'), await node.pod('new', 'two')];
    await disk.fill();
    for (let times = 0; times < 2; times++) {
      const error = errorIn((await call('ADD', pod)).stdout);
      expect(error.code).toBe(11);
      expect(error.msg).toMatch(
        /^PLX-DISK-FULL: cannot write .*\/state\/journal\/.*@eth0\.json: no space is left.*\. Free space/,
      );
    }
    expect(await steps()).toEqual([]);
    expect(errorIn((await call('CHECK', old)).stdout).msg, 'these delegates make no interface').toContain(
      'PLX-CHECK-FAILED: CHECK failed: eth0 (default-net): interface eth0 is gone',
    );
    expect(await files()).toEqual([`${old.containerId}@eth0.json`]);
    expect(await call('DEL', pod), 'of what was never attached').toMatchObject({ exitCode: 0 });
    await alpha.forget(); // there is no space to mark the sandbox as undone, so its DEL calls the plugins
    expect(await call('DEL', old)).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await steps()).toEqual(['DEL beta with result', 'DEL alpha with result']);
    expect(await files()).toEqual([]);
    await disk.free();
    expect(await call('ADD', pod)).toMatchObject({ exitCode: 0 });
    expect(await call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(await files()).toEqual([]);
  });

  it('undoes an ADD during which the disk becomes full, last attachment first', async () => {
    const pod = await node.pod('meanwhile', 'two');
    const [one, two] = [join(node.dir, 'one'), join(node.dir, 'two')];
    await alpha.set({ ADD: { until: one } });
    await beta.set({ ADD: { until: two } });
    const adding = call('ADD', pod);
    await expect.poll(steps).toEqual(['ADD alpha']);
    await disk.fill();
    await writeFile(one, '');
    await expect.poll(steps).toEqual(['ADD alpha', 'ADD beta']);
    await writeFile(two, '');
    const error = errorIn((await adding).stdout);
    expect([error.code, error.msg]).toEqual([11, expect.stringContaining('PLX-DISK-FULL')]);
    expect((await steps()).slice(2)).toEqual(['DEL beta with result', 'DEL alpha with result']);
    expect(await files()).toEqual([]);
    expect(await call('DEL', pod)).toMatchObject({ exitCode: 0 });
  });

  it('keeps the record unchanged if DEL fails on a full disk, so that DEL can be repeated', async () => {
    const pod = await attached('stuck');
    await beta.set({ DEL: { exitCode: 1, stdout: '{"code":999,"msg":"the switch is busy"}' } });
    await disk.fill();
    expect(errorIn((await call('DEL', pod)).stdout)).toMatchObject({
      code: 11,
      msg: expect.stringContaining('PLX-DISK-FULL'),
    });
    expect(await files()).toEqual([`${pod.containerId}@eth0.json`]);
    await beta.set({});
    expect(await call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(await files()).toEqual([]);
  });

  it('lets GC continue on a full disk after a sandbox that cannot be undone', async () => {
    const one = await attached('one');
    await attached('other');
    await beta.set({ DEL: [{ exitCode: 1, stdout: '{"code":999,"msg":"the switch is busy"}' }, {}] });
    await disk.fill();
    const nobodys = { ...one, containerId: '', netns: { ...one.netns, path: '' } };
    const config = node.config({
      ...logging(),
      cniVersion: '1.1.0',
      binDir: delegates,
      delegates: [chain('default-net', 'alpha')],
      'cni.dev/valid-attachments': [],
    });
    const gc = () => node.call('GC', nobodys, { config, path: [delegates] });
    expect(errorIn((await gc()).stdout).msg).toMatch(/^PLX-GC-INCOMPLETE: .*no space is left/);
    expect(await files()).toEqual([`${one.containerId}@eth0.json`]);
    expect(await gc()).toMatchObject({ exitCode: 0 });
    expect(await files()).toEqual([]);
  });

  it('allows one operation at a time on a sandbox, also on a full disk', async () => {
    const pod = await attached('exclusive');
    const until = join(node.dir, 'until');
    await beta.set({ DEL: { until } });
    await disk.fill();
    const first = call('DEL', pod);
    await expect.poll(steps).toEqual(['DEL beta with result']);
    const second = call('DEL', pod);
    await expect.poll(() => working(engine), { message: 'both calls are at work' }).toBe(2);
    expect(await steps(), 'the second waits').toEqual(['DEL beta with result']);
    await writeFile(until, '');
    expect([await first, await second]).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }]);
    expect(await steps(), 'and finds nothing to do').toEqual(['DEL beta with result', 'DEL alpha with result']);
    expect(await files()).toEqual([]);
  });

  it('on a read-only disk, runs nothing, reports the reason, and lets every call be repeated', async () => {
    const [old, pod] = [await attached('old'), await node.pod('new', 'two')];
    await disk.setReadOnly(true);
    for (const [command, each] of [
      ['ADD', pod],
      ['DEL', old],
      ['CHECK', old],
    ] as const) {
      const error = errorIn((await call(command, each)).stdout);
      expect([command, error.code]).toEqual([command, 11]);
      expect(error.msg).toMatch(
        /^PLX-DISK-READ-ONLY: cannot .*\/state\/locks.*: the file system is read-only\. .*[Mm]ount/,
      );
    }
    expect(await steps()).toEqual([]);
    await disk.setReadOnly(false);
    expect(await files()).toEqual([`${old.containerId}@eth0.json`]);
    expect(await call('ADD', pod)).toMatchObject({ exitCode: 0 });
    for (const each of [old, pod]) expect(await call('DEL', each)).toMatchObject({ exitCode: 0 });
    expect(await files()).toEqual([]);
  });
});
