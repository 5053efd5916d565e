import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ChangeSandboxDeps, change } from '../../src/attach/index.ts';
import { groupsOf } from '../../src/attach/sandbox/groups.ts';
import { sequencesOf } from '../../src/attach/sandbox/sequences.ts';
import { parseConfiguration } from '../../src/cni/index.ts';
import type { PluginExit, PluginRun, RunSequence } from '../../src/host/index.ts';
import { type Journal, fileJournal } from '../../src/journal/index.ts';
import type { Attachment, SandboxRecord } from '../../src/plan/index.ts';
import { patience } from '../support/patience.ts';
import { sampleRecord } from '../support/sample-record.ts';
import { attachmentOf, key, modelledDeps } from './modelled-node.ts';

let folder: string;
let journal: Journal;
let journals = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plexus-sequences-'));
});
beforeEach(() => {
  journal = fileJournal(join(folder, String(journals++)));
});
afterAll(() => rm(folder, { recursive: true }));

const attachment = (interfaceName: string, plugins: readonly string[] = ['link'], more: object = {}): Attachment => ({
  ...attachmentOf(interfaceName, `of-${interfaceName}`),
  configuration: parseConfiguration(
    { cniVersion: '1.0.0', name: `of-${interfaceName}`, plugins: plugins.map((type) => ({ type })) },
    { source: 'test' },
  ),
  ...more,
});

describe('the attachments whose first plugins are sent at once', () => {
  const namesOf = (attachments: readonly Attachment[], concurrency = 1): readonly string[] =>
    sequencesOf(attachments, groupsOf(attachments, concurrency)).map((row) =>
      row.map(({ interfaceName }) => interfaceName).join(' '),
    );
  const unmanaged = { kind: 'unmanaged' };
  it.each([
    { title: 'are all, if each has one plugin', second: attachment('net1'), sequences: ['eth0 net1 net2'] },
    { title: 'end with a chain', second: attachment('net1', ['link', 'rule']), sequences: ['eth0 net1', 'net2'] },
    {
      title: 'end where default routes are set',
      second: attachment('net1', ['link'], { defaultRoute: { v4: unmanaged, v6: { kind: 'removed' } } }),
      sequences: ['eth0 net1', 'net2'],
    },
    {
      title: 'end before and after device information',
      second: attachment('net1', ['link'], { deviceInfo: { file: '/x' } }),
      sequences: ['eth0', 'net1', 'net2'],
    },
    {
      title: 'end before and after one that continues a result',
      second: attachment('net1', ['link'], { initialResult: {} }),
      sequences: ['eth0', 'net1', 'net2'],
    },
  ])('$title', ({ second, sequences }) => {
    expect(namesOf([attachment('eth0'), second, attachment('net2')])).toEqual(sequences);
  });
  it('are none of those that are made concurrently', () => {
    expect(namesOf([attachment('eth0'), attachment('net1'), attachment('net2')], 2)).toEqual(['eth0']);
  });
});

/** A node whose host carries out a whole sequence at once, as far as it succeeds: earlier than any shim could. */
function eagerNode() {
  const links = new Set<string>();
  const calls: string[] = [];
  const sequences: string[] = [];
  /** Output of the ADD of an interface, with exit status 0. */
  const outputs = new Map<string, string>();
  /** Interfaces whose ADD and DEL are refused. */
  const refused = new Set<string>();
  const carryOut = ({ env }: PluginRun): PluginExit => {
    const { CNI_COMMAND: command = '', CNI_IFNAME: name = '' } = env;
    calls.push(`${command} ${name}`);
    if (refused.has(name)) return { exitCode: 1, stdout: '{"code":100,"msg":"no master"}', stderr: '' };
    if (command === 'ADD') links.add(name);
    else links.delete(name);
    const result = `{"cniVersion":"1.0.0","interfaces":[{"name":"${name}","sandbox":"/run/netns/x"}]}`;
    return { exitCode: 0, stdout: command === 'DEL' ? '' : (outputs.get(name) ?? result), stderr: '' };
  };
  const startSequence = (runs: readonly PluginRun[]): RunSequence => {
    sequences.push(runs.map(({ env }) => `${env['CNI_COMMAND']} ${env['CNI_IFNAME']}`).join(', '));
    const begun: { run: PluginRun; exit: PluginExit }[] = [];
    for (const run of runs) {
      const exit = carryOut(run);
      begun.push({ run, exit });
      if (exit.exitCode !== 0) break;
    }
    return {
      runPlugin: async (run) => {
        const isNext = JSON.stringify(begun[0]?.run) === JSON.stringify(run);
        return (isNext ? begun.shift()?.exit : undefined) ?? carryOut(run);
      },
      stop: async () => begun.splice(0),
    };
  };
  /** `diesAt`: the step (a write of the journal, or a plugin run that is taken) before which the process is killed. */
  const deps = (diesAt?: number): ChangeSandboxDeps => {
    let steps = 0;
    const step = (): void => {
      if (diesAt !== undefined && steps >= diesAt) throw new Error('the process was killed');
      steps++;
    };
    const host = {
      runPlugin: async (run: PluginRun) => (step(), carryOut(run)),
      startSequence: (runs: readonly PluginRun[]): RunSequence => {
        const { runPlugin, stop } = startSequence(runs);
        return { runPlugin: async (run, signal) => (step(), runPlugin(run, signal)), stop };
      },
      settle: async () => {},
      listLinks: async () => [...links].map((name) => ({ name, up: true, addresses: [] })),
      defaultRoutes: async () => [],
      setDefaultRoutes: async () => {},
    };
    const mortal = {
      ...journal,
      write: async (record: SandboxRecord) => (step(), journal.write(record)),
      begin: async (record: SandboxRecord) => (step(), journal.begin(record)),
      note: async (record: SandboxRecord, noted: SandboxRecord) => (step(), journal.note(record, noted)),
      remove: async (record: SandboxRecord) => (step(), journal.remove(record)),
    };
    return modelledDeps(host, mortal);
  };
  return { links, calls, sequences, outputs, refused, deps };
}

