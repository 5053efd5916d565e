import { describe, expect, it } from 'vitest';
import { undoAll } from '../../src/attach/sandbox/undo.ts';
import { deviceInfoFiles } from '../../src/devices/index.ts';
import type { Host } from '../../src/host/index.ts';
import { type AttachmentRecord, parseSettings, programsOf } from '../../src/plan/index.ts';
import { quiet } from '../../src/report/index.ts';
import { patience } from '../support/patience.ts';
import { sampleRecord } from '../support/sample-record.ts';

const spellings = [
  { ipam: { type: 'host-local' } },
  { IPAM: { type: 'host-local' } },
  { Ipam: { TYPE: 'host-local' } },
] as const;

// Plugins written in Go accept a key in any case.
describe.each(spellings)('the IPAM plugin in %j', (ipam) => {
  const json = { type: 'macvlan', ...ipam };
  const plugin = { type: 'macvlan', capabilities: [], json };

  it('is a program of its network', () => {
    expect(programsOf(plugin)).toEqual(['macvlan', 'host-local']);
  });

  it('keeps an attachment recorded while it may hold an address', async () => {
    const refusal = JSON.stringify({ code: 999, msg: 'no such master' });
    const host: Host = {
      runPlugin: async (run) => ({
        exitCode: 1,
        stdout: run.plugin === 'macvlan' ? refusal : '{"code":5}',
        stderr: '',
      }),
      settle: async () => {},
      listLinks: async () => [],
      defaultRoutes: async () => [],
      setDefaultRoutes: async () => {},
    };
    const [sample] = sampleRecord().attachments;
    if (sample === undefined) throw new Error('the sample has no attachment');
    const { attachment } = sample;
    const failed: AttachmentRecord = {
      state: 'intended',
      attachment: { ...attachment, configuration: { ...attachment.configuration, plugins: [plugin] } },
      failedAdd: { plugin: 0, answer: '999: no such master' },
    };
    const node = { cniVersion: '1.0.0', name: 'plexus', type: 'plexus-cni', delegates: [{ type: 'none' }] };
    const { settings } = parseSettings(node);
    const deps = { settings, host, deviceInfo: deviceInfoFiles('/nowhere'), report: quiet, now: Date.now };
    const operation = { containerId: 'c1', netns: '/run/netns/x', env: {}, path: [] };
    expect(await undoAll([failed], operation, deps, patience())).toHaveLength(1);
  });
});
