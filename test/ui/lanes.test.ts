import { describe, expect, it } from 'vitest';
import type { PodSummary } from '../../src/npwg/index.ts';
import { type Content, contentOf } from '../../src/ui/page/content.ts';
import { lanesOf } from '../../src/ui/page/lanes.ts';
import { type Route, noFilters, start } from '../../src/ui/page/route.ts';
import { podRows } from '../../src/ui/page/rows.ts';
import { topologyOf } from '../../src/view/index.ts';
import { manyPods, sampleNads, samplePods } from '../support/sample-cluster.ts';

const sample = contentFor(samplePods);
const of5000 = contentFor(manyPods(5000));

function contentFor(pods: readonly PodSummary[]): Content {
  const topology = topologyOf({ pods, nads: sampleNads, nadNamespaces: 'all' });
  return contentOf({
    revision: 1,
    cluster: '',
    complete: true,
    problems: [],
    notes: [],
    pods: topology.pods,
    networks: topology.networks.map((network) => ({ ...network, ranges: [] })),
    found: topology.problems,
  });
}

function lanes(content: Content, change: Partial<Route> = {}) {
  const route = { ...start, ...change };
  return lanesOf(podRows(content, { ...noFilters, network: route.network }), content.networks, route);
}
const names = (of: ReturnType<typeof lanes>): readonly string[] => of.rows.map(({ name }) => name);

describe('the lanes of the topology', () => {
  it('show every pod of a small cluster under its workload', () => {
    const of = lanes(sample);
    expect(names(of).slice(0, 4)).toEqual(['infra/archive', 'infra/archive-0', 'shop/(no workload)', 'shop/late']);
    expect(of.rows.find(({ name }) => name === 'shop/db-2')?.dots).toMatchObject([
      { lane: 0, mark: 'attached', text: '10.244.2.6' },
      { mark: 'clash', text: '10.30.0.2' },
    ]);
    expect(of.networks.map(({ name }) => name)).toContain('shop/storage');
  });

  it('show groups instead of 5,000 pods, and the pods of a group that is expanded', () => {
    const of = lanes(of5000);
    expect(of.pods).toBe(5000);
    expect(of.rows).toHaveLength(125);
    expect(of.rows[0]).toMatchObject({ kind: 'group', isOpen: false, note: '40 pods' });
    expect(of.rows.find(({ name }) => name === 'team-0/app-0')?.dots.map(({ text }) => text)).toEqual([
      '×40',
      '×40',
      '×40',
    ]);
    expect(lanes(of5000, { toggled: ['team-0/app-0'] }).rows).toHaveLength(165);
  });

  it.each([
    ['node', 100],
    ['namespace', 5],
    ['nothing', 5000],
  ] as const)('group by %s', (group, count) => expect(lanes(of5000, { group }).rows).toHaveLength(count));

  it('collapse a group of a small cluster, and count its marks', () => {
    const of = lanes(sample, { toggled: ['shop/db'] });
    const group = of.rows.find(({ name }) => name === 'shop/db');
    expect(group).toMatchObject({ isOpen: false, note: '3 pods', severity: 'error' });
    expect(group?.dots.map(({ mark, text }) => `${mark} ${text}`)).toEqual(['attached ×3', 'clash ×2', 'attached ×1']);
    expect(names(of)).not.toContain('shop/db-0');
  });

  it('leave out the lanes that the filtered pods do not use', () => {
    const of = lanes(sample, { network: 'infra/backup' });
    expect(of.rows.filter(({ kind }) => kind === 'pod').map(({ name }) => name)).toEqual([
      'infra/archive-0',
      'shop/late',
    ]);
    expect(of.networks.map(({ name }) => name)).toEqual(['cluster-net', 'infra/backup']);
  });
});
