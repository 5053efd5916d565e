import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { RecordedOperation } from '../../src/report/index.ts';
import { type ClusterNode, createClusterNode } from '../support/cluster-node.ts';
import { plexusCni } from '../support/cni-runtime.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { recordingDelegate } from '../support/recording-delegate.ts';
import type { TestPod } from '../support/test-node.ts';
import { waitFor } from '../support/wait-for.ts';

// What administrators of the node see of a call (plexus trace, the log), and that nobody else sees it.
let at: ClusterNode;
let plugins = '';
beforeAll(async () => {
  plugins = await mkdtemp(join(tmpdir(), 'plexus-plugins-'));
  for (const name of ['bridge', 'host-local', 'macvlan', 'static'])
    await cp(join(await pluginsDir(), name), join(plugins, name));
  at = await createClusterNode({ plugins });
  at.nad(
    'storage',
    at.node.bridge('storage', '10.30.0.0/24', {
      password: 'geheim-1',
      settings: { apiToken: 'geheim-2', ssh_key: 'geheim-3', community: 'geheim-4' },
    }),
  );
  at.nad('broken', {
    cniVersion: '1.0.0',
    name: 'broken',
    type: 'macvlan',
    master: 'eth9',
    secret: 'geheim-5',
    ipam: { type: 'static' },
  });
  const settings = { 'masked-keys': 'community', 'log-file': join(at.node.dir, 'log/plexus.log') };
  await at.start({ flags: { ...settings, 'reclaim-seconds': '0' } });
});
afterAll(async () => {
  await at.remove();
  await rm(plugins, { recursive: true, force: true });
});

const run = promisify(execFile);
const observeSocket = (): string => join(dirname(at.daemon().socket), 'observe.sock');
const trace = async (...words: string[]): Promise<string> => {
  const program = join(import.meta.dirname, '../../dist/plexus');
  return (await run(program, ['trace', ...words, '--socket', at.daemon().socket])).stdout;
};
const traced = async (...words: string[]): Promise<readonly RecordedOperation[]> =>
  JSON.parse(await trace(...words, '-o', 'json')) as readonly RecordedOperation[];
const logLines = (pod: TestPod): readonly Record<string, unknown>[] =>
  at
    .daemon()
    .log.map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ sandbox }) => sandbox === pod.containerId);
const secrets = /geheim-\d/;

describe('plexus trace', () => {
  it('shows each step of an ADD of real plugins, with their input and output and no secret', async () => {
    const pod = await at.pod('shown', 'storage');
    expect(await at.call('ADD', pod)).toMatchObject({ exitCode: 0 });
    const [add] = await traced('pod', 'shown');
    expect(add).toMatchObject({
      command: 'ADD',
      pod: 'default/shown',
      sandbox: pod.containerId,
      outcome: 'success',
      background: false,
    });
    expect(add?.steps.map(({ kind, name, network }) => [kind, name, network].filter(Boolean).join(' '))).toEqual([
      'phase lock',
      'phase inputs',
      'phase plan',
      'phase journal',
      'plugin bridge cluster-net',
      'plugin bridge default/storage',
      'status network-status',
    ]);
    const [, second] = add?.steps.filter(({ kind }) => kind === 'plugin') ?? [];
    expect(second?.input).toMatchObject({
      name: 'storage',
      type: 'bridge',
      password: '(masked)',
      settings: { apiToken: '(masked)', ssh_key: '(masked)', community: '(masked)' },
    });
    expect(second?.output).toMatchObject({ ips: [{ address: expect.stringMatching(/^10\.30\.0\./) }] });
    const text = await trace('pod', 'shown', '--verbose');
    expect(text).toContain('ADD bridge: default/storage (net1)');
    expect(text).not.toMatch(secrets);
    expect(parse(await trace('sandbox', pod.containerId, '-o', 'yaml'))).toEqual(
      await traced('sandbox', pod.containerId),
    );
    await at.call('DEL', pod);
    expect((await traced('pod', 'shown', '--last', '1')).map(({ command }) => command)).toEqual(['DEL']);
    expect(await trace()).toMatch(/ADD +default\/shown +\S+ +\d+ ms +success/);
  });

  it('shows why an ADD failed: id, place, cause, fix, and that everything was undone', async () => {
    const pod = await at.pod('failing', 'broken');
    expect(await at.call('ADD', pod)).toMatchObject({ exitCode: 1 });
    const text = await trace('pod', 'failing');
    expect(text).toMatch(/PLX-PLUGIN-FAILED \(code 999\): plugin macvlan failed \(ADD\): Link not found/);
    expect(text).toContain('network default/broken, interface net1, plugin macvlan');
    expect(text).toMatch(/DEL bridge: cluster-net \(eth0\) +ok/);
    expect(text).toMatch(/fix: /);
    await at.call('DEL', pod);
  });

  it('reports an unknown pod and a missing daemon', async () => {
    await expect(trace('pod', 'stranger', '-n', 'shop')).rejects.toMatchObject({
      stderr: expect.stringContaining('PLX-NOTHING-RECORDED'),
    });
    const nowhere = run(join(import.meta.dirname, '../../dist/plexus'), ['trace', '--socket', '/nowhere/x.sock']);
    await expect(nowhere).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('PLX-NOT-ON-NODE'),
    });
  });

  it("is restricted to root by the mode of the socket and the peer's user ID", async () => {
    expect((await stat(observeSocket())).mode & 0o777).toBe(0o600);
    await chmod(at.node.dir, 0o755);
    await chmod(dirname(observeSocket()), 0o755);
    await chmod(observeSocket(), 0o666); // as if someone had widened the mode
    const script = `require('node:http').get({ socketPath: process.argv[1], path: '/operations' }, () => process.exit(0)).on('error', (e) => process.exit(['ECONNRESET', 'EPIPE'].includes(e.code) ? 7 : 8))`;
    const child = spawn('setpriv', [
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      process.execPath,
      '-e',
      script,
      observeSocket(),
    ]);
    expect(await once(child, 'exit')).toEqual([7, null]);
    await chmod(observeSocket(), 0o600);
    await expect(fetch(`http://127.0.0.1:${at.daemon().httpPort}/operations`)).resolves.toMatchObject({ status: 404 });
  });
});

