import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChangeFailure, change, changeSandbox } from '../../src/attach/index.ts';
import { fileJournal } from '../../src/journal/index.ts';
import type { SandboxChange, SandboxRecord } from '../../src/plan/index.ts';
import { patience } from '../support/patience.ts';
import { type ModelledNode, attachmentOf, key, nameOf, nodeWithSandbox, statesOf } from './modelled-node.ts';

let folder: string;
let nodes = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plexus-change-'));
});
afterAll(() => rm(folder, { recursive: true }));

const nodeWith = (...names: readonly string[]): Promise<ModelledNode> =>
  nodeWithSandbox(fileJournal(join(folder, String(nodes++))), names);

interface Wanted {
  readonly attach?: readonly string[];
  /** Interface names. */
  readonly detach?: readonly string[];
}
const chosen =
  ({ attach = [], detach = [] }: Wanted) =>
  ({ attachments }: SandboxRecord): SandboxChange => ({
    attach: attach.map((each) => {
      const [interfaceName = '', network = ''] = each.split(' ');
      return attachmentOf(interfaceName, network);
    }),
    detach: attachments.filter(({ attachment }) => detach.includes(attachment.interfaceName)),
  });
const nothing = (): SandboxChange => ({ attach: [], detach: [] });

const changed = (node: ModelledNode, requested: Wanted, diesAt?: number) =>
  changeSandbox(key, chosen(requested), node.process(diesAt).deps, patience());
const settled = (node: ModelledNode, diesAt?: number) =>
  changeSandbox(key, nothing, node.process(diesAt).deps, patience());
const failuresOf = (outcome: { readonly failures: readonly ChangeFailure[] } | undefined): readonly string[] =>
  (outcome?.failures ?? []).map(({ act, attachment, error }) => `${act} ${nameOf(attachment)}: ${error.message}`);

/** Returns the attachments of the sandbox, after checking that record, links, addresses and rules agree. */
async function attachedTo(node: ModelledNode): Promise<readonly string[]> {
  const record = await node.journal.read(key);
  expect(record?.complete).toBe(true);
  const names = (record?.attachments ?? []).map(({ attachment }) => nameOf(attachment));
  expect(statesOf(record)).toEqual(names.map((name) => `${name} attached`));
  expect([...node.links].map((pair) => pair.join(' ')).toSorted()).toEqual(names.toSorted());
  expect([...node.held].toSorted()).toEqual(names.flatMap((name) => [`address ${name}`, `rule ${name}`]).toSorted());
  return names;
}

