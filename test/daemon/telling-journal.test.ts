import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tellingJournal, wakingJournal } from '../../src/daemon/telling-journal.ts';
import { fileJournal } from '../../src/journal/index.ts';
import { type SandboxRecord, encodeRecord } from '../../src/plan/index.ts';
import { sampleRecord } from '../support/sample-record.ts';

it('whoever lists the journal, what cannot be read is told, and once', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-telling-'));
  const told: string[] = [];
  const journal = tellingJournal(
    fileJournal(folder.path),
    (step) => step.kind === 'problem' && told.push(step.error.id),
  );
  await journal.write(sampleRecord());
  await writeFile(join(folder.path, 'c2@eth0.json'), '{');
  await writeFile(join(folder.path, 'c3@eth0.json'), encodeRecord({ formatVersion: 2 } as unknown as SandboxRecord));
  for (let times = 0; times < 3; times++) expect((await journal.list((record) => record)).found).toHaveLength(1);
  expect(told).toEqual(['PLX-RECORD-DAMAGED', 'PLX-RECORD-NEWER']);
});

it('a status that is still to be written is noticed when the journal holds it: whoever looked before found nothing', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-waking-'));
  const file = fileJournal(folder.path);
  const pending = { maybe: false };
  const seen: boolean[] = [];
  const write: typeof file.write = async (record) => {
    await file.write(record);
    seen.push(pending.maybe);
  };
  const journal = wakingJournal({ ...file, write }, pending);
  await journal.write(sampleRecord());
  expect(pending.maybe).toBe(false);
  await journal.write(sampleRecord({ pendingStatus: { text: '[]' } }));
  expect([seen, pending.maybe]).toEqual([[false, false], true]);
});
