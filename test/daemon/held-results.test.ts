import { setImmediate as nextRound } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { memoryHolder } from '../../src/service/held-memory.ts';
import { holdRecords, holdResults, holdSandboxes } from '../../src/daemon/held-results.ts';
import type { Host, PluginRun } from '../../src/host/index.ts';
import type { Journal, SandboxLocks } from '../../src/journal/index.ts';

const signal = new AbortController().signal;
const result = (values: number): string => JSON.stringify({ x: Array.from({ length: values }, () => 0) });
const hostWith = (stdout: string): Host =>
  ({ runPlugin: async () => ({ exitCode: 0, stdout, stderr: '' }) }) as Partial<Host> as Host;
const add = (interfaceName: string): PluginRun => ({
  plugin: 'p',
  path: [],
  env: { CNI_COMMAND: 'ADD', CNI_IFNAME: interfaceName },
  stdin: '',
});
/** Whether it settles before the next round of the event loop: nothing here waits for more than promises. */
const settles = (work: Promise<unknown>): Promise<boolean> =>
  Promise.race([work.then(() => true), nextRound().then(() => false)]);

describe('the results of a running ADD', () => {
  it('delay no other call while they are as large as usual', async () => {
    const hold = memoryHolder();
    const [one, other] = [holdResults(hostWith(result(20)), hold()), holdResults(hostWith(result(20)), hold())];
    await one.runPlugin(add('net1'), signal);
    expect(await settles(other.runPlugin(add('net1'), signal))).toBe(true);
  });

  it('wait, if they are large, until no other call holds large ones', async () => {
    const hold = memoryHolder();
    const [first, second] = [hold(), hold()];
    await holdResults(hostWith(result(10_000)), first).runPlugin(add('net1'), signal);
    const waiting = holdResults(hostWith(result(10_000)), second).runPlugin(add('net1'), signal);
    expect(await settles(waiting)).toBe(false);
    await first.release();
    expect(await settles(waiting)).toBe(true);
  });

  it('of many networks fail together with PLX-RESULT-TOO-LARGE', async () => {
    const host = holdResults(hostWith(result(15_000)), memoryHolder()());
    for (const name of ['net1', 'net2']) await host.runPlugin(add(name), signal);
    await expect(host.runPlugin(add('net3'), signal)).rejects.toMatchObject({ id: 'PLX-RESULT-TOO-LARGE' });
  });

  it('count in a sequence as well', async () => {
    const exit = { exitCode: 0, stdout: result(15_000), stderr: '' };
    const sequence = { runPlugin: async () => exit, stop: async () => [] };
    const host = holdResults({ ...hostWith(''), startSequence: () => sequence }, memoryHolder()());
    const { runPlugin } = host.startSequence!([], signal);
    for (const name of ['net1', 'net2']) await runPlugin(add(name), signal);
    await expect(runPlugin(add('net3'), signal)).rejects.toMatchObject({ id: 'PLX-RESULT-TOO-LARGE' });
  });

  it('wait beyond the deadline of their plugin, which has ended', async () => {
    const hold = memoryHolder();
    const [first, second] = [hold(), hold()];
    await holdResults(hostWith(result(10_000)), first).runPlugin(add('net1'), signal);
    const deadline = new AbortController();
    const waiting = holdResults(hostWith(result(10_000)), second).runPlugin(add('net1'), deadline.signal, signal);
    expect(await settles(waiting)).toBe(false);
    deadline.abort(new Error('its deadline'));
    await first.release();
    expect(await waiting).toMatchObject({ exitCode: 0 });
  });

  it('count once for an interface, whatever the number of plugins in its chain', async () => {
    const host = holdResults(hostWith(result(15_000)), memoryHolder()());
    for (let index = 0; index < 5; index++) await host.runPlugin(add('net1'), signal);
  });
});

it('reads a large record only when no other call holds much', async () => {
  const hold = memoryHolder();
  const [first, second] = [hold(), hold()];
  const journal = { read: async () => undefined } as Partial<Journal> as Journal;
  const isLarge = async (): Promise<boolean> => true;
  await holdRecords(journal, first, isLarge, signal).read({ containerId: 'a', ifName: 'eth0' });
  const waiting = holdRecords(journal, second, isLarge, signal).read({ containerId: 'b', ifName: 'eth0' });
  expect(await settles(waiting)).toBe(false);
  await first.release();
  expect(await settles(waiting)).toBe(true);
});

it('waits for a large record no longer than the operation that reads it', async () => {
  const hold = memoryHolder();
  const [first, second] = [hold(), hold()];
  const journal = { read: async () => undefined } as Partial<Journal> as Journal;
  const isLarge = async (): Promise<boolean> => true;
  await holdRecords(journal, first, isLarge, signal).read({ containerId: 'a', ifName: 'eth0' });
  const operation = new AbortController();
  const waiting = holdRecords(journal, second, isLarge, signal).read(
    { containerId: 'b', ifName: 'eth0' },
    operation.signal,
  );
  operation.abort(new Error('its deadline'));
  await expect(waiting).rejects.toThrow('its deadline');
});

it('works in the background on one sandbox with a large record at a time', async () => {
  const locks = { withSandbox: (_claim, _signal, work) => work() } as Partial<SandboxLocks> as SandboxLocks;
  const background = holdSandboxes(locks, memoryHolder(), async (id) => id.startsWith('large'));
  const first = Promise.withResolvers<void>();
  const work = (containerId: string, until?: Promise<void>): Promise<void> =>
    background.withSandbox({ containerId, command: 'DEL' }, signal, async () => until);
  const [running, waiting] = [work('large1', first.promise), work('large2')];
  expect(await settles(work('small'))).toBe(true);
  expect(await settles(waiting)).toBe(false);
  first.resolve();
  expect(await settles(Promise.all([running, waiting]))).toBe(true);
});
