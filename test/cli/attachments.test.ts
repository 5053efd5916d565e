import { execFile } from 'node:child_process';
import { mkdir, mkdtempDisposable, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Journal, fileJournal } from '../../src/journal/index.ts';
import type { AttachmentRecord } from '../../src/plan/index.ts';
import { attachmentRows, attachmentsText, listedRecord } from '../../src/view/index.ts';
import { startProgram } from '../support/running-command.ts';
import { sampleRecord } from '../support/sample-record.ts';

const run = promisify(execFile);
const plexus = join(import.meta.dirname, '../../dist/plexus');
interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let journal: Journal;
beforeEach(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'plexus-attachments-'));
  journal = fileJournal(join(folder.path, 'journal'));
});
afterEach(() => folder.remove());

const command = (...words: string[]): Promise<Ended> =>
  run(plexus, ['attachments', ...words, '--cni-dir', folder.path]).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: Ended) => error,
  );
const [sample] = sampleRecord().attachments as readonly [AttachmentRecord];
const stuck: AttachmentRecord = {
  state: 'detaching',
  attachment: sample.attachment,
  attempts: 5,
  lastError: 'the switch is busy',
  failingSince: '2026-01-02T03:04:05.000Z',
};
const abandoned: AttachmentRecord = { ...stuck, abandonedAt: '2026-01-02T03:05:00.000Z' };

