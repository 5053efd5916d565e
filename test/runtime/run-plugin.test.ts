import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeResult } from '../../src/cni/index.ts';
import { PlexusError, operationCancelled } from '../../src/errors/index.ts';
import { addList, checkList, delList, gcList, statusList } from '../../src/runtime/index.ts';
import { watchedHost } from '../../src/attach/sandbox/never-made.ts';
import { type TwoPlugins, twoPlugins } from './two-plugins.ts';
import { patience } from '../support/patience.ts';

let two: TwoPlugins;
beforeEach(async () => void (two = await twoPlugins()));
afterEach(() => two.remove());

const signal = (): AbortSignal => patience();
const add = (version = '1.0.0', change = {}, more = {}) =>
  addList(two.call(version, change, more), undefined, two.deps, signal());
const failureOf = (work: Promise<unknown>): Promise<PlexusError> =>
  work.then(
    () => Promise.reject(new Error('it succeeded')),
    (error: unknown) => (error instanceof PlexusError ? error : Promise.reject(error)),
  );

describe('CNI-55: the environment of a plugin', () => {
  const env = {
    PATH: '/usr/bin:/bin',
    TRACEPARENT: 'trace',
    HTTPS_PROXY: 'proxy',
    CNI_ARGS: 'old',
    CNI_OTHER: 'old',
    CNI_NETNS: 'old',
    PLEXUS_LOG: 'debug',
    LD_PRELOAD: '/x.so',
    LISTEN_FDS: '1',
    NOTIFY_SOCKET: '/run/systemd/notify',
    NODE_OPTIONS: '--require /x.js',
  };

  it('contains the caller’s variables without those on the withheld list (CNI-69)', async () => {
    await add('1.0.0', { env });
    expect({ ...two.runs[0]?.env, CNI_PATH: '' }).toEqual({
      PATH: '/usr/bin:/bin',
      TRACEPARENT: 'trace',
      HTTPS_PROXY: 'proxy',
      CNI_COMMAND: 'ADD',
      CNI_CONTAINERID: 'cid1',
      CNI_NETNS: '/var/run/netns/x',
      CNI_IFNAME: 'net1',
      CNI_ARGS: 'IgnoreUnknown=1;K8S_POD_NAME=p',
      CNI_PATH: '',
    });
  });

  it('CNI-20: keeps the permission to use the host’s namespace', async () => {
    await add('1.0.0', { env: { ...env, CNI_NETNS_OVERRIDE: '1' } });
    expect(two.runs[0]?.env['CNI_NETNS_OVERRIDE']).toBe('1');
  });

  it('has an empty CNI_NETNS for a DEL whose namespace is gone', async () => {
    await delList(two.call('1.0.0', { netns: undefined }), undefined, two.deps, signal());
    expect(two.runs.map((run) => run.env['CNI_NETNS'])).toEqual(['', '']);
  });
});

describe('CNI-65: a failing plugin', () => {
  it.each([
    {
      what: 'is reported with the error that it prints as JSON',
      behaviour: { stdout: '{"code":11,"msg":"busy","details":"try again"}', exitCode: 1 },
      code: 11,
      says: 'plugin p1 failed (ADD): busy; try again',
    },
    {
      what: 'is reported with other text that it prints',
      behaviour: { stdout: 'panic: oops', exitCode: 2 },
      code: 999,
      says: 'netplugin failed: panic: oops (exit status 2)',
    },
    {
      what: 'is reported with its stderr if stdout is empty',
      behaviour: { stdout: '', stderr: 'no such bridge', exitCode: 3 },
      code: 999,
      says: 'netplugin failed: no such bridge (exit status 3)',
    },
    {
      what: 'is reported if it prints nothing',
      behaviour: { stdout: '', exitCode: 1 },
      code: 999,
      says: 'netplugin failed with no error message (exit status 1)',
    },
    {
      what: 'is reported even if it prints a result',
      behaviour: { stdout: '{"cniVersion":"1.0.0"}', exitCode: 1 },
      code: 999,
      says: 'netplugin failed: {"cniVersion":"1.0.0"} (exit status 1)',
    },
  ])('$what', async ({ behaviour, code, says }) => {
    await two.p1.set({ ADD: behaviour });
    const error = await failureOf(add());
    expect(error).toMatchObject({ code, id: 'PLX-PLUGIN-FAILED', message: expect.stringContaining(says) as string });
    expect(error.where).toEqual({
      step: 'ADD',
      plugin: 'p1',
      network: 'shop/net1',
      interfaceName: 'net1',
      pod: 'shop/db-0',
    });
    expect(await two.commands()).toEqual(['p1 ADD']);
  });

  it('CNI-47: is reported as missing, for DEL and CHECK as well', async () => {
    const result = await add();
    const path = ['/opt/none'];
    const call = two.call('1.0.0', { path });
    const works = [
      () => add('1.0.0', { path }),
      () => delList(call, result, two.deps, signal()),
      () => checkList(call, result, two.deps, signal()),
    ];
    for (const work of works)
      expect(await failureOf(work())).toMatchObject({
        id: 'PLX-PLUGIN-MISSING',
        where: { plugin: expect.stringMatching(/p[12]/) as string },
      });
  });

  it('CNI-64: has its stderr reported, whether it fails or not', async () => {
    await two.p1.set({ ADD: { stderr: 'a warning' } });
    await two.p2.set({ ADD: { stderr: 'the reason', stdout: '{"code":11,"msg":"busy"}', exitCode: 1 } });
    const error = await failureOf(add());
    const about = { command: 'ADD', network: 'shop/net1', sandbox: 'cid1', interfaceName: 'net1', pod: 'shop/db-0' };
    const common = { kind: 'plugin-finished', ...about, startedAt: 0, ms: 0 };
    expect(two.steps).toEqual([
      {
        ...common,
        plugin: 'p1',
        stderr: 'a warning',
        input: two.runs[0]?.stdin,
        output: expect.stringContaining('10.0.0.5/24'),
      },
      {
        ...common,
        plugin: 'p2',
        stderr: 'the reason',
        input: two.runs[1]?.stdin,
        output: '{"code":11,"msg":"busy"}',
        error,
      },
    ]);
  });
});

