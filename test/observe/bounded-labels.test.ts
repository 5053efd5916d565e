import { expect, it } from 'vitest';
import { createMetrics } from '../../src/observe/index.ts';
import type { Step } from '../../src/report/index.ts';

const most = 200;
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const valuesOf = (text: string, metric: string, label: string): readonly string[] => [
  ...new Set([...text.matchAll(new RegExp(`^${metric}\\{.*?${label}="([^"]*)"`, 'gm'))].map(([, value = '']) => value)),
];

async function metricsOf(attachments: ReadonlyMap<string, number>) {
  const { report, collectFrom } = await createMetrics();
  const render = collectFrom({
    journal: async () => ({ sandboxes: 1, detaching: 0, abandoned: 0, pendingStatus: 0, deferred: 0, attachments }),
    watch: () => ({ synced: true, objects: 1, leftOut: 0 }),
    calls: () => 0,
    agent: () => true,
    httpListening: () => true,
    recent: () => ({ operations: 0, bytes: 0 }),
    version: 'test',
  });
  return { report, render };
}

it('labels of plugins and networks have at most 200 values, and no count is lost', async () => {
  const counts = new Map([
    ...times(1000, (index) => [`default/n${index}`, 1] as const),
    ['default/large', 50] as const,
  ]);
  const { report, render } = await metricsOf(counts);
  const steps = times(1000, (index) => [
    { kind: 'plugin-finished', command: 'ADD', plugin: `type-${index}`, ms: 1 },
    { kind: 'check-disregarded', plugin: `type-${index}` },
    { kind: 'abandoned', network: `default/n${index}` },
  ]).flat();
  for (const step of steps) report(step as unknown as Step);
  report({ kind: 'check-disregarded', plugin: 'x'.repeat(60_000) } as unknown as Step);
  const { text } = await render();
  const labels = [
    ['plexus_delegate_duration_seconds_count', 'plugin'],
    ['plexus_plugin_checks_disregarded_total', 'plugin'],
    ['plexus_attachments_abandoned_total', 'network'],
    ['plexus_attachments', 'network'],
  ] as const;
  for (const [metric, label] of labels) {
    const values = valuesOf(text, metric, label);
    expect(values, metric).toHaveLength(most + 1);
    expect(values, metric).toContain('other');
  }
  expect(text).toContain('plexus_attachments{network="default/large"} 50');
  expect(text).toContain('plexus_attachments{network="other"} 801');
  expect(text).toContain('plexus_plugin_checks_disregarded_total{plugin="other"} 801');
  expect(text.length).toBeLessThan(1_000_000);
});