describe('a change of a live sandbox', () => {
  it('attaches one more network', async () => {
    const node = await nodeWith('net1 a');
    expect(failuresOf(await changed(node, { attach: ['net2 b'] }))).toEqual([]);
    expect(await attachedTo(node)).toEqual(['eth0 default', 'net1 a', 'net2 b']);
  });

  it('detaches one network and leaves the others alone', async () => {
    const node = await nodeWith('net1 a', 'net2 b');
    expect(failuresOf(await changed(node, { detach: ['net1'] }))).toEqual([]);
    expect(await attachedTo(node)).toEqual(['eth0 default', 'net2 b']);
    expect(node.calls.slice(3)).toEqual(['DEL a net1']);
  });

  it('detaches conflicting networks first, then attaches in order, then detaches the rest', async () => {
    const node = await nodeWith('net1 a', 'net2 b', 'net3 c');
    expect(failuresOf(await changed(node, { attach: ['net4 e', 'net2 d'], detach: ['net1', 'net2', 'net3'] }))).toEqual(
      [],
    );
    expect(node.calls.slice(4)).toEqual(['DEL b net2', 'ADD e net4', 'ADD d net2', 'DEL c net3', 'DEL a net1']);
    expect(await attachedTo(node)).toEqual(['eth0 default', 'net2 d', 'net4 e']);
  });

  it('detaches the holder of a device before the device is attached again', async () => {
    const node = await nodeWith('net1 a', 'net2 b');
    const device = { id: '0000:03:00.1' };
    const record = await node.journal.read(key);
    if (record === undefined) throw new Error('there is no record');
    const attachments = record.attachments.map((entry) =>
      entry.attachment.interfaceName === 'net1' ? { ...entry, attachment: { ...entry.attachment, device } } : entry,
    );
    await node.journal.write({ ...record, attachments });
    const choose = (now: SandboxRecord): SandboxChange => ({
      attach: [{ ...attachmentOf('net3', 'c'), device }],
      detach: now.attachments.slice(1),
    });
    await changeSandbox(key, choose, node.process().deps, patience());
    expect(node.calls.slice(3)).toEqual(['DEL a net1', 'ADD c net3', 'DEL b net2']);
  });

  it('undoes only the network that fails and attaches the others', async () => {
    const node = await nodeWith();
    node.broken.add('bad');
    expect(failuresOf(await changed(node, { attach: ['net1 a', 'net2 bad', 'net3 c'] }))).toEqual([
      expect.stringMatching(/^attach net2 bad: plugin link failed \(ADD\): no switch/),
    ]);
    expect(await attachedTo(node)).toEqual(['eth0 default', 'net1 a', 'net3 c']);
  });

  it('restores the old network if its replacement fails', async () => {
    const node = await nodeWith('net1 a', 'net2 b');
    node.broken.add('bad');
    expect(failuresOf(await changed(node, { attach: ['net1 bad'], detach: ['net1'] }))).toEqual([
      expect.stringMatching(/^attach net1 bad: /),
    ]);
    expect(await attachedTo(node)).toEqual(['eth0 default', 'net1 a', 'net2 b']);
    expect(node.calls.slice(3)).toEqual(['DEL a net1', 'ADD bad net1', 'DEL bad net1', 'ADD a net1']);
  });

  it('reports an old network that cannot be restored', async () => {
    const node = await nodeWith('net1 a');
    node.broken.add('bad').add('a');
    expect(failuresOf(await changed(node, { attach: ['net1 bad'], detach: ['net1'] }))).toEqual([
      expect.stringMatching(/^attach net1 bad: /),
      expect.stringMatching(/^restore net1 a: /),
    ]);
    expect(await attachedTo(node)).toEqual(['eth0 default']);
  });

  it('restores the old network later if its failed replacement cannot be undone at once', async () => {
    const node = await nodeWith('net1 a');
    node.broken.add('bad');
    node.stuck.add('bad');
    expect(failuresOf(await changed(node, { attach: ['net1 bad'], detach: ['net1'] }))).toEqual([
      expect.stringMatching(/^attach net1 bad: /),
      expect.stringMatching(/^restore net1 a: .*busy/),
    ]);
    expect(statesOf(await node.journal.read(key))).toEqual(['eth0 default attached', 'net1 bad detaching']);
    expect(failuresOf(await settled(node))).toEqual([
      expect.stringMatching(/^detach net1 bad: .*busy/),
      expect.stringMatching(/^restore net1 a: .*busy/),
    ]);
    node.stuck.clear();
    expect(failuresOf(await settled(node))).toEqual([]);
    expect(await attachedTo(node)).toEqual(['eth0 default', 'net1 a']);
  });

  it('attaches nothing in place of a network that cannot be detached, and retries with the next change', async () => {
    const node = await nodeWith('net1 a');
    node.stuck.add('a');
    expect(failuresOf(await changed(node, { attach: ['net1 b', 'net2 c'], detach: ['net1'] }))).toEqual([
      expect.stringMatching(/^detach net1 a: plugin link failed \(DEL\): busy/),
      expect.stringMatching(/^attach net1 b: plugin link failed \(DEL\): busy/),
    ]);
    const record = await node.journal.read(key);
    expect(statesOf(record)).toEqual(['eth0 default attached', 'net1 a detaching', 'net2 c attached']);
    expect(record?.attachments[1]).toMatchObject({ attempts: 1, lastError: expect.stringContaining('busy') as string });
    node.stuck.clear();
    expect(failuresOf(await changed(node, { attach: ['net1 b'] }))).toEqual([]);
    expect(await attachedTo(node)).toEqual(['eth0 default', 'net2 c', 'net1 b']);
  });

  it('rejects an interface name that another network keeps', async () => {
    const node = await nodeWith('net1 a');
    expect(failuresOf(await changed(node, { attach: ['net1 b'] }))).toEqual([
      'attach net1 b: interface name net1 is already used by a',
    ]);
    expect(await attachedTo(node)).toEqual(['eth0 default', 'net1 a']);
  });

  it('does not change a sandbox that is being detached or is unknown', async () => {
    const node = await nodeWith('net1 a');
    const record = await node.journal.read(key);
    if (record === undefined) throw new Error('there is no record');
    await node.journal.write({ ...record, complete: false });
    expect(await changed(node, { attach: ['net2 b'] })).toBeUndefined();
    await node.journal.remove(key);
    expect(await changed(node, { attach: ['net2 b'] })).toBeUndefined();
  });

  it('does not change a sandbox whose namespace has none of its interfaces', async () => {
    const node = await nodeWith('net1 a');
    const { deps } = node.process();
    const host = { ...deps.host, listLinks: async () => [] };
    await expect(
      changeSandbox(key, chosen({ attach: ['net2 b'] }), { ...deps, host }, patience()),
    ).rejects.toMatchObject({ id: 'PLX-NETNS-UNUSABLE' });
    expect(await attachedTo(node)).toEqual(['eth0 default', 'net1 a']);
  });

  it('stops when it is cancelled and leaves a record that DEL can undo', async () => {
    const node = await nodeWith('net1 a');
    const { deps } = node.process();
    const stop = new AbortController();
    const host = {
      ...deps.host,
      runPlugin: async (...words: Parameters<typeof deps.host.runPlugin>) => {
        const exit = await deps.host.runPlugin(...words);
        if (words[0].env['CNI_COMMAND'] === 'ADD') stop.abort(new Error('DEL has arrived'));
        stop.signal.throwIfAborted();
        return exit;
      },
    };
    const choose = chosen({ attach: ['net1 b'], detach: ['net1'] });
    await expect(changeSandbox(key, choose, { ...deps, host }, stop.signal)).rejects.toThrow('DEL has arrived');
    expect(statesOf(await node.journal.read(key))).toEqual([
      'eth0 default attached',
      'net1 a detaching',
      'net1 b intended',
    ]);
    await endSandbox(node);
  });
});