describe('CNI-69: tracing', () => {
  const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), flags: 1, state: 'x=1' };

  it('gives each plugin a child span of the operation’s span', async () => {
    const env = {
      PATH: '/usr/bin:/bin',
      TRACEPARENT: `00-${'c'.repeat(32)}-${'d'.repeat(16)}-00`,
      TRACESTATE: 'x=1',
      BAGGAGE: 'y=2',
    };
    await addList(two.call('1.0.0', { env }), undefined, { ...two.deps, trace }, signal());
    const spans = two.steps.flatMap((step) => (step.kind === 'plugin-finished' ? [step.trace?.spanId ?? ''] : []));
    expect(new Set([...spans, trace.spanId]).size).toBe(3);
    expect(two.runs.map((run) => run.env['TRACEPARENT'])).toEqual(
      spans.map((span) => `00-${trace.traceId}-${span}-01`),
    );
    expect(two.runs.map((run) => [run.env['TRACESTATE'], run.env['BAGGAGE']])).toEqual([
      ['x=1', 'y=2'],
      ['x=1', 'y=2'],
    ]);
  });
});

describe('CNI-67: the output of ADD', () => {
  const address = '"ips":[{"address":"10.9.9.9/24"}]';

  it.each([
    { what: 'no cniVersion', stdout: `{${address}}`, version: '1.0.0', ips: 1 },
    { what: 'an empty cniVersion', stdout: `{"cniVersion":"",${address}}`, version: '1.0.0', ips: 1 },
    { what: 'null', stdout: 'null', version: '1.0.0', ips: 0 },
    {
      what: 'a different supported version',
      stdout: '{"cniVersion":"0.3.1","ips":[{"version":"4","address":"10.9.9.9/24"}]}',
      version: '1.0.0',
      ips: 1,
    },
  ])('$what is accepted as a result', async ({ stdout, version, ips }) => {
    await two.p2.set({ ADD: { stdout } });
    const json = encodeResult(await add(version), '1.0.0');
    expect(json['ips'] ?? []).toHaveLength(ips);
  });

  it.each([
    { what: 'an unsupported version', stdout: `{"cniVersion":"2.0.0",${address}}` },
    { what: 'garbage', stdout: 'hello' },
    { what: 'no output', stdout: '' },
    { what: 'blanks', stdout: ' \n' },
    { what: 'a list', stdout: '[]' },
    { what: 'fields of wrong types', stdout: '{"cniVersion":"1.0.0","ips":"10.0.0.1"}' },
    { what: 'half a result', stdout: '{"cniVersion":"1.0.0","ips":[' },
  ])('$what is an error that names the plugin', async ({ stdout }) => {
    await two.p2.set({ ADD: { stdout } });
    expect(await failureOf(add())).toMatchObject({
      where: { plugin: 'p2', network: 'shop/net1', step: 'ADD' },
      message: expect.stringContaining('p2') as string,
    });
  });

  it('CNI-53: the result is passed on in the list’s version', async () => {
    const result = await add('1.0.0');
    two.runs.length = 0;
    await checkList(two.call('0.4.0'), result, two.deps, signal());
    expect(JSON.parse(two.runs[0]?.stdin ?? '')).toMatchObject({
      prevResult: { cniVersion: '0.4.0', ips: [{ version: '4' }] },
    });
  });
});

