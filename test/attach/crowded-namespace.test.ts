import { describe, expect, it } from 'vitest';
import { namespaceNow } from '../../src/attach/index.ts';
import { undoAll } from '../../src/attach/sandbox/undo.ts';
import { deviceInfoFiles } from '../../src/devices/index.ts';
import { hostRequestFailed } from '../../src/errors/index.ts';
import type { Host } from '../../src/host/index.ts';
import { parseSettings } from '../../src/plan/index.ts';
import { listableLinks } from '../../src/attach/steps/links.ts';
import { type Step, quiet } from '../../src/report/index.ts';
import { patience } from '../support/patience.ts';
import { sampleRecord } from '../support/sample-record.ts';

// A pod with CAP_NET_ADMIN can have more links or addresses than the shim lists.
describe('a namespace whose links cannot be listed', () => {
  const ran: string[] = [];
  const host: Host = {
    runPlugin: async ({ env }) => (ran.push(env['CNI_COMMAND'] ?? ''), { exitCode: 0, stdout: '', stderr: '' }),
    settle: async () => {},
    listLinks: async () => {
      throw hostRequestFailed({
        what: 'listing links',
        problem: 'the namespace has more than 4096 links',
        isUnlistable: true,
      });
    },
    defaultRoutes: async () => [],
    setDefaultRoutes: async () => {},
  };
  const record = sampleRecord();

  it('does not count as gone', async () => {
    expect(await namespaceNow(record, host, patience())).toBe('unknown');
  });

  it('is reported, because nothing is known about its links', async () => {
    const steps: Step[] = [];
    const deps = { host, report: (step: Step) => void steps.push(step) };
    expect(await listableLinks('/run/netns/x', { sandbox: 'c1', pod: 'shop/db-0' }, deps, patience())).toBeUndefined();
    expect(steps).toMatchObject([{ kind: 'warning', text: expect.stringContaining('more than 4096 links') as string }]);
  });

  it('is not confused with a failure of the node', async () => {
    const error = hostRequestFailed({ what: 'listing links', problem: 'out of memory' });
    const deps = { host: { ...host, listLinks: () => Promise.reject(error) }, report: quiet };
    await expect(listableLinks('/run/netns/x', { sandbox: 'c1' }, deps, patience())).rejects.toBe(error);
  });

  it('does not stop DEL', async () => {
    const node = { cniVersion: '1.0.0', name: 'plexus', type: 'plexus-cni', delegates: [{ type: 'none' }] };
    const { settings } = parseSettings(node);
    const deps = { settings, host, deviceInfo: deviceInfoFiles('/nowhere'), report: quiet, now: Date.now };
    const operation = { containerId: 'c1', netns: '/run/netns/x', env: {}, path: [] };
    expect(await undoAll(record.attachments, operation, deps, patience())).toEqual([]);
    expect(ran).toEqual(['DEL']);
  });
});
