import { describe, expect, it } from 'vitest';
import { pluginFailed } from '../../src/errors/index.ts';
import { type Tracing, createTracing } from '../../src/observe/index.ts';
import type { Step, TraceContext } from '../../src/report/index.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';

const wanted = { OTEL_TRACES_EXPORTER: 'otlp' };
const operation = { command: 'ADD', sandbox: 'c1', pod: 'shop/db-0', startedAt: 1000 };
const parent = (flags: number): TraceContext => ({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), flags });

async function tracingWith(
  env: Readonly<Record<string, string>>,
): Promise<{ readonly tracing: Tracing | undefined; readonly warnings: readonly string[] }> {
  const warnings: string[] = [];
  return {
    tracing: await createTracing({ ...wanted, ...env }, { version: 'test' }, (text) => warnings.push(text)),
    warnings,
  };
}

describe('tracing configured by the OTEL_* variables', () => {
  it.each([
    { sampler: '', arg: '', root: 1, ofSampled: 1, ofUnsampled: 0 },
    { sampler: 'always_on', arg: '', root: 1, ofSampled: 1, ofUnsampled: 1 },
    { sampler: 'always_off', arg: '', root: 0, ofSampled: 0, ofUnsampled: 0 },
    { sampler: 'traceidratio', arg: '0', root: 0, ofSampled: 0, ofUnsampled: 0 },
    { sampler: 'traceidratio', arg: '1', root: 1, ofSampled: 1, ofUnsampled: 1 },
    { sampler: 'parentbased_always_on', arg: '', root: 1, ofSampled: 1, ofUnsampled: 0 },
    { sampler: 'parentbased_always_off', arg: '', root: 0, ofSampled: 1, ofUnsampled: 0 },
    { sampler: 'parentbased_traceidratio', arg: '0', root: 0, ofSampled: 1, ofUnsampled: 0 },
  ])(
    'sampler "$sampler" "$arg" sets flags $root of a new trace, $ofSampled and $ofUnsampled of a child',
    async ({ sampler, arg, root, ofSampled, ofUnsampled }) => {
      const { tracing, warnings } = await tracingWith({ OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: arg });
      const flags = [undefined, parent(1), parent(0)].map((from) => tracing?.begin(operation, from).flags);
      expect(flags).toEqual([root, ofSampled, ofUnsampled]);
      expect(warnings).toEqual([]);
    },
  );

  it.each([
    {
      env: { OTEL_TRACES_SAMPLER: 'sometimes' },
      says: /OTEL_TRACES_SAMPLER "sometimes".* is invalid: parentbased_always_on is used/,
      isOn: true,
    },
    {
      env: { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: 'half' },
      says: /"half" is invalid/,
      isOn: true,
    },
    {
      env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      says: /traces are off: OTEL_EXPORTER_OTLP_PROTOCOL is "grpc"/,
      isOn: false,
    },
  ])('warns about $env', async ({ env, says, isOn }) => {
    const { tracing, warnings } = await tracingWith(env);
    expect(warnings).toEqual([expect.stringMatching(says)]);
    expect(tracing !== undefined).toBe(isOn);
  });

  it('keeps the caller’s trace and state, and gives each operation its own span', async () => {
    const { tracing } = await tracingWith({});
    const one = tracing?.begin(operation, { ...parent(1), state: 'x=1' });
    expect(one).toMatchObject({ traceId: 'a'.repeat(32), flags: 1, state: 'x=1' });
    expect(one?.spanId).not.toBe(tracing?.begin(operation, parent(1)).spanId);
  });

  it('accepts steps of operations without tracing, and of finished ones', async () => {
    const { tracing } = await tracingWith({});
    const trace = tracing?.begin(operation, undefined);
    const ended: Step = {
      kind: 'operation-finished',
      sandbox: 'c1',
      command: 'ADD',
      ms: 1,
      error: pluginFailed({ plugin: 'p', command: 'ADD', message: 'm' }),
    };
    for (const about of [undefined, operation, { ...operation, ...(trace !== undefined && { trace }) }])
      for (let times = 0; times < 2; times++) tracing?.report(ended, about);
  });
});

it('sends no more than the beginning of long names, warnings and messages', async () => {
  const receiver = await startOtlpReceiver();
  const names = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_PROTOCOL'] as const;
  const before = names.map((each) => process.env[each]);
  [process.env[names[0]], process.env[names[1]]] = [receiver.endpoint, 'http/json'];
  try {
    const { tracing } = await tracingWith({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' });
    const long = 'é'.repeat(100_000);
    const about = { ...operation, sandbox: long, pod: `${long}/${long}` };
    const trace = tracing?.begin(about, undefined);
    const traced = { ...about, ...(trace !== undefined && { trace }) };
    const error = pluginFailed({ plugin: 'p', command: 'ADD', message: long });
    const run = { plugin: long, network: long, interfaceName: long, input: '', output: '', stderr: '' };
    tracing?.report({ kind: 'warning', text: long }, traced);
    tracing?.report({ kind: 'plugin-finished', command: 'ADD', ...run, startedAt: 1, ms: 1, error }, traced);
    tracing?.report({ kind: 'operation-finished', sandbox: 'c1', command: 'ADD', ms: 1, error }, traced);
    await tracing?.flush(10_000);
    expect(receiver.spans().map(({ name }) => name.slice(0, 7))).toEqual(['ADD ééé', 'CNI ADD']);
    expect(Buffer.byteLength(JSON.stringify(receiver.spans()))).toBeLessThan(8 * 1024);
  } finally {
    for (const [index, each] of names.entries())
      if (before[index] === undefined) delete process.env[each];
      else process.env[each] = before[index];
    await receiver.close();
  }
});
