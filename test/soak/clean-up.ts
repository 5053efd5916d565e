import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '../support/wait-for.ts';
import { type Belongings, additionTo, belongingsOf, filesIn, processesIn } from './belongings.ts';
import { type Run, podCycle } from './pod-cycle.ts';
import { undisturbed } from './random.ts';
import type { World } from './world.ts';

/** After the faults, waits until everything is cleaned up automatically, then stops daemon and agent. */
export async function cleanUp(run: Run, before: Belongings): Promise<void> {
  const { world, problems, calls, stories } = run;
  await world.plugins.disarm();
  await useGuardedAddresses(run, before);
  let left: readonly string[] = [];
  const isClean = async (): Promise<boolean> => {
    await makeHalfWrittenOld(world);
    // For this request, the daemon lists its journal.
    await (await fetch(`http://127.0.0.1:${world.at.daemon().httpPort}/metrics`)).text();
    left = additionTo(before, await belongingsOf(world));
    return left.length === 0;
  };
  // Abandoned attachments are retried after growing pauses.
  await waitFor('nothing to be left', isClean, { mostTries: 600 }).catch(() =>
    problems.push(...left.map((each) => `left behind: ${each}${storyOf(each, stories)}`)),
  );
  const statuses = await world.stop();
  if (statuses.some((status) => status !== 0))
    problems.push(`host agent and daemon ended with ${statuses.join(' and ')}`);
  const processes = await processesIn(world.at.node.netns.path);
  problems.push(...processes.map((each) => `left running: ${each}`));
  if (calls.of('ADD ok') === 0) problems.push('no ADD succeeded');
}

const podsForAllAddresses = 25;

/**
 * The firewall plugin finds its rules through the result of the ADD. An interrupted ADD has no result, so its DEL
 * leaves two rules, whoever calls it. The next pod with that address removes them, so every address is used once more.
 */
async function useGuardedAddresses(run: Run, before: Belongings): Promise<void> {
  const ofFirewall = additionTo(before, await belongingsOf(run.world)).filter((each) =>
    / CNI-FORWARD .* 10\.33\./.test(each),
  );
  for (const _rule of ofFirewall)
    run.faults.count('(a rule was left by the plugin firewall, until its address was used again)');
  if (ofFirewall.length === 0) return;
  const quiet: Run = { ...run, onAnswer: () => {} };
  for (let pods = 0; pods < podsForAllAddresses; pods += 5) {
    await Promise.all([1, 2, 3, 4, 5].map((each) => podCycle(quiet, 1_000_000 + pods + each, undisturbed('guarded'))));
  }
}

/** Partial files of killed processes are removed after an hour without changes, so makes them look older. */
async function makeHalfWrittenOld({ at: { node } }: World): Promise<void> {
  const state = join(node.dir, 'state');
  const longAgo = Date.now() / 1000 - 2 * 60 * 60;
  for (const file of await filesIn(state))
    if (/\/\.(new|lock)-[^/]+$/.test(file)) await utimes(join(state, file), longAgo, longAgo).catch(() => {});
}

/** The faults of the sandbox that a text names. */
function storyOf(text: string, stories: Run['stories']): string {
  const story = stories.get(/\bs\d+-\d+\b/.exec(text)?.[0] ?? '');
  return story === undefined ? '' : ` (${story.join('; ')})`;
}
