import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClusterNode, createClusterNode } from '../support/cluster-node.ts';
import { shim } from '../support/daemon.ts';
import { type BuiltRelease, buildRelease, previousRelease } from '../support/previous-release.ts';
import type { TestPod } from '../support/test-node.ts';

const commit = await previousRelease();
if (commit === undefined) process.stderr.write('the upgrade is not tested: there is no Git history\n');

describe.skipIf(commit === undefined)('an upgrade from the previous release, while pods run', () => {
  let at: ClusterNode;
  let old: BuiltRelease;
  const pods = new Map<string, TestPod>();
  beforeAll(async () => {
    [at, old] = await Promise.all([createClusterNode(), buildRelease(commit ?? '')]);
    at.nad('storage', at.node.bridge('storage', '10.30.0.0/16'));
    await at.start({ program: old.program });
  });
  afterAll(async () => {
    await at.remove();
    await old.remove();
  });

  const call = async (command: string, name: string, executable: string): Promise<unknown> => {
    const { exitCode, stdout } = await at.call(command, pods.get(name) as TestPod, true, executable);
    return exitCode === 0 ? 'ok' : stdout;
  };
  const add = async (name: string, executable: string): Promise<unknown> => {
    pods.set(name, await at.pod(name, 'storage'));
    return call('ADD', name, executable);
  };
  const addressOf = (name: string): string =>
    String((at.status(name)?.[1]?.['ips'] as readonly string[] | undefined)?.[0]);
  /** Sends one packet from a pod to another through the additional network. */
  const ping = async (from: string, to: string): Promise<string> => {
    const words = [`--net=${pods.get(from)?.netns.path}`, 'ping', '-c', '1', '-W', '20', addressOf(to)];
    return (await promisify(execFile)('nsenter', words)).stdout;
  };

  it('the old daemon serves the old shim, and the new shim, which the init container installs first', async () => {
    expect(await add('first', old.shim)).toBe('ok');
    expect(await add('second', old.shim)).toBe('ok');
    expect(await add('between', shim)).toBe('ok');
    expect(await call('DEL', 'between', shim)).toBe('ok');
  });
  it('running pods keep their networks while the daemon is replaced', async () => {
    expect(await at.daemon().stop()).toBe(0);
    expect(await ping('first', 'second')).toContain(' 0% packet loss');
    await at.start();
    expect(await ping('second', 'first')).toContain(' 0% packet loss');
  });
  it('the new daemon checks and detaches pods that the old one attached, for calls of either shim', async () => {
    expect(await call('CHECK', 'first', shim)).toBe('ok');
    expect(await call('DEL', 'first', shim)).toBe('ok');
    expect(await add('third', old.shim)).toBe('ok');
    expect(await ping('third', 'second')).toContain(' 0% packet loss');
    expect(await add('fourth', shim)).toBe('ok');
  });
  it('after a downgrade the old daemon detaches pods that the new one attached, and nothing is left', async () => {
    expect(await at.daemon().stop()).toBe(0);
    await at.start({ program: old.program });
    for (const name of ['fourth', 'third', 'second']) expect(await call('DEL', name, shim), name).toBe('ok');
    expect(await at.node.leftovers()).toEqual([]);
  });
});
