import { createServer } from 'node:net';
import { once } from 'node:events';
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bootIdNow, fileJournal } from '../../src/journal/index.ts';
import { type DoctorRoom, nadObject, openDoctorRoom, writeNads } from '../support/doctor-room.ts';
import { sampleRecord } from '../support/sample-record.ts';

let room: DoctorRoom;
beforeEach(async () => {
  room = await openDoctorRoom();
});
afterEach(() => room.remove());

const conf = 'etc/cni/net.d';
const multus = { cniVersion: '0.3.1', name: 'multus-cni-network', type: 'multus' };
const macvlan = { cniVersion: '1.0.0', type: 'macvlan', ipam: { type: 'whereabouts', range: '10.9.0.0/24' } };
const deviceNad = nadObject('vf', macvlan, { 'k8s.v1.cni.cncf.io/resourceName': 'example.com/vf' });
interface Case {
  readonly id: string;
  readonly title: string;
  readonly spoil: () => Promise<unknown>;
  readonly finds: readonly (string | RegExp)[];
}

const cases: readonly Case[] = [
  {
    id: 'RUNTIME-CONFIGURATION',
    title: 'a runtime that loads several configurations',
    spoil: () =>
      room.write('etc/containerd/config.toml', '[plugins."io.containerd.cri.v1.runtime".cni]\nmax_conf_num = 0\n'),
    finds: [/^warning: containerd loads all configurations/],
  },
  {
    id: 'RUNTIME-CONFIGURATION',
    title: 'that no runtime is found',
    spoil: () => rm(join(room.dir, 'etc/containerd'), { recursive: true }),
    finds: ['unknown: not checked: no configuration of a container runtime was found'],
  },
  {
    id: 'RUNTIME-FOLDERS',
    title: 'a runtime that reads another folder',
    spoil: () =>
      room.write(
        'etc/containerd/config.toml',
        '[plugins."io.containerd.cri.v1.runtime".cni]\nconf_dir = "/etc/other"\n',
      ),
    finds: [/^error: 00-plexus.conflist is in .*\/etc\/cni\/net.d, but the runtime reads .*\/etc\/other$/],
  },
  {
    id: 'CONFIGURATION-FIRST',
    title: 'a network that sorts before the configuration of Plexus',
    spoil: () => rename(join(room.confDir, '10-cluster.conflist'), join(room.confDir, '00-aaa.conflist')),
    finds: ['error: 00-aaa.conflist sorts before 00-plexus.conflist: the runtime uses it and never calls Plexus'],
  },
  {
    id: 'CONFIGURATION-FIRST',
    title: 'that Cilium renamed the configuration of Plexus',
    spoil: () => rename(join(room.confDir, '00-plexus.conflist'), join(room.confDir, '00-plexus.conflist.cilium_bak')),
    finds: [
      'error: no configuration calls Plexus; 00-plexus.conflist.cilium_bak may be the configuration of Plexus, renamed by another program',
    ],
  },
  {
    id: 'CONFIGURATION-FIRST',
    title: 'a missing folder',
    spoil: () => rm(room.confDir, { recursive: true }),
    finds: [/^error: it cannot be read: ENOENT/],
  },
  {
    id: 'OTHER-META-PLUGIN',
    title: 'a configuration of Multus before that of Plexus',
    spoil: () => room.write(`${conf}/00-multus.conf`, multus),
    finds: ['error: 00-multus.conf calls multus, and it sorts before Plexus'],
  },
  {
    id: 'OTHER-META-PLUGIN',
    title: 'a configuration of Multus after that of Plexus',
    spoil: () => room.write(`${conf}/70-multus.conf`, multus),
    finds: ['warning: 70-multus.conf calls multus; the runtime does not use it while that of Plexus comes first'],
  },
  {
    id: 'OTHER-META-PLUGIN',
    title: 'a missing folder',
    spoil: () => rm(room.confDir, { recursive: true }).then(() => 0),
    finds: [/^THROWS .* cannot be read$/],
  },
  {
    id: 'DEFAULT-NETWORK',
    title: 'a missing file',
    spoil: () => rm(join(room.confDir, '10-cluster.conflist')),
    finds: [/^error: ENOENT/],
  },
  {
    id: 'DEFAULT-NETWORK',
    title: 'a file that is not JSON',
    spoil: () => room.write(`${conf}/10-cluster.conflist`, '{'),
    finds: [/^error: .*10-cluster.conflist is skipped/],
  },
  {
    id: 'KUBELET-SOCKETS',
    title: 'a missing socket if a network needs a device',
    spoil: async () => {
      await mkdir(join(room.dir, 'var/lib/kubelet/pod-resources'), { recursive: true });
      await writeNads(room.write, [deviceNad]);
    },
    finds: ['error: it does not exist'],
  },
  {
    id: 'KUBELET-SOCKETS',
    title: 'that the folder of kubelet cannot be seen',
    spoil: () => writeNads(room.write, [deviceNad]),
    finds: [
      'unknown: not checked: its folder does not exist: kubelet has never run here, or its files are not visible here',
    ],
  },
  ...['PLUGINS', 'SHIM', 'DIRECT-MODE-TOOLS'].map((id) => ({
    id,
    title: 'that the plugin folder cannot be seen',
    spoil: () => rm(room.binDir, { recursive: true }),
    finds: [/^THROWS .*does not exist, or is not visible here/],
  })),
  {
    id: 'DIRECT-MODE-TOOLS',
    title: 'missing tools of direct mode',
    spoil: () =>
      room.write(`${conf}/00-plexus.conflist`, {
        cniVersion: '1.0.0',
        name: 'plexus',
        plugins: [{ type: 'plexus-cni', delegates: [{ type: 'bridge' }] }],
      }),
    finds: ['error: ip and nsenter not found: direct mode is in use'],
  },
  {
    id: 'DIRECT-MODE-TOOLS',
    title: 'missing tools of the fallback to direct mode',
    spoil: () => copyFile(join(room.binDir, 'plexus'), join(room.binDir, 'plexus-direct')),
    finds: ['warning: ip and nsenter not found: plexus-direct is installed'],
  },
];

