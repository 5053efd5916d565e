import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { notifyingJournal, reportingJournal } from '../../src/daemon/reporting-journal.ts';
import { fileJournal } from '../../src/journal/index.ts';
import { type SandboxRecord, encodeRecord } from '../../src/plan/index.ts';
import { sampleRecord } from '../support/sample-record.ts';

it('reports an unreadable record once, however often the journal is listed', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-telling-'));
  const reported: string[] = [];
  const journal = reportingJournal(
    fileJournal(folder.path),
    (step) => step.kind === 'problem' && reported.push(step.error.id),
  );
  await journal.write(sampleRecord());
  await writeFile(join(folder.path, 'c2@eth0.json'), '{');
  await writeFile(join(folder.path, 'c3@eth0.json'), encodeRecord({ formatVersion: 2 } as unknown as SandboxRecord));
  for (let times = 0; times < 3; times++) expect((await journal.list((record) => record)).found).toHaveLength(1);
  expect(reported).toEqual(['PLX-RECORD-DAMAGED', 'PLX-RECORD-NEWER']);
});

it('passes on a record after its write, and its key after its removal', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-notifying-'));
  const file = fileJournal(folder.path);
  const events: string[] = [];
  const write: typeof file.write = async (record) => {
    await file.write(record);
    events.push('write');
  };
  const complete: typeof file.complete = async (record) => {
    await file.complete(record);
    events.push('complete');
  };
  const remove: typeof file.remove = async (key) => {
    await file.remove(key);
    events.push('remove');
  };
  const journal = notifyingJournal(
    { ...file, write, complete, remove },
    {
      written: ({ containerId }) => void events.push(`${containerId} is written`),
      removed: ({ containerId }) => void events.push(`${containerId} is removed`),
    },
  );
  const record = sampleRecord();
  await journal.write(record);
  await journal.complete(record);
  await journal.remove(record);
  const { containerId } = record;
  expect(events).toEqual([
    'write',
    `${containerId} is written`,
    'complete',
    `${containerId} is written`,
    'remove',
    `${containerId} is removed`,
  ]);
});
