import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileJournal, bootIdNow } from '../../src/journal/index.ts';
import { type AttachmentRecord, type SandboxRecord, encodeRecord } from '../../src/plan/index.ts';
import { type DoctorRoom, openDoctorRoom } from '../support/doctor-room.ts';
import { sampleRecord } from '../support/sample-record.ts';
import { mountSmallDisk } from '../support/small-disk.ts';

let room: DoctorRoom;
beforeEach(async () => {
  room = await openDoctorRoom();
});
afterEach(() => room.remove());

const writeRecord = (change: Partial<SandboxRecord> = {}): Promise<void> =>
  fileJournal(join(room.stateDir, 'journal')).write(sampleRecord(change));
const [intended] = sampleRecord().attachments as readonly [AttachmentRecord];
const detaching: AttachmentRecord = {
  state: 'detaching',
  attachment: intended.attachment,
  attempts: 3,
  lastError: 'the switch is busy',
};
const ofState = ['JOURNAL', 'NOT-UNDONE', 'LOST-SANDBOXES', 'DEFERRED', 'UNATTACHED-PODS', 'DISK', 'CLOCK'];

interface Case {
  readonly id: string;
  readonly title: string;
  readonly spoil: () => Promise<unknown>;
  readonly finds: readonly (string | RegExp)[];
}

const cases: readonly Case[] = [
  {
    id: 'LOST-SANDBOXES',
    title: 'that network namespaces cannot be seen',
    spoil: () => writeRecord({ netns: '/run/plexus-doctor-none/x' }),
    finds: ['unknown: not checked: the namespaces of 1 sandbox are not visible here'],
  },
  {
    id: 'JOURNAL',
    title: 'damaged, newer and set-aside records',
    spoil: async () => {
      await room.write('var/lib/cni/plexus/journal/c1@eth0.json', 'half of a rec');
      await room.write(
        'var/lib/cni/plexus/journal/c2@eth0.json',
        encodeRecord({ ...sampleRecord(), formatVersion: 2 } as never),
      );
      await room.write('var/lib/cni/plexus/journal/damaged/c3@eth0.json', 'x');
    },
    finds: [
      'error: 1 record of a newer version of Plexus',
      'error: 1 record that cannot be read',
      'warning: 1 damaged record, set aside',
    ],
  },
  {
    id: 'NOT-UNDONE',
    title: 'detaching and abandoned attachments',
    spoil: () =>
      writeRecord({
        attachments: [detaching, { ...detaching, abandonedAt: '2026-01-02T03:05:00.000Z' } as AttachmentRecord],
      }),
    finds: [
      'warning: 1 attachment abandoned: the pod is deleted, but this is not undone',
      'warning: 1 attachment not undone yet',
    ],
  },
  {
    id: 'LOST-SANDBOXES',
    title: 'a sandbox whose network namespace is gone',
    spoil: () => writeRecord({ netns: '/run/netns/plexus-doctor-none' }),
    finds: ['warning: 1 recorded sandbox disappeared without a DEL'],
  },
  {
    id: 'LOST-SANDBOXES',
    title: 'a sandbox from before a reboot',
    spoil: () => writeRecord({ netns: room.dir, bootId: 'another' }),
    finds: ['warning: 1 recorded sandbox disappeared without a DEL'],
  },
  {
    id: 'DEFERRED',
    title: 'deferred and damaged calls',
    spoil: async () => {
      await room.write('var/lib/cni/plexus/deferred/c1@eth0.call', '');
      await room.write('var/lib/cni/plexus/deferred/damaged/c2@eth0.call', '');
    },
    finds: [
      'warning: 1 DEL to be carried out, and no more are deferred, because no host agent is expected',
      'warning: 1 damaged DEL, set aside',
    ],
  },
  {
    id: 'UNATTACHED-PODS',
    title: 'a running pod without its networks',
    spoil: () =>
      room.write('var/lib/cni/plexus/unattached.json', [
        { namespace: 'shop', name: 'old', networks: 'storage', why: 'it is old' },
      ]),
    finds: ['warning: 1 pod that runs without the networks it requests'],
  },
  {
    id: 'CLOCK',
    title: 'records from the future',
    spoil: () => writeRecord({ createdAt: '2999-01-01T00:00:00.000Z' }),
    finds: [/^warning: 1 record from the future/],
  },
  ...['JOURNAL', 'NOT-UNDONE', 'LOST-SANDBOXES', 'DEFERRED', 'UNATTACHED-PODS', 'DISK'].map((id) => ({
    id,
    title: 'that there is no state folder',
    spoil: () => rm(room.stateDir, { recursive: true }),
    finds: [/^THROWS folder .* does not exist/],
  })),
];

const look = (id: string): Promise<readonly string[]> =>
  room.look(`PLX-D-${id}`).catch((error: Error) => [`THROWS ${error.message}`]);

describe('the state check', () => {
  it.each(ofState)('PLX-D-%s reports nothing on a healthy node', async (id) => {
    await writeRecord({
      netns: room.dir,
      complete: true,
      bootId: await bootIdNow(),
      attachments: [{ state: 'attached', attachment: intended.attachment, result: {} }],
    });
    expect(await look(id)).toEqual([]);
  });

  it.each(cases)('PLX-D-$id reports $title', async ({ id, spoil, finds }) => {
    await spoil();
    expect(await look(id)).toEqual(
      finds.map((each) => (typeof each === 'string' ? each : (expect.stringMatching(each) as string))),
    );
  });

  it('never changes a file, so that damaged records stay in place', async () => {
    await room.write('var/lib/cni/plexus/journal/c1@eth0.json', 'half of a rec');
    const before = await readdir(room.dir, { recursive: true });
    for (const id of ofState) await look(id);
    expect(await readdir(room.dir, { recursive: true })).toEqual(before);
  });

  it('PLX-D-DISK reports a disk that is nearly full or full', async () => {
    const disk = await mountSmallDisk(room.stateDir);
    try {
      expect(await look('DISK')).toEqual([expect.stringMatching(/^warning: little space is left: 0 MiB/)]);
      await disk.fill();
      expect(await look('DISK')).toEqual(['error: no space is left']);
    } finally {
      await disk.remove();
    }
  });

  it('PLX-D-CLOCK reports a clock that is years behind', async () => {
    const scene = room.scene({}, { now: () => 0 });
    expect(await room.look('PLX-D-CLOCK', scene)).toEqual(['error: the clock shows 1970-01-01T00:00:00.000Z']);
  });
});