describe('the daemon’s log', () => {
  it('has exactly one line per command, with pod, networks, interfaces, times and outcome', async () => {
    const pod = await at.pod('logged', 'storage');
    for (const command of ['ADD', 'CHECK', 'DEL'])
      expect(await at.call(command, pod), command).toMatchObject({ exitCode: 0 });
    expect(logLines(pod)).toMatchObject([
      {
        step: 'operation-finished',
        msg: expect.stringContaining(
          'ADD default/logged: attached eth0 (cluster-net), net1 (default/storage) in ',
        ) as string,
        level: 'info',
        command: 'ADD',
        pod: 'default/logged',
        outcome: 'success',
        ms: expect.any(Number),
        attached: [
          { network: 'cluster-net', interface: 'eth0' },
          { network: 'default/storage', interface: 'net1' },
        ],
        plugins: [
          { plugin: 'bridge', interface: 'eth0' },
          { plugin: 'bridge', interface: 'net1' },
        ],
      },
      { step: 'operation-finished', command: 'CHECK', outcome: 'success' },
      {
        step: 'operation-finished',
        command: 'DEL',
        outcome: 'success',
        detached: [{ interface: 'net1' }, { interface: 'eth0' }],
      },
    ]);
  });

  it('has one line for a failing command and one for a call that cannot be parsed', async () => {
    const pod = await at.pod('wrong', 'nowhere');
    await at.call('ADD', pod);
    expect(logLines(pod)).toMatchObject([
      { step: 'operation-finished', level: 'error', outcome: 'failure', error: { id: 'PLX-NAD-NOT-FOUND', code: 7 } },
    ]);
    await at.call('DEL', pod);
    const nameless = { ...pod, containerId: 'not/good' };
    expect(await at.call('ADD', nameless)).toMatchObject({ exitCode: 1 });
    expect(logLines(nameless)).toMatchObject([
      { step: 'operation-finished', outcome: 'failure', error: { id: 'PLX-VARIABLE-INVALID' } },
    ]);
  });

  it('is rotated when it is large, in direct mode', async () => {
    const logFile = join(at.node.dir, 'direct/plexus.log');
    await mkdir(dirname(logFile));
    await writeFile(logFile, 'x'.repeat(1_100_000));
    const pod = await at.node.pod('rotating');
    const config = at.node.config({
      cniVersion: '1.1.0',
      logFile,
      logLevel: 'info',
      logToStderr: false,
      logOptions: { maxSize: 1, maxAge: 1, maxBackups: 1, compress: true },
    });
    expect(await at.node.call('STATUS', pod, { config, executable: plexusCni })).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
    expect(JSON.parse(await readFile(logFile, 'utf8'))).toMatchObject({
      step: 'operation-finished',
      command: 'STATUS',
    });
    expect(await readdir(dirname(logFile))).toEqual([expect.stringMatching(/^plexus-\d{4}-.*\.log$/), 'plexus.log']);
  });

  it('has debug lines only for the pod with the debug annotation', async () => {
    const pod = await at.pod('debugged', 'storage');
    at.api.put('pods', {
      ...at.api.get('pods', 'default', 'debugged'),
      metadata: {
        ...at.api.get('pods', 'default', 'debugged')?.metadata,
        annotations: { 'k8s.v1.cni.cncf.io/networks': 'storage', 'plexus-cni.io/debug': 'true' },
      },
    });
    const other = await at.pod('quiet', 'storage');
    for (const each of [pod, other]) await at.call('ADD', each);
    for (const each of [pod, other]) await at.call('DEL', each);
    const plugins = logLines(pod).filter(({ step }) => step === 'plugin-finished');
    expect(plugins.map(({ command, interfaceName }) => `${String(command)} ${String(interfaceName)}`)).toEqual([
      'ADD eth0',
      'ADD net1',
      'DEL net1',
      'DEL eth0',
    ]);
    expect(plugins[1]).toMatchObject({
      level: 'debug',
      pod: 'default/debugged',
      input: { name: 'storage', password: '(masked)' },
      output: { ips: [{}] },
    });
    expect(logLines(other).map(({ step }) => step)).toEqual(['operation-finished', 'operation-finished']);
  });

  it('contains no secret of networks, the kubeconfig or plugin output', async () => {
    const plugin = await recordingDelegate(plugins, 'talkative');
    await plugin.set({
      ADD: {
        stderr: 'login with token=geheim-6 failed',
        stdout: '{"code":120,"msg":"password: geheim-7 is wrong"}',
        exitCode: 1,
      },
    });
    at.nad('talkative', { cniVersion: '1.0.0', name: 'talkative', type: 'talkative', token: 'geheim-8' });
    const pod = await at.pod('told', 'talkative');
    expect(await at.call('ADD', pod)).toMatchObject({ exitCode: 1 });
    await at.call('DEL', pod);
    await waitFor('its line', async () => logLines(pod).some(({ command }) => command === 'DEL'));
    const events = (): string => JSON.stringify(at.api.all('events'));
    await waitFor('its Event', async () => events().includes('talkative'));
    expect(events()).not.toMatch(secrets);
    const file = await readFile(join(at.node.dir, 'log/plexus.log'), 'utf8');
    const kubeconfig = JSON.parse(await readFile(join(at.node.dir, 'kubeconfig'), 'utf8')) as {
      users: { user: { token: string } }[];
    };
    const token = kubeconfig.users[0]?.user.token ?? '';
    expect(token).not.toBe('');
    for (const text of [file, at.daemon().log.join('\n'), await trace('--verbose')]) {
      expect(text).toContain('talkative');
      expect(text).not.toMatch(secrets);
      expect(text).not.toContain(token);
    }
  });
});

