import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordedOperation } from '../../src/report/index.ts';
import { type ClusterNode, createClusterNode } from '../support/cluster-node.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { type Behaviour, type RecordingDelegate, recordingDelegate } from '../support/recording-delegate.ts';
import { errorIn } from '../support/recording-node.ts';
import type { TestPod } from '../support/test-node.ts';
import { waitFor } from '../support/wait-for.ts';

// The id of a failure is the same in every place where it is reported.
let at: ClusterNode;
let plugins = '';
let loud: RecordingDelegate;
beforeAll(async () => {
  plugins = await mkdtemp(join(tmpdir(), 'plexus-plugins-'));
  for (const name of ['bridge', 'host-local', 'macvlan', 'static'])
    await cp(join(await pluginsDir(), name), join(plugins, name));
  loud = await recordingDelegate(plugins, 'loud');
  at = await createClusterNode({ plugins });
  at.nad('broken', { cniVersion: '1.0.0', name: 'broken', type: 'macvlan', master: 'eth9', ipam: { type: 'static' } });
  at.nad('uninstalled', { cniVersion: '1.0.0', name: 'uninstalled', type: 'nowhere' });
  at.nad('hanging', { cniVersion: '1.0.0', name: 'hanging', type: 'loud' });
  at.nad('loud', { cniVersion: '1.0.0', name: 'loud', type: 'loud' });
  await at.start({ flags: { 'reclaim-seconds': '0', deadlines: '{"pluginSeconds":2}' } });
});
afterAll(async () => {
  await at.remove();
  await rm(plugins, { recursive: true, force: true });
});

interface LogLine {
  readonly [field: string]: unknown;
  readonly error?: { readonly id: string; readonly code: number };
}
const logged = (pod: TestPod): readonly LogLine[] =>
  at
    .daemon()
    .log.map((line) => JSON.parse(line) as LogLine)
    .filter((line) => line['sandbox'] === pod.containerId && line['step'] === 'operation-finished');
const eventsOf = (pod: TestPod): readonly string[] =>
  at.api
    .all('events')
    .flatMap((event) => (event.metadata.name.startsWith(`${pod.name}.`) ? [String(event['message'])] : []));
async function counted(outcome: string, code: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${at.daemon().httpPort}/metrics`)).text();
  const line = text
    .split('\n')
    .find((each) => each.startsWith(`plexus_cni_requests_total{command="ADD",outcome="${outcome}",code="${code}"}`));
  return Number(line?.split(' ').at(-1) ?? 0);
}
async function traced(pod: TestPod): Promise<readonly RecordedOperation[]> {
  const words = ['trace', 'pod', pod.name, '-o', 'json', '--socket', at.daemon().socket];
  const { stdout } = await promisify(execFile)(join(import.meta.dirname, '../../dist/plexus'), words);
  return JSON.parse(stdout) as readonly RecordedOperation[];
}

describe('a failing ADD', () => {
  it.each<{ networks: string; id: string; code: number; does?: Behaviour }>([
    { networks: 'absent', id: 'PLX-NAD-NOT-FOUND', code: 7 },
    { networks: 'a,', id: 'PLX-SELECTION-INVALID', code: 7 },
    { networks: 'broken', id: 'PLX-PLUGIN-FAILED', code: 999 },
    { networks: 'uninstalled', id: 'PLX-PLUGIN-MISSING', code: 7 },
    { networks: 'hanging', id: 'PLX-PLUGIN-TIMEOUT', code: 11, does: { hang: true } },
    { networks: 'loud', id: 'PLX-PLUGIN-FAILED', code: 120, does: { exitCode: 1, stdout: '{"code":120,"msg":"no"}' } },
  ])(
    'has the same id and code in the answer, the log, the Event, the metric and plexus trace: $id ($networks)',
    async ({ networks, id, code, does = {} }) => {
      await loud.set({ ADD: does });
      const pod = await at.pod(`same-${networks.replace(',', '-comma')}`, networks);
      const before = await counted(id, code);
      const answer = errorIn((await at.call('ADD', pod)).stdout);
      expect(answer).toMatchObject({ code, msg: expect.stringMatching(new RegExp(`^${id}: `)) });
      await waitFor('the Event', async () => eventsOf(pod).length > 0);
      expect(eventsOf(pod)).toEqual([answer.msg]);
      await expect.poll(() => logged(pod)).toMatchObject([{ command: 'ADD', outcome: 'failure', error: { id, code } }]);
      await expect.poll(() => counted(id, code)).toBe(before + 1);
      expect(await traced(pod)).toMatchObject([{ command: 'ADD', outcome: 'failure', error: { id, code } }]);
      await at.call('DEL', pod);
    },
  );
});

describe('a plugin that fails with 100 kB of output', () => {
  const much = 'ü'.repeat(50_000);
  it.each<{ title: string; does: Behaviour }>([
    { title: 'as the msg of its error', does: { exitCode: 1, stdout: JSON.stringify({ code: 120, msg: much }) } },
    {
      title: 'as the details of its error',
      does: { exitCode: 1, stdout: JSON.stringify({ code: 120, msg: 'no', details: much }) },
    },
    { title: 'on stdout, as plain text', does: { exitCode: 1, stdout: much } },
    { title: 'on stderr', does: { exitCode: 1, stdout: '', stderr: much } },
  ])('causes a short message that starts with the id and ends with the fix: $title', async ({ title, does }) => {
    await loud.set({ ADD: does });
    const pod = await at.pod(`much-${title.replaceAll(/\W+/g, '-')}`, 'loud');
    const { stdout } = await at.call('ADD', pod);
    const { msg, details = '' } = errorIn(stdout);
    await waitFor('the Event', async () => eventsOf(pod).length > 0);
    for (const text of [msg, ...eventsOf(pod)]) {
      expect(text).toMatch(
        /^PLX-PLUGIN-FAILED: plugin loud failed \(ADD\): .*ü{100}.*…\. Read the message of the plugin\. [^…]*\.$/,
      );
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1024);
    }
    expect(details).toMatch(
      /^step ADD, pod default\/\S+, network default\/loud, interface net1, plugin loud; in full: plugin loud failed \(ADD\): .*ü{900}/,
    );
    expect(Buffer.byteLength(details)).toBeLessThanOrEqual(8 * 1024);
    await expect.poll(() => logged(pod)).toMatchObject([{ error: { id: 'PLX-PLUGIN-FAILED' } }]);
    expect(Buffer.byteLength(JSON.stringify(logged(pod)[0]))).toBeLessThanOrEqual(32 * 1024);
    await at.call('DEL', pod);
  });

  it('causes neither the answer nor the Event to show half of a secret at the cut', async () => {
    const msg = `${'x '.repeat(300)}https://user:${'geheim'.repeat(100)}@registry/`;
    await loud.set({ ADD: { exitCode: 1, stdout: JSON.stringify({ code: 120, msg }) } });
    const pod = await at.pod('much-and-secret', 'loud');
    const { stdout } = await at.call('ADD', pod);
    await waitFor('the Event', async () => eventsOf(pod).length > 0);
    expect(eventsOf(pod)).toEqual([expect.stringContaining('https://user:(masked)@registry/. Read the message')]);
    expect(errorIn(stdout).msg).toEqual(eventsOf(pod)[0]);
    expect(stdout).not.toContain('geheim');
    await at.call('DEL', pod);
  });
});
