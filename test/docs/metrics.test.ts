import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createMetrics } from '../../src/observe/index.ts';

const page = await readFile(join(import.meta.dirname, '../../docs/metrics.md'), 'utf8');

async function rendered(): Promise<string> {
  const metrics = await createMetrics({
    journal: async () => ({ sandboxes: 1, detaching: 0, abandoned: 0, pendingStatus: 0, deferred: 0, attachments: new Map([['default/lab', 1]]) }),
    watch: () => ({ synced: true, objects: 1 }),
    calls: () => 0,
    agent: () => false,
    version: 'test',
  });
  return (await metrics.render()).text;
}

describe('docs/metrics.md', () => {
  it('has a row for each metric, with its kind, and no other', async () => {
    const text = await rendered();
    const kinds = [...text.matchAll(/^# TYPE (plexus_\S+) (\S+)$/gm)].map(([, name, kind]) => `${name} ${kind}`);
    const rows = [...page.matchAll(/^\| `(plexus_\w+)` \| (\w+) \|/gm)].map(([, name, kind]) => `${name} ${kind}`);
    expect(rows.toSorted()).toEqual(kinds.toSorted());
  });

  it('has alerts that can be read, about metrics that there are', async () => {
    const text = await rendered();
    const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
    const { groups } = parse(yaml) as { groups: { rules: { alert: string; expr: string }[] }[] };
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(8);
    const known = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name);
    for (const { alert, expr } of rules) {
      for (const [name] of expr.matchAll(/plexus_\w+/g)) expect(known, alert).toContain(name.replace(/_bucket$/, ''));
    }
  });
});
