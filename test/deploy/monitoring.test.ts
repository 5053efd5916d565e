import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type ClusterNode, createClusterNode } from '../support/cluster-node.ts';
import { type UsedMetric, metricsIn } from '../support/promql.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string): Promise<string> => readFile(join(root, file), 'utf8');

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}
const dashboard = JSON.parse(await read('deploy/monitoring/dashboard.json')) as {
  readonly title: string;
  readonly uid: string;
  readonly panels: readonly Panel[];
};
const targets = dashboard.panels.flatMap(({ title, targets: all = [] }) => all.map((target) => ({ title, ...target })));

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook_url: string };
}
const rules = (
  parse(await read('deploy/monitoring/rules.yaml')) as { spec: { groups: { rules: Rule[] }[] } }
).spec.groups.flatMap((group) => group.rules);

/** The kind and labels of each metric of a daemon that has handled calls. */
let known = new Map<string, { kind: string; labels: Set<string> }>();
let at: ClusterNode;
beforeAll(async () => {
  at = await createClusterNode();
  await at.start();
  const stop = await at.startAgent();
  const pod = await at.pod('one');
  for (const command of ['ADD', 'DEL']) await at.call(command, pod);
  await at.call('ADD', await at.pod('two', 'nowhere'));
  known = kindsIn(await (await fetch(`http://127.0.0.1:${at.daemon().httpPort}/metrics`)).text());
  await stop();
});
afterAll(() => at.remove());

function kindsIn(text: string): typeof known {
  const found: typeof known = new Map();
  for (const [, name = '', kind = ''] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm))
    found.set(name, { kind, labels: new Set() });
  for (const [, series = '', labels = ''] of text.matchAll(/^(\w+)\{([^}]*)\}/gm)) {
    const entry = found.get(series) ?? found.get(series.replace(/_(bucket|sum|count)$/, ''));
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) entry?.labels.add(label);
  }
  return found;
}

// Labels that Prometheus adds at scrape time.
const ofPrometheus = ['instance', 'job'];

function expectKnown(expression: string): void {
  const { metrics, grouping } = metricsIn(expression.replaceAll('$__rate_interval', '5m'));
  expect(metrics.length, expression).toBeGreaterThan(0);
  const all = metrics
    .filter(({ name }) => name !== 'up')
    .map((metric) => ({ ...metric, ...expectMetric(metric, expression) })); // `up` belongs to Prometheus itself.
  const has = (labels: ReadonlySet<string>, label: string): boolean =>
    ofPrometheus.includes(label) || labels.has(label) || labels.size === 0; // Empty: the metric has no sample yet.
  for (const { labels, has: own } of all)
    expect(
      labels.filter((label) => !has(own, label)),
      expression,
    ).toEqual([]);
  expect(
    grouping.filter((label) => all.length > 0 && !all.some(({ has: own }) => has(own, label))),
    expression,
  ).toEqual([]);
}

/** The labels of an existing metric, after checking that the expression suits its kind. */
function expectMetric({ name, isRange }: UsedMetric, expression: string): { readonly has: ReadonlySet<string> } {
  const metric = known.get(name) ?? known.get(name.replace(/_bucket$/, ''));
  expect(metric, `${name} in ${expression}`).toBeDefined();
  expect(metric?.kind === 'histogram', `${name} in ${expression}`).toBe(name.endsWith('_bucket'));
  expect(isRange, `a range of ${name} in ${expression}`).toBe(metric?.kind !== 'gauge');
  return { has: metric?.labels ?? new Set() };
}

describe('the dashboard', () => {
  it('can be imported: panels have unique IDs, and fit side by side in 24 columns', () => {
    expect(dashboard).toMatchObject({ title: 'Plexus', uid: 'plexus-cni', panels: expect.any(Array) });
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const taken = new Set<string>();
    for (const { gridPos, title } of dashboard.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x} ${y}`), title).toBe(false);
          taken.add(`${x} ${y}`);
        }
    }
  });
  it.each(targets)('$title: $expr', ({ expr, legendFormat }) => {
    expectKnown(expr);
    const { grouping } = metricsIn(expr.replaceAll('$__rate_interval', '5m'));
    for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
      expect([...grouping, 'instance']).toContain(label);
  });
  it('shows every metric of Plexus except those of its own memory and of its background controllers', async () => {
    const shown = targets.flatMap(({ expr }) =>
      metricsIn(expr.replaceAll('$__rate_interval', '5m')).metrics.map(({ name }) => name.replace(/_bucket$/, '')),
    );
    const missing = [...known.keys()].filter((name) => name.startsWith('plexus_') && !shown.includes(name));
    // those of background controllers are for the person who debugs one
    expect(missing.toSorted()).toEqual([
      'plexus_controller_reconcile_total',
      'plexus_hotplug_changes_total',
      'plexus_hotplug_duration_seconds',
      'plexus_hotplug_failures_total',
      'plexus_http_listening',
      'plexus_journal_sandboxes',
      'plexus_plugin_checks_disregarded_total',
      'plexus_recent_bytes',
      'plexus_recent_operations',
      'plexus_status_writes_total',
      'plexus_watch_objects',
      'plexus_watch_objects_left_out',
      'plexus_workqueue_adds_total',
      'plexus_workqueue_depth',
      'plexus_workqueue_queue_duration_seconds',
      'plexus_workqueue_retries_total',
      'plexus_workqueue_work_duration_seconds',
    ]);
  });
});

describe('the alerts', () => {
  it.each(rules)('$alert: $expr', (rule) => {
    expectKnown(rule.expr);
    expect(rule).toMatchObject({
      for: expect.stringMatching(/^\d+[smh]$/),
      labels: { severity: expect.stringMatching(/^(warning|critical)$/) },
    });
    expect(rule.annotations.summary).toMatch(/^([A-Z]|\{\{ \$value \}\} ).*\.$/);
  });
  it('link to a heading of their own in docs/metrics.md', async () => {
    const headings = [...(await read('docs/metrics.md')).matchAll(/^### (\w+)$/gm)].map(([, name = '']) => name);
    expect(headings).toEqual(rules.map(({ alert }) => alert));
    expect(rules.map(({ annotations }) => annotations.runbook_url)).toEqual(
      headings.map((name) => `docs/metrics.md#${name.toLowerCase()}`),
    );
  });
});