describe('plexus attachments', () => {
  it('reports that there are no attachments', async () => {
    expect(await command()).toEqual({ code: 0, stdout: 'nothing is attached\n', stderr: '' });
  });

  it('shows examples of its actions in its help', async () => {
    const { stdout } = await run(plexus, ['attachments', '--help']);
    for (const text of [
      'attachments check',
      'attachments check 4f1c -o json',
      'attachments detach 4f1c',
      'attachments forget 4f1c',
      '--cni-path',
    ]) {
      expect(stdout).toContain(text);
    }
  });

  it('lists all attachments in the journal with state, age and reason', () => {
    const rows = attachmentRows(
      [
        sampleRecord({ containerId: 'c2', attachments: [abandoned] }),
        sampleRecord({ attachments: [{ state: 'attached', attachment: sample.attachment, result: {} }] }),
        sampleRecord({ containerId: 'c3', attachments: [sample, stuck] }),
      ].map(listedRecord),
    );
    expect(attachmentsText(rows, (time) => Date.parse('2026-01-04T04:04:05.000Z') - Date.parse(time)))
      .toMatchInlineSnapshot(`
      "SANDBOX  POD        INTERFACE  NETWORK   STATE      AGE  TRIES  WHY
      c1       shop/db-0  net1       shop/net  attached   2d   -      -
      c2       shop/db-0  net1       shop/net  abandoned  2d   5      the switch is busy
      c3       shop/db-0  net1       shop/net  intended   2d   -      -
      c3       shop/db-0  net1       shop/net  detaching  2d   5      the switch is busy"
    `);
  });

  it('lists deferred calls, and running pods that were never attached', async () => {
    await journal.write(sampleRecord({ containerId: '4f1c0000aaaa', complete: true }));
    await mkdir(join(folder.path, 'deferred'));
    await writeFile(join(folder.path, 'deferred/4f1c0000aaaa@eth0.call'), '');
    const pod = {
      namespace: 'shop',
      name: 'old',
      networks: 'storage',
      why: 'the pod started before Plexus was installed on this node',
    };
    await writeFile(join(folder.path, 'unattached.json'), JSON.stringify([pod]));
    const { stdout } = await command();
    expect(stdout).toMatch(
      /4f1c0000aaaa +shop\/db-0 +net1 +shop\/net +deferred +\d+\w +- +its DEL is deferred: the daemon was unavailable/,
    );
    expect(stdout).toMatch(
      / +shop\/old +- +storage +unattached[ -]+the pod started before Plexus was installed on this node/,
    );
    const rows = JSON.parse((await command('-o', 'json')).stdout) as { state: string }[];
    expect(rows.map(({ state }) => state)).toEqual(['deferred', 'unattached']);
  });

  it('shows one sandbox by a prefix of its container ID, and prints JSON', async () => {
    await journal.write(sampleRecord({ containerId: 'abc1' }));
    await journal.write(sampleRecord({ containerId: 'abd2' }));
    expect(JSON.parse((await command('show', 'abc')).stdout)).toMatchObject([
      { containerId: 'abc1', attachments: [{ state: 'intended' }] },
    ]);
    expect(JSON.parse((await command('list', '-o', 'json')).stdout)).toMatchObject([
      { sandbox: 'abc1' },
      { sandbox: 'abd2' },
    ]);
    expect(await command('show', 'ab')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/PLX-SANDBOX-UNKNOWN.*abc1, abd2/),
    });
    expect(await command('show', 'x')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('PLX-SANDBOX-UNKNOWN'),
    });
    for (const action of ['show', 'detach', 'forget']) {
      expect(await command(action)).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/Specify the sandboxes.*plexus attachments list/) as unknown,
      });
    }
    expect(await command('burn', 'abc')).toMatchObject({ code: 2 });
  });

  it('prints with --watch the attachments that change, until its reader has gone', async () => {
    await journal.write(sampleRecord({ containerId: 'abc1' }));
    using watch = startProgram('plexus', ['attachments', '-w', '--cni-dir', folder.path]);
    await expect.poll(watch.stdout).toMatch(/^SANDBOX .*\nabc1 .* intended .*\n$/);
    const shown = watch.stdout().length;
    await journal.write(sampleRecord({ containerId: 'abd2' }));
    await journal.write(sampleRecord({ containerId: 'abc1', attachments: [stuck] }));
    const later = (): readonly string[] => watch.stdout().slice(shown).trimEnd().split('\n').toSorted();
    await expect
      .poll(later)
      .toEqual([expect.stringMatching(/^abc1 .* detaching /), expect.stringMatching(/^abd2 .* intended /)]);
    watch.child.stdout?.destroy();
    await journal.write(sampleRecord({ containerId: 'abe3' }));
    expect(await watch.ended).toEqual([0, null]);
  });

  it.each([
    { words: ['check', '-w'], message: '--watch is only for list' },
    { words: ['list', '-w', '-o', 'yaml'], message: '--watch prints tables' },
    { words: ['-l', 'app=db'], message: 'Unknown argument: l' },
  ])('refuses $words as wrong usage', async ({ words, message }) => {
    expect(await command(...words)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) as unknown });
  });

  it('forgets abandoned attachments, and others only with --force', async () => {
    await journal.write(sampleRecord({ containerId: 'gone', attachments: [abandoned] }));
    await journal.write(sampleRecord({ containerId: 'live', attachments: [abandoned, sample] }));
    expect(await command('forget', 'gone')).toMatchObject({ code: 0, stdout: 'forgot net1 (shop/net) of shop/db-0\n' });
    expect(await command('forget', 'live')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/PLX-STILL-IN-USE.*net1 \(shop\/net\)/),
    });
    expect((await journal.list((record) => record)).found.map(({ containerId }) => containerId)).toEqual(['live']);
    const forced = await command('forget', 'live', '--force', '-o', 'json');
    expect(JSON.parse(forced.stdout)).toMatchObject([{ state: 'abandoned' }, { state: 'intended' }]);
    expect((await journal.list((record) => record)).found).toEqual([]);
  });

  it('forgets several sandboxes, or every abandoned one', async () => {
    for (const containerId of ['gone1', 'gone2', 'gone3', 'gone4'])
      await journal.write(sampleRecord({ containerId, attachments: [abandoned] }));
    await journal.write(sampleRecord({ containerId: 'live', attachments: [abandoned, sample] }));
    const left = async (): Promise<readonly string[]> =>
      (await journal.list((record) => record)).found.map(({ containerId }) => containerId);
    expect(await command('forget', 'gone1', 'none')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('PLX-SANDBOX-UNKNOWN') as unknown,
    });
    expect(await left(), 'a mistake forgets nothing').toHaveLength(5);
    expect(await command('forget', 'gone1', 'gone2')).toMatchObject({
      code: 0,
      stdout: 'forgot net1 (shop/net) of shop/db-0\n'.repeat(2),
    });
    expect(await command('forget')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Specify the sandboxes') as unknown,
    });
    expect(await command('forget', '--abandoned')).toMatchObject({ code: 0 });
    expect(await left()).toEqual(['live']);
    expect(await command('forget', '--abandoned'), 'again').toMatchObject({
      code: 0,
      stdout: 'nothing to forget: every sandbox has attachments that are still in use\n',
    });
    expect(await command('forget', '--abandoned', '-o', 'json')).toMatchObject({ code: 0, stdout: '[]\n' });
  });

  it('NPWG-116: removes the device-info files of forgotten attachments', async () => {
    await mkdir(join(folder.path, 'cni'));
    const [file, other] = [
      join(folder.path, 'cni/shop-net-informed_net1'),
      join(folder.path, 'cni/shop-net-else_net1'),
    ];
    for (const each of [file, other]) await writeFile(each, '{}');
    // The daemon can write records, so the file that a record names is not the one that is removed.
    const informed = { ...abandoned, attachment: { ...abandoned.attachment, deviceInfo: { file: other } } };
    await journal.write(sampleRecord({ containerId: 'informed', attachments: [informed] }));
    expect(await command('forget', 'informed', '--device-info-dir', folder.path)).toMatchObject({ code: 0 });
    expect(await readdir(join(folder.path, 'cni'))).toEqual(['shop-net-else_net1']);
  });
});
