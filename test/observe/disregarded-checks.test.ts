import { expect, it } from 'vitest';
import { pluginFailed } from '../../src/errors/index.ts';
import { createMetrics } from '../../src/observe/index.ts';

const nothing = {
  sandboxes: 0,
  detaching: 0,
  abandoned: 0,
  pendingStatus: 0,
  deferred: 0,
  attachments: new Map<string, number>(),
};

it('a CHECK failure that proves nothing is counted by plugin', async () => {
  const metrics = await createMetrics();
  const render = metrics.collectFrom({
    journal: async () => nothing,
    watch: () => ({ synced: true, objects: 0, leftOut: 0 }),
    calls: () => 0,
    agent: () => true,
    httpListening: () => true,
    recent: () => ({ operations: 0, bytes: 0 }),
    version: 'test',
  });
  const error = pluginFailed({ plugin: 'sbr', command: 'CHECK', message: 'rule is missing' });
  for (let times = 0; times < 2; times++)
    metrics.report(
      { kind: 'check-disregarded', sandbox: 'c1', network: 'shop/lab', interfaceName: 'net1', plugin: 'sbr', error },
      undefined,
    );
  expect((await render()).text).toContain('plexus_plugin_checks_disregarded_total{plugin="sbr"} 2\n');
});