describe('docs/observability.md', () => {
  /** Removes what differs each time: numbers, bars, column widths. */
  const normal = (text: string): string =>
    text
      .replaceAll(/│[^│]*│/g, '││')
      .replaceAll(/c\d+n\d+|\d+/g, '0')
      .replaceAll(/ {2,}/g, '  ')
      .trim();
  const keysOf = (line: unknown): unknown =>
    Array.isArray(line)
      ? line.map(keysOf)
      : typeof line === 'object' && line !== null
        ? Object.entries(line).map(([key, value]) => [key, keysOf(value)])
        : '';

  it('shows a real timeline and a real log line', async () => {
    const page = await readFile(join(import.meta.dirname, '../../docs/observability.md'), 'utf8');
    const example = (name: string): string =>
      new RegExp(`<!-- example: ${name} -->\\n\`\`\`\\w*\\n(.*?)\\n\`\`\``, 's').exec(page)?.[1] ?? '';
    at.nad('edge', {
      cniVersion: '1.0.0',
      name: 'edge',
      type: 'macvlan',
      master: 'eth9',
      ipam: { type: 'static', addresses: [{ address: '10.31.0.5/24' }] },
    });
    const pod = await at.pod('web-1', 'storage,edge');
    expect(await at.call('ADD', pod)).toMatchObject({ exitCode: 1 });
    expect(normal(await trace('pod', 'web-1'))).toBe(normal(example('trace')));
    expect(keysOf(logLines(pod)[0])).toEqual(keysOf(JSON.parse(example('log'))));
    expect(logLines(pod)).toHaveLength(1);
    await at.call('DEL', pod);
  });
});

describe('a failing pod that the runtime retries', () => {
  it('has one Event, whose count grows', async () => {
    const pod = await at.pod('stubborn', 'nowhere');
    for (let tries = 0; tries < 5; tries++) expect(await at.call('ADD', pod)).toMatchObject({ exitCode: 1 });
    const eventsOf = (): readonly unknown[] =>
      at.api.all('events').filter(({ metadata }) => metadata.name.startsWith('stubborn.'));
    await waitFor('the event', async () => eventsOf().length > 0);
    expect(eventsOf()).toMatchObject([{ reason: 'NoNetworkFound', count: 1 }]);
    await at.daemon().stop(); // pending counts are written when the daemon stops
    expect(eventsOf()).toMatchObject([{ reason: 'NoNetworkFound', count: 5 }]);
    await at.start();
    expect(await trace()).toBe('no operations are recorded\n');
    await at.call('ADD', pod);
    await waitFor(
      'the next one is counted in the same Event',
      async () => (eventsOf()[0] as { count?: number }).count === 6,
    );
    expect(eventsOf()).toHaveLength(1);
  });
});
