import { spawn } from 'node:child_process';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { plexusCni, podArgs } from '../support/cni-runtime.ts';
import { type RecordedCall, type RecordingDelegate, recordingDelegate } from '../support/recording-delegate.ts';
import { type TestNode, type TestPod, createTestNode } from '../support/test-node.ts';
import { waitFor } from '../support/wait-for.ts';

let node: TestNode;
let delegates: string;
let alpha: RecordingDelegate;
let beta: RecordingDelegate;
const chain = (name: string, ...types: string[]): Record<string, unknown> => ({ cniVersion: '1.1.0', name, plugins: types.map((type) => ({ type })) });
const config = (more: object = {}): Record<string, unknown> =>
  node.config({ cniVersion: '1.1.0', binDir: delegates, logLevel: 'error', delegates: [chain('default-net', 'alpha')], ...more });
const call = (command: string, pod: TestPod, more: object = {}) => node.call(command, pod, { config: config(more), path: [delegates] });
const steps = async (): Promise<string[]> => (await alpha.calls()).map(({ plugin, command, env }) => `${command} ${plugin} ${env['CNI_IFNAME']}`);
const errorIn = (stdout: string): { code: number; msg: string; details?: string } => JSON.parse(stdout) as { code: number; msg: string };

beforeAll(async () => {
  node = await createTestNode();
  delegates = join(node.dir, 'delegates');
  await mkdir(delegates);
  alpha = await recordingDelegate(delegates, 'alpha');
  beta = await recordingDelegate(delegates, 'beta');
  await recordingDelegate(delegates, 'gamma');
  await node.nad('two', chain('two', 'beta', 'gamma'));
});
beforeEach(async () => {
  await alpha.set({});
  await beta.set({});
  await alpha.forget();
});
afterAll(() => node.remove());

