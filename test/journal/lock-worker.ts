// A process of the lock tests: repeatedly adds 1 to a counter file, each time under the lock of the sandbox. It reads,
// lets other processes run, and writes, so additions are lost without mutual exclusion. It also appends one character
// per addition to a log, so that the test knows the number of additions, also of killed processes.
import { appendFileSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { fileLocks } from '../../src/journal/index.ts';

const [folder = '', counter = '', times = '1', mode = ''] = process.argv.slice(2);
const locks = fileLocks(folder);
const never = new AbortController().signal;

async function addOne(): Promise<void> {
  const count = Number(readFileSync(counter, 'utf8'));
  await setImmediate();
  writeFileSync(`${counter}.new`, String(count + 1));
  appendFileSync(`${counter}.log`, '+');
  renameSync(`${counter}.new`, counter);
}

async function holdForEver(): Promise<void> {
  writeSync(1, 'holding\n');
  await new Promise(() => setInterval(() => {}, 1000));
}

const work = mode === 'hold' ? holdForEver : addOne;
for (let time = 0; time < Number(times); time++) {
  if (mode === 'all' || mode === 'hold-all') await locks.withAll('GC', never, mode === 'all' ? addOne : holdForEver);
  else await locks.withSandbox({ containerId: 'one', command: 'ADD' }, never, work);
}
