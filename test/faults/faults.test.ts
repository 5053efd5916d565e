import { describe, expect, it } from 'vitest';
import { allScenarios, classOf, kindOf, nameOf, someScenarios } from './scenarios.ts';
import { runSuite, summaryOf } from './suite.ts';

const all = allScenarios();
const some = someScenarios(all);

describe('the fault suite', () => {
  it('has far more than 300 scenarios, all different', () => {
    expect(new Set(all.map(nameOf)).size).toBe(all.length);
    expect(all.length).toBeGreaterThan(1000);
    for (const operation of ['ADD', 'DEL', 'GC', 'reclaim']) {
      for (const networks of [1, 3, 8])
        expect(all.some((each) => each.operation === operation && each.networks === networks)).toBe(true);
    }
  });

  it('has every kind of fault, and every class of fault for every operation, in its short form', () => {
    const kinds = (scenarios: typeof all): ReadonlySet<string> => new Set(scenarios.map(({ fault }) => kindOf(fault)));
    const classes = (scenarios: typeof all): ReadonlySet<string> =>
      new Set(scenarios.map((scenario) => `${scenario.operation}: ${classOf(scenario)}`));
    expect(kinds(some)).toEqual(kinds(all));
    expect(classes(some)).toEqual(classes(all));
    expect(new Set(some).size).toBe(some.length);
  });

  it('leaves nothing behind and affects no other pod after any fault (npm run test:faults runs all)', async () => {
    const finished = await runSuite({ scenarios: some, worlds: 3 });
    const failed = finished.filter(({ outcome }) => outcome.problems.length > 0).map(({ outcome }) => outcome);
    expect(failed, summaryOf(finished)).toEqual([]);
    expect(finished).toHaveLength(some.length);
  });
});