/** A call that is still running: its process, and its end. */
function start(command: string, pod: TestPod, more: object = {}) {
  const env = {
    PATH: process.env['PATH'] ?? '',
    CNI_COMMAND: command,
    CNI_CONTAINERID: pod.containerId,
    CNI_NETNS: pod.netns.path,
    CNI_IFNAME: 'eth0',
    CNI_ARGS: podArgs(pod, pod.containerId),
    CNI_PATH: delegates,
  };
  const child = spawn('nsenter', [`--net=${node.netns.path}`, plexusCni], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stdin.end(JSON.stringify(config(more)));
  const ended = new Promise<{ exitCode: number | null; stdout: string }>((resolve) => child.once('close', (exitCode) => resolve({ exitCode, stdout })));
  return { child, ended };
}
const running = async (pattern: string): Promise<number> => {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(names.map((name) => readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.replaceAll('\0', ' ').includes(pattern)).length;
};

describe('a plugin that hangs', () => {
  it('CNI-68, K8S-60: is killed with its children after its deadline; the ADD is undone and answers code 11', async () => {
    await beta.set({ ADD: { hang: true } });
    const pod = await node.pod('hangs', 'two');
    const answer = await call('ADD', pod, { deadlines: { pluginSeconds: 1 } });
    expect(errorIn(answer.stdout)).toMatchObject({ code: 11, msg: expect.stringContaining('PLX-PLUGIN-TIMEOUT') });
    expect(await steps()).toEqual(['ADD alpha eth0', 'ADD beta net1', 'DEL gamma net1', 'DEL beta net1', 'DEL alpha eth0']);
    expect(await running(`${delegates}/beta`)).toBe(0);
    expect(await running('sleep 1000')).toBe(0);
    expect(await node.leftovers()).toEqual([]);
  });

  it('a DEL that arrives during an ADD cancels it, waits for its undo, and succeeds', async () => {
    await beta.set({ ADD: { hang: true } });
    const pod = await node.pod('overtaken', 'two');
    const add = start('ADD', pod);
    await waitFor('the second delegate to run', async () => (await steps()).includes('ADD beta net1'));
    expect(await call('DEL', pod)).toMatchObject({ exitCode: 0, stdout: '' });
    const { exitCode, stdout } = await add.ended;
    expect(exitCode).toBe(1);
    expect(errorIn(stdout)).toMatchObject({ code: 11, msg: expect.stringContaining('PLX-OPERATION-CANCELLED') });
    expect((await steps()).slice(2)).toEqual(['DEL gamma net1', 'DEL beta net1', 'DEL alpha eth0']);
    expect(await node.leftovers()).toEqual([]);
  });

  it('CNI-72: Plexus killed in the middle of an ADD leaves a journal that is enough for DEL', async () => {
    await beta.set({ ADD: { hang: true } });
    const pod = await node.pod('killed', 'two');
    const add = start('ADD', pod);
    await waitFor('the second delegate to run', async () => (await steps()).includes('ADD beta net1'));
    add.child.kill('SIGKILL');
    await add.ended;
    await killPlugins();
    await beta.set({});
    expect(await call('DEL', pod)).toMatchObject({ exitCode: 0, stdout: '' });
    expect((await steps()).slice(2)).toEqual(['DEL gamma net1', 'DEL beta net1', 'DEL alpha eth0']);
    expect(await node.leftovers()).toEqual([]);
  });

  it('K8S-65: after a killed ADD the same sandbox can be added again; what was left is undone first', async () => {
    await beta.set({ ADD: { hang: true } });
    const pod = await node.pod('again', 'two');
    const add = start('ADD', pod);
    await waitFor('the second delegate to run', async () => (await steps()).includes('ADD beta net1'));
    add.child.kill('SIGKILL');
    await add.ended;
    await killPlugins();
    await beta.set({});
    await alpha.forget();
    expect(await call('ADD', pod)).toMatchObject({ exitCode: 0 });
    expect((await steps()).slice(0, 4)).toEqual(['DEL gamma net1', 'DEL beta net1', 'DEL alpha eth0', 'ADD alpha eth0']);
    await call('DEL', pod);
    expect(await node.leftovers()).toEqual([]);
  });

  // direct mode cannot take its plugins with it when it is killed: the test does it
  const killPlugins = async (): Promise<void> => {
    for (const name of (await readdir('/proc')).filter((each) => /^\d+$/.test(each))) {
      const line = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
      if (line.includes(delegates) || line.startsWith('sleep\x001000')) process.kill(Number(name), 'SIGKILL');
    }
  };
});

describe('a plugin that fails', () => {
  it('CNI-10: its own code reaches the runtime, with network, plugin, interface and pod', async () => {
    await beta.set({ ADD: { exitCode: 1, stdout: '{"cniVersion":"1.0.0","code":114,"msg":"no more ports","details":"tray 7"}' } });
    const pod = await node.pod('own-code', 'two');
    const error = errorIn((await call('ADD', pod)).stdout);
    expect(error).toMatchObject({ code: 114, msg: expect.stringContaining('plugin beta failed (ADD): no more ports; tray 7') });
    expect(error.details).toBe('step ADD, pod default/own-code, network default/two, interface net1, plugin beta');
  });
  it.each([
    { title: 'garbage on stdout', behaviour: { exitCode: 3, stdout: 'panic: oh no' }, text: 'netplugin failed: panic: oh no (exit status 3)' },
    { title: 'only stderr', behaviour: { exitCode: 1, stderr: 'cannot open x' }, text: 'netplugin failed: cannot open x (exit status 1)' },
    { title: 'nothing at all', behaviour: { exitCode: 2 }, text: 'netplugin failed with no error message (exit status 2)' },
    { title: 'success, but no result', behaviour: { stdout: 'all fine' }, text: 'the answer of plugin beta' },
    { title: 'a result of an unknown version', behaviour: { stdout: '{"cniVersion":"7.0.0"}' }, text: 'unsupported CNI result version "7.0.0"' },
  ])('CNI-65, CNI-67: $title', async ({ title, behaviour, text }) => {
    await beta.set({ ADD: { stdout: '', ...behaviour } });
    const pod = await node.pod(`fails-${title.replaceAll(/[^a-z]+/g, '-')}`, 'two');
    expect(errorIn((await call('ADD', pod)).stdout).msg).toContain(text);
    expect(await node.leftovers()).toEqual([]);
  });
  it('NPWG-98, NPWG-99: at DEL all others are called, what is left is named and kept, and a later DEL finishes', async () => {
    const pod = await node.pod('del-fails', 'two,two');
    expect(await call('ADD', pod)).toMatchObject({ exitCode: 0 });
    await beta.set({ DEL: { exitCode: 1, stdout: '{"code":999,"msg":"device not found"}' } });
    await alpha.forget();
    const failed = await call('DEL', pod);
    expect(errorIn(failed.stdout).msg).toContain('still attached: net1 (default/two), net2 (default/two)');
    expect(failed.stdout).not.toContain('not found'); // K8S-57
    expect(await steps()).toEqual(['DEL gamma net2', 'DEL beta net2', 'DEL gamma net1', 'DEL beta net1', 'DEL alpha eth0']);
    await beta.set({});
    await alpha.forget();
    expect(await call('DEL', pod)).toMatchObject({ exitCode: 0 });
    expect(await steps()).toEqual(['DEL gamma net2', 'DEL beta net2', 'DEL gamma net1', 'DEL beta net1']);
    expect(await node.leftovers()).toEqual([]);
  });
});

describe('what delegates are given', () => {
  const inputs = async (command: string): Promise<RecordedCall[]> => (await alpha.calls()).filter((each) => each.command === command);

  it('NPWG-103, NPWG-104: the runtime’s runtimeConfig goes to the default network, complete, and to nobody else', async () => {
    const capabilities = { portMappings: true, dns: true, 'io.kubernetes.cri.pod-annotations': true };
    const wanting = (name: string, type: string): object => ({ cniVersion: '1.1.0', name, type, capabilities });
    await node.nad('wants', wanting('wants', 'beta'));
    const runtimeConfig = {
      portMappings: [{ HostPort: 80, ContainerPort: 8080 }],
      dns: { Servers: ['10.0.0.10'] },
      'io.kubernetes.cri.pod-annotations': { 'k8s.v1.cni.cncf.io/networks': 'wants' },
    };
    const pod = await node.pod('hostports');
    expect(await call('ADD', pod, { delegates: [wanting('default-net', 'alpha')], runtimeConfig })).toMatchObject({ exitCode: 0 });
    const [first, second] = await inputs('ADD');
    expect(first?.stdin['runtimeConfig']).toEqual(runtimeConfig);
    expect(second?.stdin).not.toHaveProperty('runtimeConfig');
    await call('DEL', pod);
  });

  it('CNI-29, NPWG-65: DEL and CHECK get the same configuration, arguments and names as ADD, plus the result', async () => {
    await node.nad('rich', { cniVersion: '1.1.0', name: 'rich', type: 'beta', big: 1, capabilities: { ips: true }, args: { cni: { a: 1, b: 1 }, labels: [] } });
    const pod = await node.pod('same', [{ name: 'rich', ips: ['10.0.0.5/24'], 'cni-args': { b: 2 } }]);
    for (const command of ['ADD', 'CHECK', 'DEL'])
      expect(await call(command, pod).then(({ exitCode }) => [command, exitCode])).toEqual([command, command === 'CHECK' ? 1 : 0]);
    const of = async (command: string) => (await inputs(command)).find(({ plugin }) => plugin === 'beta');
    const [added, deleted] = [await of('ADD'), await of('DEL')];
    expect(added?.stdin).toMatchObject({ name: 'rich', args: { cni: { a: 1, b: 2 }, labels: [] }, runtimeConfig: { ips: ['10.0.0.5/24'] } });
    const { prevResult, ...rest } = deleted?.stdin ?? {};
    expect(rest).toEqual(added?.stdin);
    expect(prevResult).toMatchObject({ interfaces: [{ name: 'net1' }] });
    expect({ ...deleted?.env, CNI_COMMAND: 'ADD' }).toEqual(added?.env);
  });

  it('CNI-55: the caller’s environment reaches delegates, Plexus’s own variables do not', async () => {
    const pod = await node.pod('environment');
    await node.call('ADD', pod, { config: config(), path: [delegates, '/second'], env: { TRACEPARENT: '00-abc', PLEXUS_NODE: process.execPath } });
    const [first] = await inputs('ADD');
    expect(first?.env).toMatchObject({ TRACEPARENT: '00-abc', CNI_PATH: `${delegates}:/second`, CNI_NETNS: pod.netns.path });
    expect(first?.env).not.toHaveProperty('PLEXUS_NODE');
    expect(first?.env['CNI_ARGS']).toBe(
      `IgnoreUnknown=true;K8S_POD_NAMESPACE=default;K8S_POD_NAME=environment;K8S_POD_INFRA_CONTAINER_ID=${pod.containerId};K8S_POD_UID=uid-environment`,
    );
    await call('DEL', pod);
  });

  it('CNI-22: behind another plugin, the chain’s prevResult is handed on and nothing of it is lost', async () => {
    const prevResult = {
      cniVersion: '1.1.0',
      interfaces: [{ name: 'first0', sandbox: '/x' }],
      ips: [{ address: '192.0.2.1/32', interface: 0 }],
      dns: { domain: 'before' },
    };
    await alpha.set({
      ADD: { stdout: '{"cniVersion":"1.1.0","interfaces":[{"name":"eth0","sandbox":"/x"}],"ips":[{"address":"10.0.0.9/24","interface":0}]}' },
    });
    const pod = await node.pod('behind');
    const { stdout } = await call('ADD', pod, { prevResult });
    expect((await inputs('ADD'))[0]?.stdin['prevResult']).toEqual(prevResult);
    expect(JSON.parse(stdout)).toEqual({
      cniVersion: '1.1.0',
      interfaces: [
        { name: 'eth0', sandbox: '/x' },
        { name: 'first0', sandbox: '/x' },
      ],
      ips: [
        { address: '10.0.0.9/24', interface: 0 },
        { address: '192.0.2.1/32', interface: 1 },
      ],
      dns: { domain: 'before' },
    });
    await call('DEL', pod);
  });
});

describe('STATUS and GC', () => {
  const nodeCall = (command: string, more: object) =>
    node.call(command, { containerId: '', netns: { path: '' }, name: '', namespace: '', uid: '' } as TestPod, { config: config(more), path: [delegates] });

  it('CNI-34: STATUS asks the default network and keeps its code', async () => {
    expect(await nodeCall('STATUS', {})).toMatchObject({ exitCode: 0, stdout: '' });
    await alpha.set({ STATUS: { exitCode: 1, stdout: '{"code":51,"msg":"limited"}' } });
    expect(errorIn((await nodeCall('STATUS', {})).stdout)).toMatchObject({ code: 51 });
  });

  it('CNI-37, CNI-38: GC undoes what the list does not name and passes the rest on under each network’s own interface names', async () => {
    const [kept, stale] = [await node.pod('kept', 'two'), await node.pod('stale', 'two')];
    for (const pod of [kept, stale]) expect(await call('ADD', pod)).toMatchObject({ exitCode: 0 });
    await alpha.forget();
    expect(await nodeCall('GC', { 'cni.dev/valid-attachments': [{ containerID: kept.containerId, ifname: 'eth0' }] })).toMatchObject({
      exitCode: 0,
      stdout: '',
    });
    const calls = await alpha.calls();
    expect(calls.filter(({ command }) => command === 'DEL').map(({ plugin, env }) => `${plugin} ${env['CNI_CONTAINERID'] === stale.containerId}`)).toEqual([
      'gamma true',
      'beta true',
      'alpha true',
    ]);
    const passedOn = calls.filter(({ command }) => command === 'GC').map(({ plugin, stdin }) => [plugin, stdin['cni.dev/valid-attachments']]);
    const attached = (ifname: string): object[] => [{ containerID: kept.containerId, ifname }];
    expect(passedOn).toEqual([
      ['alpha', attached('eth0')],
      ['beta', attached('net1')],
      ['gamma', attached('net1')],
    ]);
    await call('DEL', kept);
    expect(await node.leftovers()).toEqual([]);
  });

  it('CNI-39: without a list nothing is removed', async () => {
    const pod = await node.pod('listless');
    await call('ADD', pod);
    await alpha.forget();
    expect(await nodeCall('GC', {})).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await alpha.calls()).toEqual([]);
    await call('DEL', pod);
  });
});

describe('the default network', () => {
  it('NPWG-94, K8S-69: ADD waits for the readiness file, and is code 11 when it does not come', async () => {
    const readinessindicatorfile = join(node.dir, 'ready');
    const pod = await node.pod('early');
    const late = await call('ADD', pod, { readinessindicatorfile, deadlines: { readinessSeconds: 0 } });
    expect(errorIn(late.stdout)).toMatchObject({ code: 11, msg: expect.stringContaining('PLX-NOT-READY') });
    const waiting = start('ADD', pod, { readinessindicatorfile, deadlines: { readinessSeconds: 20 } });
    await writeFile(readinessindicatorfile, '');
    expect(await waiting.ended).toMatchObject({ exitCode: 0 });
    await call('DEL', pod);
  });

  it('NPWG-91: v1.multus-cni.io/default-network replaces it for one pod', async () => {
    await node.nad('special', chain('special', 'gamma'), { namespace: 'kube-system' });
    const pod = await node.pod('special', undefined, { 'v1.multus-cni.io/default-network': 'special' });
    await call('ADD', pod);
    expect(await steps()).toEqual(['ADD gamma eth0']);
    expect(await node.status(pod)).toMatchObject([{ name: 'kube-system/special', interface: 'eth0', default: true }]);
    await call('DEL', pod);
  });

  it.each([
    { title: 'a file', clusterNetwork: (): string => join(node.dir, 'conf/10-x.conflist') },
    { title: 'a folder', clusterNetwork: (): string => `${join(node.dir, 'conf')}/` },
    { title: 'the name of a file in confDir', clusterNetwork: (): string => 'from-file' },
    { title: 'the name of a NAD in multusNamespace', clusterNetwork: (): string => 'cluster-nad' },
  ])('multus-behaviour 1.4: clusterNetwork is $title, with defaultNetworks after it', async ({ title, clusterNetwork }) => {
    await mkdir(join(node.dir, 'conf/from-file'), { recursive: true });
    await writeFile(join(node.dir, 'conf/10-x.conflist'), JSON.stringify(chain('from-file', 'alpha')));
    await writeFile(join(node.dir, 'conf/from-file/10-more.conf'), '{"type":"beta"}'); // CNI-45: chained by folder
    await node.nad('cluster-nad', chain('cluster-nad', 'alpha', 'beta'), { namespace: 'kube-system' });
    await node.nad('further', chain('further', 'gamma'), { namespace: 'kube-system' });
    const pod = await node.pod(`cluster-network-${title.replaceAll(/\W+/g, '-').toLowerCase()}`, 'two');
    const more = { delegates: [], clusterNetwork: clusterNetwork(), defaultNetworks: ['further'] };
    expect(await call('ADD', pod, more)).toMatchObject({ exitCode: 0 });
    expect(await steps()).toEqual(['ADD alpha eth0', 'ADD beta eth0', 'ADD gamma net1', 'ADD beta net2', 'ADD gamma net2']);
    await call('DEL', pod, more);
    expect(await node.leftovers()).toEqual([]);
  });
});
