// Writes records of growing size without end, for the test that kills it in the middle.
import { writeSync } from 'node:fs';
import { fileJournal } from '../../src/journal/index.ts';
import { sampleRecord } from '../support/sample-record.ts';

const [folder = ''] = process.argv.slice(2);
const journal = fileJournal(folder);
for (let count = 0; ; count++) {
  await journal.write(sampleRecord({ networkName: `${count}:${'x'.repeat((count % 7) * 100_000)}` }));
  writeSync(1, `${count}\n`);
}
