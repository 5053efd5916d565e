import { parseConfiguration, parseJson } from '../../src/cni/index.ts';
import type { SandboxRecord } from '../../src/plan/index.ts';

const text =
  '{"cniVersion":"1.0.0","name":"net","plugins":[{"type":"bridge","big":12345678901234567890,"nested":{"a":[1]}}]}';

/** A record of one sandbox with one attachment. */
export function sampleRecord(change: Partial<SandboxRecord> = {}): SandboxRecord {
  const configuration = parseConfiguration(parseJson(text, 'test'), { source: 'test' });
  const unmanaged = { kind: 'unmanaged' } as const;
  return {
    formatVersion: 1,
    containerId: 'c1',
    ifName: 'eth0',
    netns: '/run/netns/x',
    networkName: 'plexus',
    cniVersion: '1.0.0',
    pod: { namespace: 'shop', name: 'db-0', uid: 'u1' },
    complete: false,
    createdAt: '2026-01-02T03:04:05.000Z',
    attachments: [
      {
        state: 'intended',
        attachment: {
          interfaceName: 'net1',
          network: 'shop/net',
          isDefault: false,
          configuration,
          runtimeConfig: { mac: '02:00:00:00:00:01' },
          cniArgs: 'IgnoreUnknown=1',
          defaultRoute: { v4: unmanaged, v6: unmanaged },
        },
      },
    ],
    ...change,
  };
}
