import { type Belongings, belongingsOf } from './belongings.ts';
import { cleanUp } from './clean-up.ts';
import { type Judgement, judge, killsUntil } from './flat.ts';
import { type NodeFaults, nodeFaults } from './node-faults.ts';
import { type Run, podCycle } from './pod-cycle.ts';
import { type PlugCycle, plugCycles } from './plug-cycles.ts';
import { seeded, undisturbed } from './random.ts';
import { type Sample, series, takeSample } from './sample.ts';
import { type Tally, makeTally } from './tally.ts';
import { type Deadlines, type World, createWorld, networkNames } from './world.ts';

export interface SoakOptions {
  /** What a cycle is: a pod that starts and ends (default), or a change of the annotation of a running pod. */
  readonly kind?: 'pods' | 'plugs';
  readonly cycles: number;
  readonly atOnce: number;
  readonly seed: number;
  /** Default: see createWorld. */
  readonly deadlines?: Deadlines;
  /** When it is aborted, existing pods are removed, and the run ends as failed. */
  readonly signal?: AbortSignal;
  /** Called after every sample. */
  readonly onSample?: (sample: Sample) => void;
}
export interface SoakReport {
  readonly options: SoakOptions;
  readonly seconds: number;
  readonly calls: Tally;
  readonly faults: Tally;
  readonly samples: readonly Sample[];
  readonly judgements: readonly Judgement[];
  /** Why the run failed, as sentences; empty if it passed. */
  readonly problems: readonly string[];
  /** The last log lines of the last daemon. */
  readonly log: readonly string[];
}

/** Starts and stops pods while faults occur, and checks what is left. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const world = await createWorld(options.deadlines);
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
  const run: Run = {
    world,
    ...(options.signal !== undefined && { signal: options.signal }),
    calls: makeTally(),
    faults: tally,
    problems: [],
    stories: new Map(),
    onAnswer: faults.answered,
  };
  const before = await warmUp(world);
  const samples = await carryOut(run, faults, options);
  if (options.signal?.aborted === true) run.problems.push('the run was stopped');
  await cleanUp(run, before);
  const judgements = judge(samples, options.cycles);
  for (const { name, isFlat, ...figures } of judgements) {
    const { title, unit } = series[name];
    if (!isFlat)
      run.problems.push(
        `${title}: ${figures.late} ${unit} at the end, ${figures.early} before, ${figures.most.toFixed(1)} is the most that is flat`,
      );
  }
  const seconds = (performance.now() - started) / 1000;
  return {
    options,
    seconds,
    calls: run.calls,
    faults: tally,
    samples,
    judgements,
    problems: run.problems,
    log: world.at.daemon().log.slice(-2000),
  };
}

/** What remains on a node without pods after every network was used once (bridges, firewall chains). */
async function warmUp(world: World): Promise<Belongings> {
  const run: Run = {
    world,
    calls: makeTally(),
    faults: makeTally(),
    problems: [],
    stories: new Map(),
    onAnswer: () => {},
  };
  for (const [index, name] of networkNames.entries()) await podCycle(run, index, undisturbed(name));
  if (run.problems.length > 0 || run.calls.of('ADD ok') !== networkNames.length)
    throw new Error(`the first pods failed: ${run.problems.join('; ')}`);
  return belongingsOf(world);
}

const tooManyProblems = 20;

/** Runs cycles in batches and takes a sample after each, while no call runs. */
async function carryOut(
  run: Run,
  faults: NodeFaults,
  { kind = 'pods', cycles, atOnce, seed, signal, onSample }: SoakOptions,
): Promise<readonly Sample[]> {
  const { world } = run;
  const faultEvery = Math.min(25, Math.ceil(cycles / 12));
  // At least six batches, however short the run, and long enough to keep all slots busy most of the time.
  const batch = Math.min(Math.max(100, 5 * atOnce), Math.ceil(cycles / (cycles < 1000 ? 6 : 30)));
  const samples: Sample[] = [];
  for (let done = 0; done < cycles && run.problems.length < tooManyProblems && signal?.aborted !== true;) {
    const end = Math.min(cycles, done + batch);
    let next = done;
    const take = (): PlugCycle | undefined => {
      if (next >= end || signal?.aborted === true) return undefined;
      const index = next++;
      if (index % faultEvery === faultEvery - 1) faults.strike(index < killsUntil * cycles);
      return { index, random: seeded(seed, index + 1) };
    };
    const startPods = async (): Promise<void> => {
      for (let cycle = take(); cycle !== undefined; cycle = take())
        await podCycle(run, cycle.index + networkNames.length, cycle.random);
    };
    const place = (slot: number): Promise<void> =>
      kind === 'pods' ? startPods() : plugCycles(run, `running-${done}-${slot}`, take);
    await Promise.all(Array.from({ length: atOnce }, (_, slot) => place(slot)));
    await faults.settle();
    done = end;
    forgetRequests(world);
    const sample = await takeSample(world, done, faults.lives());
    samples.push(sample);
    onSample?.(sample);
  }
  return samples;
}

/** The API server runs in this process, so its request log must not count. */
function forgetRequests({ at: { api } }: World): void {
  api.requests.length = 0;
  for (const { metadata } of api.all('events')) api.remove('events', metadata.namespace ?? '', metadata.name);
}
