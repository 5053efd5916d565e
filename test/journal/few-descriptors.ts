import { closeSync, openSync } from 'node:fs';
import { fileLocks } from '../../src/journal/index.ts';

// Acquires a sandbox without a free descriptor, and again with free ones. Prints both outcomes.
const [folder = ''] = process.argv.slice(2);
const locks = fileLocks(folder);
const acquire = (): Promise<string> =>
  locks
    .withSandbox({ containerId: 'c1', command: 'ADD' }, AbortSignal.timeout(10_000), async () => 'acquired')
    .catch(() => 'failed');

const open: number[] = [];
try {
  for (;;) open.push(openSync('/dev/null', 'r'));
} catch {
  // The limit of the process is reached.
}
const first = await acquire();
for (const fd of open) closeSync(fd);
process.stdout.write(`${first}, then ${await acquire()}`);
