import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClusterNode, createClusterNode } from '../support/cluster-node.ts';
import type { TestPod } from '../support/test-node.ts';
import { waitFor } from '../support/wait-for.ts';

// A daemon that is killed repeatedly while pods start and stop; `npm run test:restarts` kills it 100 times.
const clients = 50;
const kills = Number(process.env['PLEXUS_TEST_KILLS'] ?? 25);
const mostTries = 500;
const longestLifeMs = 2000;

let at: ClusterNode;
beforeAll(async () => {
  at = await createClusterNode();
  at.nad('storage', at.node.bridge('storage', '10.30.0.0/16'));
  await at.start();
});
afterAll(() => at.remove());

/** Outcomes other than success, with their counts. */
const seen = new Map<string, number>();
const done = { adds: 0, dels: 0 };

function judge(
  command: string,
  { exitCode, stdout, stderr }: { exitCode: number | null; stdout: string; stderr: string },
): boolean {
  if (exitCode === 0) return true;
  const { code, msg } = (stdout.startsWith('{') ? JSON.parse(stdout) : { msg: `${stdout} ${stderr} ${exitCode}` }) as {
    code?: number;
    msg: string;
  };
  const what = `${command}: code ${code}${code === 11 ? '' : `: ${msg}`}`;
  seen.set(what, (seen.get(what) ?? 0) + 1);
  return false;
}

// far more than there are kills: a limit for a failing test
function assertMoreTries(tries: number): void {
  if (tries > mostTries) throw new Error(`no success after ${tries} tries: ${[...seen.keys()].join('; ')}`);
}

/** Repeats DEL until it succeeds, as a runtime does. */
async function detach(pod: TestPod): Promise<void> {
  for (let tries = 0; !judge('DEL', await at.call('DEL', pod)); tries++) assertMoreTries(tries);
  done.dels++;
}
/** Attaches a pod as kubelet does: a failed ADD is followed by DEL and another ADD. */
async function attach(pod: TestPod): Promise<void> {
  for (let tries = 0; !judge('ADD', await at.call('ADD', pod)); tries++) {
    assertMoreTries(tries);
    await detach(pod);
  }
  done.adds++;
}

async function client(pod: TestPod, isOver: () => boolean): Promise<void> {
  for (let rounds = 0; !isOver() && rounds < 10_000; rounds++) {
    await attach(pod);
    if (isOver()) return;
    await detach(pod);
  }
  await attach(pod);
}

async function killAgainAndAgain(): Promise<void> {
  for (let count = 0; count < kills; count++) {
    await delay(Math.random() ** 2 * longestLifeMs); // at an arbitrary moment
    await at.daemon().stop('SIGKILL');
    await at.start({ flags: { 'log-level': 'warn' } });
  }
}

describe('killing the daemon repeatedly while 50 pods start and stop', () => {
  it('gives clients only success or code 11; the remaining pods are attached and can be detached completely', async () => {
    const pods = await Promise.all(Array.from({ length: clients }, (_, index) => at.pod(`pod-${index}`, 'storage')));
    let over = false;
    const all = Promise.all(pods.map((pod) => client(pod, () => over)));
    await killAgainAndAgain().finally(() => (over = true));
    await all;
    expect([...seen.keys()].filter((what) => !what.endsWith('code 11'))).toEqual([]);
    expect(done.dels, 'work was done meanwhile').toBeGreaterThan(clients);
    for (const pod of pods) {
      expect(await at.call('CHECK', pod)).toMatchObject({ exitCode: 0 });
      const links = (await pod.netns.ipJson(['link'])) as readonly { ifname: string }[];
      expect(links.map(({ ifname }) => ifname).toSorted()).toEqual(['eth0', 'lo', 'net1']);
    }
    await waitFor('every status', async () => pods.every(({ name }) => at.status(name)?.length === 2));
    await Promise.all(pods.map(detach));
    expect(await at.node.leftovers()).toEqual([]);
    process.stdout.write(
      `${kills} kills: ${done.adds} ADD and ${done.dels} DEL carried out, ${[...seen].map(([what, times]) => `${times} × ${what}`).join(', ')}\n`,
    );
  });
});
