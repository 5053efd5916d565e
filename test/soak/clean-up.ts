import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '../support/wait-for.ts';
import { type Belongings, additionTo, belongingsOf, filesIn, processesIn } from './belongings.ts';
import { type Run, podCycle } from './pod-cycle.ts';
import { undisturbed } from './random.ts';
import type { World } from './world.ts';

/** When the faults are over everything must go by itself; then daemon and agent are ended. */
export async function cleanUp(run: Run, before: Belongings): Promise<void> {
  const { world, problems, calls, stories } = run;
  await world.plugins.disarm();
  await useGuardedAddresses(run, before);
  let left: readonly string[] = [];
  const isClean = async (): Promise<boolean> => {
    await makeHalfWrittenOld(world);
    await (await fetch(`http://127.0.0.1:${world.at.daemon().httpPort}/metrics`)).text(); // for which the daemon lists its journal
    left = additionTo(before, await belongingsOf(world));
    return left.length === 0;
  };
  // what was abandoned is tried again after longer and longer pauses
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
 * The plugin firewall finds its rules by the result of the ADD. Of an ADD that was cut off there is none, so its DEL
 * leaves two rules, whoever calls it; they go with the next pod that has the address. So every address is used once
 * more.
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

/** What killed processes had half written goes when nobody has touched it for an hour. */
async function makeHalfWrittenOld({ at: { node } }: World): Promise<void> {
  const state = join(node.dir, 'state');
  const longAgo = Date.now() / 1000 - 2 * 60 * 60;
  for (const file of await filesIn(state))
    if (/\/\.(new|lock)-[^/]+$/.test(file)) await utimes(join(state, file), longAgo, longAgo).catch(() => {});
}

/** What befell the sandbox that a text names. */
function storyOf(text: string, stories: Run['stories']): string {
  const story = stories.get(/\bs\d+-\d+\b/.exec(text)?.[0] ?? '');
  return story === undefined ? '' : ` (${story.join('; ')})`;
}