/** Ends the sandbox as DEL does. */
async function endSandbox(node: ModelledNode): Promise<void> {
  const record = await node.journal.read(key);
  if (record === undefined) throw new Error('there is no record');
  const operation = { containerId: 'c1', netns: record.netns, env: {}, path: [] };
  const run = { sandbox: 'ends', operation, deps: node.process().deps, signal: patience() } as const;
  const { remaining } = await change(record, { attach: [], detach: record.attachments }, run);
  expect([remaining, await node.journal.read(key), [...node.links], [...node.held]]).toEqual([[], undefined, [], []]);
}

interface Scenario {
  readonly title: string;
  readonly requested: Wanted;
  readonly broken?: readonly string[];
  /** The networks that each interface may belong to after recovery; '' if it may be absent. */
  readonly ends: Readonly<Record<string, readonly string[]>>;
}
const scenarios: readonly Scenario[] = [
  { title: 'an attachment', requested: { attach: ['net3 c'] }, ends: { net3: ['', 'c'] } },
  { title: 'a detachment', requested: { detach: ['net1'] }, ends: { net1: ['a', ''] } },
  { title: 'a swap', requested: { attach: ['net1 c'], detach: ['net1'] }, ends: { net1: ['a', 'c'] } },
  {
    title: 'a swap whose new network fails',
    requested: { attach: ['net1 bad'], detach: ['net1'] },
    broken: ['bad'],
    ends: { net1: ['a'] },
  },
  {
    title: 'two swaps, an attachment and a detachment',
    requested: { attach: ['net1 c', 'net3 d', 'net2 e'], detach: ['net1', 'net2', 'net4'] },
    ends: { net1: ['a', 'c'], net2: ['b', 'e'], net3: ['', 'd'], net4: ['', 'f'] },
  },
];
const start = ['net1 a', 'net2 b', 'net4 f'];

describe('a change killed at any step', () => {
  /** Kills the process at a step of a change. Returns false if there is no such step. */
  async function killedAt(node: ModelledNode, { requested, broken = [] }: Scenario, diesAt: number): Promise<boolean> {
    for (const network of broken) node.broken.add(network);
    return changed(node, requested, diesAt).then(
      () => false,
      () => true,
    );
  }

  async function assertEnds(node: ModelledNode, { ends }: Scenario, callsBefore: number): Promise<void> {
    const names = await attachedTo(node);
    const networkOf = (interfaceName: string): string =>
      names.find((name) => name.startsWith(`${interfaceName} `))?.split(' ')[1] ?? '';
    for (const [interfaceName, networks] of Object.entries(ends)) expect(networks).toContain(networkOf(interfaceName));
    const untouched = ['eth0 default', ...start].filter((name) => ends[name.split(' ')[0] ?? ''] === undefined);
    expect(names).toEqual(expect.arrayContaining(untouched));
    const touched = node.calls.slice(callsBefore).map((call) => call.split(' ')[2] ?? '');
    expect(touched.filter((interfaceName) => ends[interfaceName] === undefined)).toEqual([]);
  }

  it.each(scenarios)('leaves a record of $title that the next change settles', async (scenario) => {
    for (let step = 0, isLast = false; !isLast; step++) {
      const node = await nodeWith(...start);
      const before = node.calls.length;
      isLast = !(await killedAt(node, scenario, step));
      expect(failuresOf(await settled(node))).toEqual([]);
      await assertEnds(node, scenario, before);
      expect(failuresOf(await settled(node))).toEqual([]); // nothing remains to be done
    }
  });

  it.each(scenarios)('leaves a record of $title from which DEL undoes everything', async (scenario) => {
    for (let step = 0, isLast = false; !isLast; step++) {
      const node = await nodeWith(...start);
      isLast = !(await killedAt(node, scenario, step));
      await endSandbox(node);
    }
  });

  it.each(scenarios.slice(2, 4))('can be killed again while it settles $title', async (scenario) => {
    for (let step = 0, isLast = false; !isLast; step += 3) {
      for (let second = 0, isSettled = false; !isSettled; second++) {
        const node = await nodeWith(...start);
        const before = node.calls.length;
        isLast = !(await killedAt(node, scenario, step));
        isSettled = await settled(node, second).then(
          () => true,
          () => false,
        );
        expect(failuresOf(await settled(node))).toEqual([]);
        await assertEnds(node, scenario, before);
      }
    }
  });
});
