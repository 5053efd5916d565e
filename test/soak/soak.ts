import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '../support/wait-for.ts';
import { type Belongings, additionTo, belongingsOf, filesIn, processesIn } from './belongings.ts';
import { type Judgement, judge, killsUntil } from './flat.ts';
import { type NodeFaults, nodeFaults } from './node-faults.ts';
import { type Run, podCycle } from './pod-cycle.ts';
import { seeded } from './random.ts';
import { type Sample, series, takeSample } from './sample.ts';
import { type Tally, makeTally } from './tally.ts';
import { type World, createWorld, networkNames } from './world.ts';

export interface SoakOptions {
  readonly cycles: number;
  readonly atOnce: number;
  readonly seed: number;
  /** Told after every sample. */
  readonly onSample?: (sample: Sample) => void;
}
export interface SoakReport {
  readonly options: SoakOptions;
  readonly seconds: number;
  readonly calls: Tally;
  readonly faults: Tally;
  readonly samples: readonly Sample[];
  readonly judgements: readonly Judgement[];
  /** Why the run failed, as sentences; empty: it passed. */
  readonly problems: readonly string[];
  /** The last words of the last daemon. */
  readonly log: readonly string[];
}

/** Lets pods come and go while things go wrong, and looks at what is left. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const world = await createWorld();
  try {
    return await soakIn(world, options);
  } finally {
    await world.remove();
  }
}

async function soakIn(world: World, options: SoakOptions): Promise<SoakReport> {
  const started = performance.now();
  const tally = makeTally();
  const faults = nodeFaults(world, tally, seeded(options.seed));
  const run: Run = { world, calls: makeTally(), faults: tally, problems: [], stories: new Map(), onAnswer: faults.answered };
  const before = await warmUp(world);
  const samples = await carryOut(run, faults, options);
  await cleanUp(run, before);
  const judgements = judge(samples, options.cycles);
  for (const { name, isFlat, ...figures } of judgements) {
    const { title, unit } = series[name];
    if (!isFlat) run.problems.push(`${title}: ${figures.late} ${unit} at the end, ${figures.early} before, ${figures.most.toFixed(1)} is the most that is flat`);
  }
  const seconds = (performance.now() - started) / 1000;
  return { options, seconds, calls: run.calls, faults: tally, samples, judgements, problems: run.problems, log: world.at.daemon().log.slice(0) };
}

/** What a node has when every network has been used once (bridges, chains of the packet filter) and no pod is there. */
async function warmUp(world: World): Promise<Belongings> {
  const run: Run = { world, calls: makeTally(), faults: makeTally(), problems: [], stories: new Map(), onAnswer: () => {} };
  const quiet = { next: () => 0.999, chance: () => false, between: (_low: number, high: number) => high };
  for (const [index, name] of [...networkNames, ...networkNames.slice(0, 1)].entries()) {
    await podCycle(run, index, { ...quiet, pick: <T>(from: readonly [T, ...T[]]) => (from.find((each) => each === name) ?? from[0]) as T });
  }
  if (run.problems.length > 0 || run.calls.of('ADD ok') !== networkNames.length + 1) throw new Error(`the first pods failed: ${JSON.stringify(run)}`);
  return belongingsOf(world);
}

const tooManyProblems = 20;

/** Cycles in batches; after each, when no call runs, a sample. */
async function carryOut(run: Run, faults: NodeFaults, { cycles, atOnce, seed, onSample }: SoakOptions): Promise<readonly Sample[]> {
  const { world } = run;
  const faultEvery = Math.min(25, Math.ceil(cycles / 12));
  // at least six batches, however short the run, and long enough for all places to be taken most of the time
  const batch = Math.min(Math.max(100, 5 * atOnce), Math.ceil(cycles / (cycles < 1000 ? 6 : 30)));
  const samples: Sample[] = [];
  for (let done = 0; done < cycles && run.problems.length < tooManyProblems;) {
    const end = Math.min(cycles, done + batch);
    let next = done;
    const place = async (): Promise<void> => {
      while (next < end) {
        const index = next++;
        if (index % faultEvery === faultEvery - 1) faults.strike(index < killsUntil * cycles);
        await podCycle(run, index + networkNames.length + 1, seeded(seed, index + 1));
      }
    };
    await Promise.all(Array.from({ length: atOnce }, place));
    await faults.settle();
    done = end;
    forgetRequests(world);
    const sample = await takeSample(world, done, faults.lives());
    samples.push(sample);
    onSample?.(sample);
  }
  return samples;
}

/** The API server is of this process; what it remembers is not what is measured. */
function forgetRequests({ at: { api } }: World): void {
  api.requests.length = 0;
  for (const { metadata } of api.all('events')) api.remove('events', metadata.namespace ?? '', metadata.name);
}

/** When the faults are over everything must go by itself. */
async function cleanUp({ world, problems, calls, stories }: Run, before: Belongings): Promise<void> {
  await world.plugins.disarm();
  let left: readonly string[] = [];
  const isClean = async (): Promise<boolean> => {
    await makeHalfWrittenOld(world);
    await (await fetch(`http://127.0.0.1:${world.at.daemon().httpPort}/metrics`)).text(); // for which the daemon lists its journal
    left = additionTo(before, await belongingsOf(world));
    return left.length === 0;
  };
  // what was abandoned is tried again after longer and longer pauses
  await waitFor('nothing to be left', isClean, { mostTries: 600 }).catch(() => problems.push(...left.map((each) => `left behind: ${each}${storyOf(each, stories)}`)));
  const statuses = await world.stop();
  if (statuses.some((status) => status !== 0)) problems.push(`host agent and daemon ended with ${statuses.join(' and ')}`);
  const processes = await processesIn(world.at.node.netns.path);
  problems.push(...processes.map((each) => `left running: ${each}`));
  if (calls.of('ADD ok') === 0) problems.push('no ADD succeeded');
}

/** What killed processes had half written goes when nobody has touched it for an hour. */
async function makeHalfWrittenOld({ at: { node } }: World): Promise<void> {
  const state = join(node.dir, 'state');
  const longAgo = Date.now() / 1000 - 2 * 60 * 60;
  for (const file of await filesIn(state)) if (/\/\.(new|lock)-[^/]+$/.test(file)) await utimes(join(state, file), longAgo, longAgo).catch(() => {});
}

/** What befell the sandbox that a text names. */
function storyOf(text: string, stories: Run['stories']): string {
  const story = stories.get(/\bs\d+-\d+\b/.exec(text)?.[0] ?? '');
  return story === undefined ? '' : ` (${story.join('; ')})`;
}
