import { readFile, readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClusterNode, createClusterNode } from '../support/cluster-node.ts';
import { waitFor } from '../support/wait-for.ts';

const mostPerSecond = 5;
const windowMs = 5000;

let at: ClusterNode;
beforeAll(async () => {
  at = await createClusterNode({ bookmarkMs: 60_000 }); // As a real API server.
  at.nad('storage', at.node.bridge('storage', '10.30.0.0/24'));
  await at.start();
  await at.startAgent();
  const pod = await at.pod('one', 'storage');
  expect(await at.call('ADD', pod)).toMatchObject({ exitCode: 0 });
});
afterAll(() => at.remove());

describe('an idle daemon', () => {
  it(`wakes up less than ${mostPerSecond} times a second, over all its threads`, async () => {
    // It still has work right after its start, so wait until it is idle.
    const isAtRest = async (): Promise<boolean> => (await wakeUpsPerSecond(at.daemon().pid)) < mostPerSecond;
    await waitFor('the daemon is at rest', isAtRest, { mostTries: 8 });
  });
});

/** Measures over a window: a thread that waits and wakes up makes a voluntary context switch. */
async function wakeUpsPerSecond(pid: number): Promise<number> {
  const [before, startedAt] = [await voluntarySwitches(pid), performance.now()];
  await delay(windowMs); // A rate has no other condition to wait for.
  return ((await voluntarySwitches(pid)) - before) / ((performance.now() - startedAt) / 1000);
}

async function voluntarySwitches(pid: number): Promise<number> {
  let sum = 0;
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const status = await readFile(`/proc/${pid}/task/${thread}/status`, 'utf8');
    sum += Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(status)?.[1] ?? Number.NaN);
  }
  return sum;
}
