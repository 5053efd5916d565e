import { describe, expect, it } from 'vitest';
import { changeBetween } from '../../src/ui/differences.ts';
import type { PageState } from '../../src/ui/page-state.ts';
import { changed, contentOf, problemId } from '../../src/ui/page/content.ts';
import { rangeUses, topologyOf } from '../../src/view/index.ts';
import type { PodSummary } from '../../src/npwg/index.ts';
import { aPodSummary, eth0 } from '../support/pod-summary.ts';
import { manyPods, sampleNads, samplePods } from '../support/sample-cluster.ts';

let revision = 0;
function stateOf(pods: readonly PodSummary[], nads: readonly unknown[] = sampleNads): PageState {
  const topology = topologyOf({ pods, nads, nadNamespaces: 'all' });
  const ranges = rangeUses(nads, topology);
  return {
    revision: revision++,
    cluster: 'https://cluster.example/',
    complete: true,
    problems: [],
    notes: [],
    pods: topology.pods,
    networks: topology.networks.map((network) => ({
      ...network,
      ranges: ranges.get(network.name) ?? [],
    })),
    found: topology.problems,
  };
}

describe('the changes that plexus ui sends', () => {
  const all = manyPods(1000);
  const states: readonly (readonly [what: string, before: PageState, after: PageState])[] = [
    ['a new pod', stateOf(samplePods), stateOf([...samplePods, aPodSummary('aaa', { has: [eth0('10.244.9.9')] })])],
    ['a deleted pod, and the problem that it caused', stateOf(samplePods), stateOf(samplePods.slice(1))],
    ['a deleted network', stateOf(samplePods), stateOf(samplePods, sampleNads.slice(1))],
    ['everything', stateOf(samplePods), stateOf([])],
    ['nothing', stateOf(all), stateOf(all)],
  ];
  it.each(states)('lead to the new state: %s', (_, before, after) => {
    const sent = JSON.parse(JSON.stringify(changeBetween(before, after))) as ReturnType<typeof changeBetween>;
    const [shown, expected] = [changed(contentOf(before), sent), contentOf(after)];
    expect(shown.head).toEqual(expected.head);
    for (const part of ['pods', 'networks', 'problemsOfPod', 'problemsOfNetwork'] as const)
      expect(Object.fromEntries(shown[part]), part).toEqual(Object.fromEntries(expected[part]));
    expect([...shown.pods.keys()]).toEqual([...expected.pods.keys()]);
    expect(new Set(shown.problems.keys())).toEqual(new Set(expected.problems.keys()));
  });

  it('are small: one pod of a thousand takes less than 2 kB', () => {
    const [first, ...rest] = all;
    if (first === undefined) throw new Error('no pods');
    const change = changeBetween(stateOf(all), stateOf([{ ...first, node: 'elsewhere' }, ...rest]));
    expect(change.pods.set).toHaveLength(1);
    expect(JSON.stringify(change).length).toBeLessThan(2000);
  });

  it('name a problem by an identifier that does not depend on the others', () => {
    const [one, other] = [contentOf(stateOf(samplePods)), contentOf(stateOf(samplePods.slice(3)))];
    for (const [id, problem] of other.problems) expect(problemId(problem)).toBe(id);
    expect(other.problems.size).toBeGreaterThan(0);
    expect([...one.problems.keys()]).toEqual(expect.arrayContaining([...other.problems.keys()]));
  });
});
