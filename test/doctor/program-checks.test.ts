import { chmod, copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DoctorRoom, nadObject, openDoctorRoom, writeNads } from '../support/doctor-room.ts';

let room: DoctorRoom;
beforeEach(async () => {
  room = await openDoctorRoom();
});
afterEach(() => room.remove());

const macvlan = { cniVersion: '1.0.0', type: 'macvlan', ipam: { type: 'whereabouts', range: '10.9.0.0/24' } };
const inFile = { metadata: { name: 'lab', namespace: 'shop' } };
/** An ELF header of a 64-bit executable for a machine of that number. */
const elf = (machine: number): Buffer =>
  Buffer.concat([
    Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]),
    Buffer.alloc(10),
    Buffer.from([2, 0, machine, 0]),
    Buffer.alloc(64),
  ]);

interface Case {
  readonly id: string;
  readonly title: string;
  readonly spoil: () => Promise<unknown>;
  readonly finds: readonly (string | RegExp)[];
}

const cases: readonly Case[] = [
  {
    id: 'PLUGINS',
    title: 'a missing plugin of the default network',
    spoil: () => rm(join(room.binDir, 'host-local')),
    finds: ['error: host-local does not exist; needed by the default network cluster-net'],
  },
  {
    id: 'PLUGINS',
    title: 'a plugin for another machine',
    spoil: () => writeFile(join(room.binDir, 'bridge'), elf(0x28)),
    finds: [
      `error: bridge cannot run: it is built for arm, but this machine is ${process.arch}; needed by the default network cluster-net`,
    ],
  },
  {
    id: 'PLUGINS',
    title: 'a plugin that is not executable',
    spoil: () => chmod(join(room.binDir, 'bridge'), 0o644),
    finds: [/^error: bridge cannot run: .*not executable/],
  },
  {
    id: 'PLUGINS',
    title: 'missing plugins of a NetworkAttachmentDefinition',
    spoil: () => writeNads(room.write, [nadObject('fast', macvlan)]),
    finds: [
      'warning: macvlan does not exist; needed by shop/fast',
      'warning: whereabouts does not exist; needed by shop/fast',
    ],
  },
  {
    id: 'PLUGINS',
    title: 'that the networks are unknown',
    spoil: () => rm(join(room.stateDir, 'stand-in.json')),
    finds: ['unknown: not checked: neither the cluster nor stand-in.json provides the networks'],
  },
  {
    id: 'PLUGINS',
    title: 'a missing plugin of a network in a file of the node',
    spoil: async () => {
      await writeNads(room.write, [inFile]);
      await room.write('etc/cni/multus/net.d/lab.conf', { cniVersion: '1.0.0', name: 'lab', type: 'ptp' });
    },
    finds: ['warning: ptp does not exist; needed by shop/lab'],
  },
  {
    id: 'NETWORK-FILES',
    title: 'a missing configuration file of a network',
    spoil: async () => {
      await writeNads(room.write, [inFile]);
      await room.write('etc/cni/multus/net.d/other.conf', { cniVersion: '1.0.0', name: 'other', type: 'ptp' });
    },
    finds: [/^warning: shop\/lab: .*lab.*other/],
  },
  {
    id: 'NETWORK-FILES',
    title: 'that the folder of configuration files cannot be seen',
    spoil: () => writeNads(room.write, [inFile]),
    finds: ['unknown: not checked: the folder of shop/lab does not exist, or is not visible here'],
  },
];

const look = (id: string): Promise<readonly string[]> =>
  room.look(`PLX-D-${id}`).catch((error: Error) => [`THROWS ${error.message}`]);

describe('the program check', () => {
  it.each(cases)('PLX-D-$id reports $title', async ({ id, spoil, finds }) => {
    await spoil();
    expect(await look(id)).toEqual(
      finds.map((each) => (typeof each === 'string' ? each : (expect.stringMatching(each) as string))),
    );
  });

  it('PLX-D-PLUGINS searches every plugin folder of the runtime', async () => {
    await room.write(
      'etc/containerd/config.toml',
      '[plugins."io.containerd.cri.v1.runtime".cni]\nbin_dirs = ["/opt/cni/bin", "/usr/more"]\n',
    );
    await mkdir(join(room.dir, 'usr/more'), { recursive: true });
    await rename(join(room.binDir, 'bridge'), join(room.dir, 'usr/more/bridge'));
    expect(await look('PLUGINS')).toEqual([]);
  });

  it('PLX-D-HOST-INTERFACES states which interface each network uses on the node, or why none', async () => {
    const selecting = (name: string, selector: object): object =>
      nadObject(
        name,
        { cniVersion: '1.0.0', type: 'macvlan', master: 'uplink' },
        { 'plexus-cni.io/interfaces': JSON.stringify({ uplink: selector }) },
      );
    const nads = [selecting('fast', { driver: 'ice' }), selecting('lost', { name: 'eth9' })];
    const nodeLinks = async () => [{ name: 'ens1f0', altNames: [], addresses: [], driver: 'ice' }];
    const scene = room.scene({}, { clusterNads: async () => nads, nodeLinks });
    expect(await room.look('PLX-D-HOST-INTERFACES', scene)).toEqual([
      'note: its interface uplink is ens1f0 on this node',
      expect.stringMatching(
        /^warning: network shop\/lost .*no interface of this node matches name=eth9; it has ens1f0/,
      ),
    ]);
    expect(await room.look('PLX-D-HOST-INTERFACES')).toEqual([]);
  });

  it('PLX-D-PLUGINS reads the networks from the cluster, or from the snapshot if that fails', async () => {
    await writeNads(room.write, []);
    const ofCluster = room.scene(
      {},
      { clusterNads: async () => [nadObject('fast', { cniVersion: '1.0.0', type: 'macvlan' })] },
    );
    expect(await room.look('PLX-D-PLUGINS', ofCluster)).toEqual([
      'warning: macvlan does not exist; needed by shop/fast',
    ]);
    await room.write('var/lib/cni/plexus/stand-in.json', 'damaged');
    expect(await room.look('PLX-D-PLUGINS', ofCluster)).toEqual([
      'warning: macvlan does not exist; needed by shop/fast',
    ]);
    await writeNads(room.write, []);
    const away = room.scene({}, { clusterNads: () => Promise.reject(new Error('away')) });
    expect(await room.look('PLX-D-PLUGINS', away)).toEqual([]);
  });
});

describe('the program check PLX-D-SHIM', () => {
  it.each([
    {
      title: 'the shim is missing',
      spoil: () => rm(join(room.binDir, 'plexus')),
      finds: 'error: it does not exist: every pod of this node fails to start',
    },
    {
      title: 'the shim is for another machine',
      spoil: () => writeFile(join(room.binDir, 'plexus'), elf(0x28)),
      finds: `error: it cannot run: it is built for arm, but this machine is ${process.arch}`,
    },
    {
      title: 'the shim is not executable',
      spoil: () => chmod(join(room.binDir, 'plexus'), 0o644),
      finds: 'error: it is not executable',
    },
    {
      title: 'a foreign program has the name of the shim',
      spoil: () => copyFile(join(room.binDir, 'bridge'), join(room.binDir, 'plexus')),
      finds: 'error: it is another program with the same name',
    },
    {
      title: 'the version of the daemon is unknown',
      spoil: async () => {},
      finds: 'unknown: not checked: the version of the daemon is unknown (PLX-D-DAEMON shows why)',
    },
  ])('reports that $title', async ({ spoil, finds }) => {
    await spoil();
    expect(await look('SHIM')).toEqual([finds]);
  });
});
