import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { notifyingJournal, tellingJournal } from '../../src/daemon/telling-journal.ts';
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

it('reports a pending status after the record has been written', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-notifying-'));
  const file = fileJournal(folder.path);
  const events: string[] = [];
  const write: typeof file.write = async (record) => {
    await file.write(record);
    events.push('written');
  };
  const journal = notifyingJournal({ ...file, write }, ({ containerId }) => events.push(containerId));
  await journal.write(sampleRecord());
  expect(events).toEqual(['written']);
  const pending = sampleRecord({ pendingStatus: { text: '[]' } });
  await journal.write(pending);
  expect(events).toEqual(['written', 'written', pending.containerId]);
});
