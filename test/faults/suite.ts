import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestPod } from '../support/test-node.ts';
import { type Outcome, createPod, mustSucceed, runScenario } from './run-scenario.ts';
import { type Scenario, kindOf } from './scenarios.ts';
import { type World, buildFaulty, createWorld } from './world.ts';

export interface SuiteOptions {
  readonly scenarios: readonly Scenario[];
  /** Number of nodes that work concurrently. */
  readonly worlds: number;
  readonly onOutcome?: (outcome: Outcome, count: number) => void;
}
export interface Finished {
  readonly scenario: Scenario;
  readonly outcome: Outcome;
}

/** Runs scenarios on several nodes; each takes the next scenario when it is idle. */
export async function runSuite({
  scenarios,
  worlds,
  onOutcome = () => {},
}: SuiteOptions): Promise<readonly Finished[]> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'plexus-faults-'));
  const built = await buildFaulty(folder.path);
  const waiting = [...scenarios];
  const finished: Finished[] = [];
  const work = async (number: number): Promise<void> => {
    const world = await createWorld(built, join(folder.path, `plugins-${number}`));
    const bystander = await attachBystander(world);
    for (let scenario = waiting.shift(); scenario !== undefined; scenario = waiting.shift()) {
      const outcome = await runScenario(scenario, world, bystander);
      finished.push({ scenario, outcome });
      onOutcome(outcome, finished.length);
    }
    await world.remove();
    await bystander.netns.remove();
  };
  await Promise.all(Array.from({ length: Math.min(worlds, scenarios.length) }, (_, number) => work(number)));
  return finished;
}

async function attachBystander(world: World): Promise<TestPod> {
  const pod = await createPod(world, 'single-1,chained-2');
  await mustSucceed('ADD', pod, { plugins: 'chained' }, world);
  return pod;
}

/** Formats the summary: a row per kind of fault, a column per operation, "done/failed". */
export function summaryOf(finished: readonly Finished[]): string {
  const operations = ['ADD', 'DEL', 'GC', 'reclaim', 'plug', 'unplug'];
  const kinds = [...new Set(finished.map(({ scenario }) => kindOf(scenario.fault)))].toSorted();
  const cell = (kind: string, operation: string): string => {
    const here = finished.filter(({ scenario }) => kindOf(scenario.fault) === kind && scenario.operation === operation);
    const failed = here.filter(({ outcome }) => outcome.problems.length > 0).length;
    return here.length === 0 ? '' : failed === 0 ? String(here.length) : `${here.length}, ${failed} failed`;
  };
  const rows = [
    ['fault', ...operations],
    ...kinds.map((kind) => [kind, ...operations.map((operation) => cell(kind, operation))]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length))) ?? [];
  return rows
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
