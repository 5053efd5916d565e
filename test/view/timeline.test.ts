import { array, assert, constantFrom, integer, option, property, record, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordedOperation, RecordedStep } from '../../src/report/index.ts';
import { operationsText, timelinesText } from '../../src/view/index.ts';

const error = {
  id: 'PLX-PLUGIN-FAILED',
  code: 999,
  message: 'plugin macvlan failed (ADD): Link not found: eth9',
  details: 'step ADD, pod shop/db-0, network shop/storage, interface net1, plugin macvlan; caused by: no such device',
  fix: 'Look at what the plugin says.',
};
const operation: RecordedOperation = {
  command: 'ADD',
  sandbox: '0123456789abcdef0123',
  pod: 'shop/db-0',
  startedAt: '2026-01-02T03:04:05.678Z',
  ms: 400,
  outcome: 'failure',
  background: false,
  error,
  steps: [
    { kind: 'phase', name: 'lock', offsetMs: 0, ms: 2, outcome: 'ok' },
    { kind: 'phase', name: 'inputs', offsetMs: 2, ms: 30, outcome: 'ok' },
    {
      kind: 'plugin',
      name: 'bridge',
      command: 'ADD',
      network: 'cluster-net',
      interface: 'eth0',
      offsetMs: 40,
      ms: 60,
      outcome: 'ok',
      input: { cniVersion: '1.0.0', name: 'cluster-net', type: 'bridge', password: '(masked)' },
      output: { cniVersion: '1.0.0', ips: [{ address: '10.244.0.5/24' }] },
    },
    {
      kind: 'plugin',
      name: 'macvlan',
      command: 'ADD',
      network: 'shop/storage',
      interface: 'net1',
      offsetMs: 101,
      ms: 240,
      outcome: 'PLX-PLUGIN-FAILED',
      error,
      input: { name: 'storage' },
      stderr: 'first line\nsecond line',
    },
    {
      kind: 'plugin',
      name: 'bridge',
      command: 'DEL',
      network: 'cluster-net',
      interface: 'eth0',
      offsetMs: 350,
      ms: 45,
      outcome: 'ok',
    },
  ],
};

describe('the output of plexus trace', () => {
  it('shows an operation as a timeline, with its errors', () => {
    expect(timelinesText([operation], false)).toMatchInlineSnapshot(`
      "ADD shop/db-0, sandbox 0123456789abc, 2026-01-02T03:04:05.678Z, failure after 400 ms
        START   TIME    WHEN                        STEP                              OUTCOME
        0 ms    2 ms    │█                       │  wait for the sandbox              ok
        2 ms    30 ms   │██                      │  read pod and networks             ok
        40 ms   60 ms   │  ████                  │  ADD bridge: cluster-net (eth0)    ok
        101 ms  240 ms  │      ██████████████    │  ADD macvlan: shop/storage (net1)  PLX-PLUGIN-FAILED
        350 ms  45 ms   │                     ███│  DEL bridge: cluster-net (eth0)    ok

        PLX-PLUGIN-FAILED (code 999): plugin macvlan failed (ADD): Link not found: eth9
          step ADD, pod shop/db-0, network shop/storage, interface net1, plugin macvlan
          caused by: no such device
          fix: Look at what the plugin says."
    `);
  });

  it('shows what plugins read and wrote', () => {
    expect(timelinesText([{ ...operation, steps: operation.steps.slice(2, 4) }], true)).toMatchInlineSnapshot(`
      "ADD shop/db-0, sandbox 0123456789abc, 2026-01-02T03:04:05.678Z, failure after 400 ms
        START   TIME    WHEN                        STEP                              OUTCOME
        40 ms   60 ms   │  ████                  │  ADD bridge: cluster-net (eth0)    ok
        101 ms  240 ms  │      ██████████████    │  ADD macvlan: shop/storage (net1)  PLX-PLUGIN-FAILED

        ── ADD bridge: cluster-net (eth0)
        input:
          {
            "cniVersion": "1.0.0",
            "name": "cluster-net",
            "type": "bridge",
            "password": "(masked)"
          }
        output:
          {
            "cniVersion": "1.0.0",
            "ips": [
              {
                "address": "10.244.0.5/24"
              }
            ]
          }

        ── ADD macvlan: shop/storage (net1)
        input:
          {
            "name": "storage"
          }
        stderr:
          first line
          second line

        PLX-PLUGIN-FAILED (code 999): plugin macvlan failed (ADD): Link not found: eth9
          step ADD, pod shop/db-0, network shop/storage, interface net1, plugin macvlan
          caused by: no such device
          fix: Look at what the plugin says."
    `);
  });

  it('lists operations', () => {
    const running: RecordedOperation = {
      command: 'DEL',
      sandbox: 'c2',
      startedAt: operation.startedAt,
      outcome: 'running',
      background: false,
      steps: [],
    };
    expect(operationsText([operation, running, { ...running, background: true, outcome: 'success' }]))
      .toMatchInlineSnapshot(`
      "STARTED                   COMMAND              POD        SANDBOX        TIME    OUTCOME
      2026-01-02T03:04:05.678Z  ADD                  shop/db-0  0123456789abc  400 ms  PLX-PLUGIN-FAILED
      2026-01-02T03:04:05.678Z  DEL                  -          c2             -       running
      2026-01-02T03:04:05.678Z  DEL (by the daemon)  -          c2             -       success"
    `);
  });

  it('prints one line per step for any steps', () => {
    const anyStep = record({
      kind: constantFrom<RecordedStep['kind']>('plugin', 'phase', 'status', 'note'),
      name: string({ unit: 'binary' }),
      offsetMs: integer({ min: 0, max: 1e9 }),
      ms: integer({ min: 0, max: 1e9 }),
      outcome: string(),
      stderr: string(),
    });
    const anyOperation = record({
      steps: array(anyStep),
      ms: option(integer({ min: 0, max: 1e9 }), { nil: undefined }),
    });
    assert(
      property(anyOperation, ({ steps, ms }) => {
        const { ms: _of, error: _too, ...rest } = operation;
        const text = timelinesText([{ ...rest, ...(ms !== undefined && { ms }), steps }], false);
        expect(text.split('\n')).toHaveLength(steps.length === 0 ? 1 : steps.length + 2);
        expect(
          text
            .split('\n')
            .slice(2)
            .every((line) => /│ *█+ *│/.test(line)),
        ).toBe(true);
        timelinesText([{ ...rest, steps }], true);
      }),
    );
  });
});