const operation = { containerId: 'c1', netns: '/run/netns/x', env: {}, path: [] };
async function add(node: ReturnType<typeof eagerNode>, attach: readonly Attachment[], deps = node.deps()) {
  const run = { sandbox: 'begins', operation, deps, signal: patience() } as const;
  const { record, noted } = await change(sampleRecord({ attachments: [] }), { attach, detach: [] }, run);
  await noted;
  return record;
}
async function del(node: ReturnType<typeof eagerNode>, deps = node.deps()) {
  const record = await journal.read(key);
  if (record === undefined) return [];
  const run = { sandbox: 'ends', operation, deps, signal: patience() } as const;
  return (await change(record, { attach: [], detach: record.attachments }, run)).remaining;
}
const three = (): readonly Attachment[] => [
  attachment('eth0'),
  attachment('net1'),
  attachment('net2', ['link', 'rule']),
];

describe('an ADD and a DEL with a host that has sequences', () => {
  it('run every plugin once, in order', async () => {
    const node = eagerNode();
    const record = await add(node, three());
    expect(record.attachments.map(({ state }) => state)).toEqual(['attached', 'attached', 'attached']);
    await journal.write({ ...record, complete: true });
    expect(await del(node)).toEqual([]);
    expect(node.calls.join(', ')).toBe(
      'ADD eth0, ADD net1, ADD net2, ADD net2, DEL net2, DEL net2, DEL net1, DEL eth0',
    );
    expect(node.sequences).toEqual(['ADD eth0, ADD net1, ADD net2', 'DEL net2, DEL net2, DEL net1, DEL eth0']);
    expect(await journal.read(key)).toBeUndefined();
  });

  it('undo what has begun ahead of the failure', async () => {
    const node = eagerNode();
    node.outputs.set('eth0', 'no result');
    await expect(add(node, three())).rejects.toMatchObject({ where: { interfaceName: 'eth0' } });
    expect([...node.links]).toEqual([]);
    expect(await journal.read(key)).toBeUndefined();
  });

  it('undo nothing that has not begun', async () => {
    const node = eagerNode();
    node.refused.add('net1');
    await expect(add(node, three())).rejects.toMatchObject({ where: { interfaceName: 'net1' } });
    expect(node.calls.filter((call) => call.endsWith('net2'))).toEqual([]);
    expect([...node.links]).toEqual([]);
    expect(await journal.read(key)).toBeUndefined();
  });

  it('record the refusal of one that began ahead, so that it counts as never made', async () => {
    const node = eagerNode();
    node.outputs.set('eth0', 'no result');
    node.refused.add('net1');
    await expect(add(node, three())).rejects.toMatchObject({ where: { interfaceName: 'eth0' } });
    expect(await journal.read(key)).toBeUndefined();
  });

  it.each(Array.from({ length: 14 }, (_, step) => step))(
    'leave a journal that is enough for DEL if the daemon is killed at step %i of ADD',
    async (step) => {
      const node = eagerNode();
      await add(node, three(), node.deps(step)).catch(() => {});
      expect(await del(node)).toEqual([]);
      expect([...node.links]).toEqual([]);
      expect(await journal.read(key)).toBeUndefined();
    },
  );

  it.each(Array.from({ length: 6 }, (_, step) => step))(
    'leave a journal that is enough for the next DEL if the daemon is killed at step %i of DEL',
    async (step) => {
      const node = eagerNode();
      await journal.write({ ...(await add(node, three())), complete: true });
      await del(node, node.deps(step)).catch(() => {});
      expect(await del(node)).toEqual([]);
      expect([...node.links]).toEqual([]);
      expect(await journal.read(key)).toBeUndefined();
    },
  );

  it('have no sequences while runs are traced', async () => {
    const node = eagerNode();
    const deps = { ...node.deps(), trace: { traceId: '1'.repeat(32), spanId: '2'.repeat(16), flags: 1 } };
    await journal.write({ ...(await add(node, three(), deps)), complete: true });
    expect(await del(node, deps)).toEqual([]);
    expect(node.sequences).toEqual([]);
  });
});