const look = (id: string): Promise<readonly string[]> =>
  room.look(`PLX-D-${id}`).catch((error: Error) => [`THROWS ${error.message}`]);

describe('the folder check', () => {
  it.each([
    'RUNTIME-CONFIGURATION',
    'RUNTIME-FOLDERS',
    'CONFIGURATION-FIRST',
    'OTHER-META-PLUGIN',
    'DEFAULT-NETWORK',
    'PLUGINS',
    'NETWORK-FILES',
    'KUBELET-SOCKETS',
    'DIRECT-MODE-TOOLS',
  ])('PLX-D-%s reports nothing on a healthy node', async (id) => {
    expect(await look(id)).toEqual([]);
  });

  it.each(cases)('PLX-D-$id reports $title', async ({ id, spoil, finds }) => {
    await spoil();
    expect(await look(id)).toEqual(
      finds.map((each) => (typeof each === 'string' ? each : (expect.stringMatching(each) as string))),
    );
  });

  it('PLX-D-KUBELET-SOCKETS reports nothing if the socket exists', async () => {
    await writeNads(room.write, [deviceNad]);
    await mkdir(join(room.dir, 'var/lib/kubelet/pod-resources'), { recursive: true });
    const server = createServer().listen(join(room.dir, 'var/lib/kubelet/pod-resources/kubelet.sock'));
    await once(server, 'listening');
    expect(await look('KUBELET-SOCKETS')).toEqual([]);
    server.close();
  });

  it('PLX-D-RUNTIME-FOLDERS reports a warning instead of an error on a node with attached pods', async () => {
    const scene = () => room.scene({ confDir: join(room.dir, 'elsewhere') });
    const journal = fileJournal(join(room.stateDir, 'journal'));
    await journal.write(sampleRecord({ complete: true, bootId: 'of an earlier start' }));
    expect(await room.look('PLX-D-RUNTIME-FOLDERS', scene())).toEqual([
      expect.stringMatching(/^error: containerd reads/),
    ]);
    await journal.write(sampleRecord({ complete: true, bootId: await bootIdNow() }));
    expect(await room.look('PLX-D-RUNTIME-FOLDERS', scene())).toEqual([
      expect.stringMatching(/^warning: containerd reads/),
    ]);
  });

  it('PLX-D-RUNTIME-FOLDERS compares the folders of the runtime with those of the flags', async () => {
    const scene = room.scene({ confDir: join(room.dir, 'elsewhere'), binDir: join(room.dir, 'opt/other') });
    expect(await room.look('PLX-D-RUNTIME-FOLDERS', scene)).toEqual([
      expect.stringMatching(
        /^error: containerd reads CNI configurations from .*\/etc\/cni\/net.d, but that of Plexus is in .*\/elsewhere$/,
      ),
      expect.stringMatching(
        /^error: containerd searches plugins in .*\/opt\/cni\/bin, but the shim is in .*\/opt\/other$/,
      ),
    ]);
  });
});
