import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMetrics, createWebhookMetrics } from '../../src/observe/index.ts';

const page = await readFile(join(import.meta.dirname, '../../docs/metrics.md'), 'utf8');

async function rendered(): Promise<string> {
  const metrics = await createMetrics();
  const render = metrics.collectFrom({
    journal: async () => ({
      sandboxes: 1,
      detaching: 0,
      abandoned: 0,
      pendingStatus: 0,
      deferred: 0,
      attachments: new Map([['default/lab', 1]]),
    }),
    watch: () => ({ synced: true, objects: 1, leftOut: 0 }),
    calls: () => 0,
    agent: () => true,
    httpListening: () => true,
    recent: () => ({ operations: 0, bytes: 0 }),
    version: 'test',
  });
  const webhook = (await createWebhookMetrics()).collectFrom({ networks: () => 0, certificateExpires: () => 0 });
  return `${(await render()).text}${(await webhook()).text}`;
}

describe('docs/metrics.md', () => {
  it('has exactly one row per metric, with its kind', async () => {
    const text = await rendered();
    const kinds = [...text.matchAll(/^# TYPE (plexus_\S+) (\S+)$/gm)].map(([, name, kind]) => `${name} ${kind}`);
    const rows = [...page.matchAll(/^\| `(plexus_\w+)` \| (\w+) \|/gm)].map(([, name, kind]) => `${name} ${kind}`);
    expect(rows.toSorted()).toEqual(kinds.toSorted());
  });
});
