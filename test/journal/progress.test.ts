import { link, mkdtemp, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileJournal } from '../../src/journal/index.ts';
import { type AttachmentRecord, type SandboxRecord, intendedEntry } from '../../src/plan/index.ts';
import { sampleRecord } from '../support/sample-record.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plexus-progress-'));
});
afterEach(() => rm(folder, { recursive: true }));

const [sample] = sampleRecord().attachments;
const attachmentOf = (interfaceName: string, network: string) => {
  if (sample === undefined) throw new Error('the sample has no attachment');
  return { ...sample.attachment, interfaceName, network };
};
const key = { containerId: 'c1', ifName: 'eth0' };
const result = { cniVersion: '1.0.0', ips: [] };
const other = { cniVersion: '1.0.0', ips: [{ address: '10.0.0.1/24' }] };
const old = attachmentOf('net1', 'a');
const next = attachmentOf('net1', 'b');
const detaching: AttachmentRecord = {
  state: 'detaching',
  attachment: old,
  result: other,
  attempts: 0,
  lastError: 'interrupted',
};

/** Writes a record and a note of its progress, and returns the attachments that are then read. */
async function readAfter(written: SandboxRecord, noted: SandboxRecord): Promise<readonly AttachmentRecord[]> {
  const journal = fileJournal(folder);
  await journal.write(written);
  await journal.note(noted, written);
  return (await journal.read(key))?.attachments ?? [];
}

describe('a progress note of a record', () => {
  it('shows an attachment of an ADD as attached', async () => {
    const begun = sampleRecord({ attachments: [intendedEntry(next)] });
    const attachments = [{ state: 'attached', attachment: next, result } as const];
    expect(await readAfter(begun, { ...begun, attachments })).toEqual(attachments);
  });

  it('shows an attachment of a live sandbox as intended until the record ends the change', async () => {
    const begun = sampleRecord({
      complete: true,
      changedAt: '2026-02-02T03:04:05.000Z',
      attachments: [detaching, intendedEntry(next, old)],
    });
    const attachments = [detaching, { state: 'attached', attachment: next, result } as const];
    expect(await readAfter(begun, { ...begun, attachments })).toEqual([
      detaching,
      { ...intendedEntry(next, old), result },
    ]);
  });

  describe('of an ADD of two attachments', () => {
    const second = attachmentOf('net2', 'c');
    const begun = sampleRecord({ attachments: [intendedEntry(next), intendedEntry(second)] });
    const one = {
      ...begun,
      attachments: [{ state: 'attached', attachment: next, result } as const, intendedEntry(second)],
    };
    const both = { ...one, attachments: [...one.attachments.slice(0, 1), { ...intendedEntry(second), result: other }] };
    const file = () => join(folder, 'c1@eth0.progress');
    const read = async () => (await fileJournal(folder).read(key))?.attachments;

    it('adds to the notes before it, each with what is new', async () => {
      const journal = fileJournal(folder);
      await journal.write(begun);
      await journal.note(one, begun);
      const { size } = await stat(file());
      await journal.note(both, one);
      expect(await read()).toEqual(both.attachments);
      expect((await readFile(file(), 'utf8')).slice(size)).not.toContain('net1');
    });
    it('has nothing to add where nothing is new', async () => {
      const journal = fileJournal(folder);
      await journal.write(begun);
      await journal.note(begun, begun);
      await expect(stat(file())).rejects.toMatchObject({ code: 'ENOENT' });
    });
    it('is readable after one that was cut off', async () => {
      const journal = fileJournal(folder);
      await journal.write(begun);
      await journal.note(one, begun);
      await truncate(file(), (await stat(file())).size - 3);
      await journal.note(both, one);
      expect(await read()).toEqual([intendedEntry(next), both.attachments[1]]);
    });
    it('is gone with its record, and with the complete one', async () => {
      const journal = fileJournal(folder);
      for (const end of [() => journal.remove(key), () => journal.complete({ ...one, complete: true })]) {
        await journal.write(begun);
        await journal.note(one, begun);
        await end();
        await expect(stat(file())).rejects.toMatchObject({ code: 'ENOENT' });
      }
    });
    it('is not written to a file with a second name, nor through a link', async () => {
      const journal = fileJournal(folder);
      await journal.write(begun);
      await writeFile(join(folder, 'other'), 'x');
      await link(join(folder, 'other'), file());
      await expect(journal.note(one, begun)).rejects.toMatchObject({ id: 'PLX-FILE-UNUSABLE' });
      await rm(file());
      await symlink(join(folder, 'other'), file());
      await expect(journal.note(one, begun)).rejects.toMatchObject({ id: 'PLX-FILE-UNUSABLE' });
      expect(await readFile(join(folder, 'other'), 'utf8')).toBe('x');
    });
  });

  it('never gives an attachment the result of the one it replaces', async () => {
    const attachments = [detaching, intendedEntry(next, old)];
    const begun = sampleRecord({ complete: true, changedAt: '2026-02-02T03:04:05.000Z', attachments });
    expect(await readAfter(begun, begun)).toEqual(attachments);
  });

  it('is ignored by any change other than its own', async () => {
    const attachments = [intendedEntry(next)];
    const begun = sampleRecord({ complete: true, changedAt: '2026-02-03T03:04:05.000Z', attachments });
    const noted = { ...begun, attachments: [{ state: 'attached', attachment: next, result } as const] };
    expect(await readAfter(begun, { ...noted, changedAt: '2026-02-02T03:04:05.000Z' })).toEqual(attachments);
    const { changedAt: _later, ...ofAdd } = noted;
    expect(await readAfter(begun, ofAdd)).toEqual(attachments);
  });
});
