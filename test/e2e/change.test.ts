import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/cni/index.ts';
import { fileJournal } from '../../src/journal/index.ts';
import type { ChangeWords } from '../support/change-child.ts';
import { pluginsDir } from '../support/plugins-dir.ts';
import { type TestNode, type TestPod, createTestNode } from '../support/test-node.ts';

// Changes of the attachments of a live sandbox, with real plugins in real namespaces, in a process that may be killed.
const run = promisify(execFile);
let node: TestNode;
beforeEach(async () => {
  node = await createTestNode();
  await node.nad('storage', storage());
});
afterEach(() => node.remove());

const storage = () => node.bridge('storage', '10.30.0.0/24');
const fabric = (): Record<string, unknown> => ({
  cniVersion: '1.0.0',
  name: 'fabric',
  plugins: [
    { type: 'macvlan', master: 'eth1', ipam: leases('10.40.0.0/24') },
    { type: 'tuning', sysctl: { 'net.ipv4.conf.IFNAME.arp_filter': '1' } },
  ],
});
const broken = (): Record<string, unknown> => ({
  cniVersion: '1.0.0',
  name: 'broken',
  type: 'macvlan',
  master: 'absent',
  ipam: leases('10.50.0.0/24'),
});
const leases = (subnet: string): object => ({
  type: 'host-local',
  dataDir: join(node.dir, 'leases'),
  ranges: [[{ subnet }]],
});

async function livePod(name: string): Promise<TestPod> {
  const pod = await node.pod(name, 'storage');
  expect(await node.call('ADD', pod)).toMatchObject({ exitCode: 0 });
  return pod;
}

type Wanted = Pick<ChangeWords, 'detach' | 'diesAt'> & {
  readonly attach: readonly (readonly [interfaceName: string, configuration: Record<string, unknown>])[];
};
/** Returns the failures of a change. Rejects if the process was killed. */
async function changed(pod: TestPod, { attach, ...requested }: Wanted): Promise<unknown> {
  const words: ChangeWords = {
    cniDir: join(node.dir, 'state'),
    pluginsDir: await pluginsDir(),
    containerId: pod.containerId,
    attach: attach.map(([interfaceName, configuration]) => ({
      interfaceName,
      configuration: configuration as JsonObject,
    })),
    ...requested,
  };
  const program = join(import.meta.dirname, '../support/change-child.ts');
  const child = ['nsenter', [`--net=${node.netns.path}`, process.execPath, program, JSON.stringify(words)]] as const;
  return JSON.parse((await run(...child)).stdout);
}
const settled = (pod: TestPod): Promise<unknown> => changed(pod, { attach: [], detach: [] });

/** Returns "net1 10.30.0.2/24" for each interface of the pod, after checking that journal, leases and CHECK agree. */
async function interfacesOf(pod: TestPod): Promise<readonly string[]> {
  expect(await node.call('CHECK', pod)).toMatchObject({ exitCode: 0 });
  const links = (await pod.netns.ipJson(['-4', 'addr'])) as readonly {
    readonly ifname: string;
    readonly addr_info: readonly { readonly local: string; readonly prefixlen: number }[];
  }[];
  const own = links.filter(({ ifname }) => ifname !== 'lo');
  const record = await fileJournal(join(node.dir, 'state/journal')).read({ ...pod, ifName: 'eth0' });
  expect(record?.attachments.map(({ state, attachment }) => `${attachment.interfaceName} ${state}`).toSorted()).toEqual(
    own.map(({ ifname }) => `${ifname} attached`).toSorted(),
  );
  const kept = (await readdir(join(node.dir, 'leases'), { recursive: true })).flatMap(
    (file) => /\/(\d[\d.]+)$/.exec(file)?.[1] ?? [],
  );
  expect(kept.toSorted()).toEqual(own.flatMap(({ addr_info: of }) => of.map(({ local }) => local)).toSorted());
  return own.map(({ ifname, addr_info: of }) => `${ifname} ${of[0]?.local.replace(/\.\d+$/, '.x')}`).toSorted();
}

async function assertNothingIsLeft(pod: TestPod): Promise<void> {
  expect(await node.call('DEL', pod)).toMatchObject({ exitCode: 0 });
  expect(await node.leftovers()).toEqual([]);
}

describe('a live sandbox with real plugins', () => {
  it('gains a network, loses one, and changes the network of an interface; DEL then leaves nothing', async () => {
    const pod = await livePod('moves');
    expect(await changed(pod, { attach: [['net2', fabric()]], detach: [] })).toEqual([]);
    expect(await interfacesOf(pod)).toEqual(['eth0 10.244.0.x', 'net1 10.30.0.x', 'net2 10.40.0.x']);
    expect(await changed(pod, { attach: [], detach: ['net2'] })).toEqual([]);
    expect(await interfacesOf(pod)).toEqual(['eth0 10.244.0.x', 'net1 10.30.0.x']);
    expect(await changed(pod, { attach: [['net1', fabric()]], detach: ['net1'] })).toEqual([]);
    expect(await interfacesOf(pod)).toEqual(['eth0 10.244.0.x', 'net1 10.40.0.x']);
    await assertNothingIsLeft(pod);
  });

  it('keeps its network if the replacement fails', async () => {
    const pod = await livePod('keeps');
    expect(await changed(pod, { attach: [['net1', broken()]], detach: ['net1'] })).toEqual([
      expect.stringMatching(/^attach net1 broken: plugin macvlan failed \(ADD\): .*absent/),
    ]);
    expect(await interfacesOf(pod)).toEqual(['eth0 10.244.0.x', 'net1 10.30.0.x']);
    await assertNothingIsLeft(pod);
  });

  it('is settled after the process was killed at any step of a swap', async () => {
    for (let step = 0, isLast = false; !isLast; step++) {
      const pod = await livePod(`swap-${step}`);
      const requested = { attach: [['net1', fabric()]], detach: ['net1'], diesAt: step } as const;
      isLast = await changed(pod, requested).then(
        () => true,
        ({ signal }: { readonly signal?: string }) => {
          expect(signal).toBe('SIGKILL');
          return false;
        },
      );
      expect(await settled(pod)).toEqual([]);
      const [own, other] = await interfacesOf(pod);
      expect([own, ['net1 10.30.0.x', 'net1 10.40.0.x'].includes(other ?? '')]).toEqual(['eth0 10.244.0.x', true]);
      await assertNothingIsLeft(pod);
    }
  });

  it('passes CHECK and is detached by DEL after the process was killed during a swap', async () => {
    for (const diesAt of [1, 3, 5, 7]) {
      const pod = await livePod(`ends-${diesAt}`);
      await expect(changed(pod, { attach: [['net1', fabric()]], detach: ['net1'], diesAt })).rejects.toMatchObject({
        signal: 'SIGKILL',
      });
      // CHECK does not compare what the change touches
      expect(await node.call('CHECK', pod)).toMatchObject({ exitCode: 0 });
      await assertNothingIsLeft(pod);
    }
  });
});