describe('CNI-68: a plugin that hangs', () => {
  it('has a deadline of its own, apart from that of the operation', async () => {
    const states: (boolean | undefined)[] = [];
    const runPlugin: typeof two.deps.host.runPlugin = async (_run, own, operation) => {
      await new Promise((resolve) => own.addEventListener('abort', resolve));
      states.push(own.aborted, operation?.aborted);
      return { exitCode: 0, stdout: '{"cniVersion":"1.0.0"}', stderr: '' };
    };
    const { ends: _ends, ...host } = watchedHost({ ...two.deps.host, runPlugin });
    const call = two.call('1.0.0', {}, { plugins: [{ type: 'p1' }] });
    await addList(call, undefined, { ...two.deps, host, pluginSeconds: 0.05 }, signal());
    expect(states).toEqual([true, false]);
  });

  it('is killed after its deadline, and DEL can follow', async () => {
    await two.p1.set({ ADD: { hang: true } });
    const error = await failureOf(addList(two.call('1.0.0'), undefined, { ...two.deps, pluginSeconds: 1 }, signal()));
    expect(error).toMatchObject({
      id: 'PLX-PLUGIN-TIMEOUT',
      code: 11,
      where: { plugin: 'p1', step: 'ADD' },
      message: expect.stringContaining('within 1 s') as string,
    });
    await delList(two.call('1.0.0'), undefined, two.deps, signal());
    expect(await two.commands()).toEqual(['p1 ADD', 'p2 DEL', 'p1 DEL']);
  });

  it('is killed if the operation is cancelled, and no other plugin runs', async () => {
    await two.p1.set({ ADD: { hang: true } });
    const stop = new AbortController();
    const ended = failureOf(addList(two.call('1.0.0'), undefined, two.deps, stop.signal));
    await expect.poll(() => two.commands()).toEqual(['p1 ADD']);
    stop.abort(operationCancelled({ command: 'ADD', reason: 'told to' }));
    expect(await ended).toMatchObject({ id: 'PLX-OPERATION-CANCELLED' });
    const del = await failureOf(delList(two.call('1.0.0'), undefined, two.deps, stop.signal));
    expect(del.id).toBe('PLX-OPERATION-CANCELLED');
    expect(await two.commands()).toEqual(['p1 ADD']);
  });
});

describe('skipped and remaining plugins of a list', () => {
  const says = (code: number, msg: string) => ({ stdout: JSON.stringify({ code, msg }), exitCode: 1 });

  it('CNI-59: disableCheck skips CHECK, and the first failure ends it', async () => {
    const result = await add();
    await two.p1.forget();
    await checkList(two.call('1.0.0', {}, { disableCheck: true }), result, two.deps, signal());
    expect(await two.commands()).toEqual([]);
    await two.p1.set({ CHECK: says(120, 'changed') });
    expect(await failureOf(checkList(two.call('1.0.0'), result, two.deps, signal()))).toMatchObject({ code: 120 });
    expect(await two.commands()).toEqual(['p1 CHECK']);
  });

  it('CNI-60: disableGC skips GC; otherwise all plugins run and all errors are reported', async () => {
    await gcList(two.call('1.1.0', {}, { disableGC: true }), [], two.deps, signal());
    expect(await two.commands()).toEqual([]);
    await two.p1.set({ GC: says(101, 'first problem') });
    await two.p2.set({ GC: says(102, 'second problem') });
    const error = await failureOf(gcList(two.call('1.1.0'), [], two.deps, signal()));
    expect(await two.commands()).toEqual(['p1 GC', 'p2 GC']);
    expect(error).toMatchObject({ code: 101, message: expect.stringContaining('first problem') as string });
    expect((error.cause as Error).message).toContain('second problem');
  });

  it('CNI-58: DEL runs all plugins and reports all errors, the first one as its own', async () => {
    await two.p1.set({ DEL: says(101, 'p1 problem') });
    await two.p2.set({ DEL: says(102, 'p2 problem') });
    const error = await failureOf(delList(two.call('1.0.0'), undefined, two.deps, signal()));
    expect(await two.commands()).toEqual(['p2 DEL', 'p1 DEL']);
    expect(error).toMatchObject({ code: 102, where: { plugin: 'p2', step: 'DEL' } });
    expect((error.cause as AggregateError).errors).toHaveLength(2);
    expect((error.cause as Error).message).toContain('p1 problem');
  });

  it.each(['0.4.0', '1.0.0'])('CNI-60, CNI-61: GC and STATUS are skipped at %s', async (version) => {
    await gcList(two.call(version), [], two.deps, signal());
    await statusList(two.call(version), two.deps, signal());
    expect(await two.commands()).toEqual([]);
  });

  it.each([50, 51])('CNI-61: STATUS ends with the first failure and its code %i', async (code) => {
    await two.p1.set({ STATUS: says(code, 'not yet') });
    expect(await failureOf(statusList(two.call('1.1.0'), two.deps, signal()))).toMatchObject({ code });
    expect(await two.commands()).toEqual(['p1 STATUS']);
  });

  it('CNI-22: the first plugin gets the result of the chain that contains Plexus', async () => {
    const initial = await add();
    two.runs.length = 0;
    await addList(two.call('1.0.0'), initial, two.deps, signal());
    expect(JSON.parse(two.runs[0]?.stdin ?? '')).toMatchObject({ prevResult: encodeResult(initial, '1.0.0') });
  });
});
