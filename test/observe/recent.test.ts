import {
  type Arbitrary,
  array,
  assert,
  boolean,
  constant,
  constantFrom,
  integer,
  oneof,
  option,
  property,
  record,
  string,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sizeOfJson, sizeProblem } from '../../src/cni/index.ts';
import { pluginFailed } from '../../src/errors/index.ts';
import { recentOperations } from '../../src/observe/index.ts';
import type { OperationInfo, Step } from '../../src/report/index.ts';
import { operationsText, timelinesText } from '../../src/view/index.ts';

const operation = (sandbox: string, more: Partial<OperationInfo> = {}): OperationInfo => ({
  command: 'ADD',
  sandbox,
  pod: 'shop/db-0',
  startedAt: 1000,
  ...more,
});
const ran = (sandbox: string, more: object = {}): Step => ({
  kind: 'plugin-finished',
  sandbox,
  command: 'ADD',
  network: 'shop/n',
  interfaceName: 'net1',
  plugin: 'macvlan',
  startedAt: 1010,
  ms: 5,
  input: '{"name":"n","password":"geheim"}',
  output: '{"ips":[]}',
  stderr: '',
  ...more,
});
const ended = (sandbox: string, more: object = {}): Step => ({
  kind: 'operation-finished',
  sandbox,
  command: 'ADD',
  ms: 30,
  ...more,
});
const recent = (limits?: Parameters<typeof recentOperations>[2]) =>
  recentOperations(
    () => 1100,
    () => ['community'],
    limits,
  );

describe('recent operations', () => {
  it('contain their steps, start times, and what plugins read and wrote without secrets', () => {
    const { report, find } = recent();
    const one = operation('c1');
    report({ kind: 'phase-finished', sandbox: 'c1', phase: 'lock', startedAt: 1000, ms: 1 }, one);
    report(ran('c1'), one);
    expect(find({})).toMatchObject([{ outcome: 'running' }]);
    report({ kind: 'status-published', sandbox: 'c1', outcome: 'written', startedAt: 1020, ms: 4 }, one);
    report(ended('c1'), one);
    expect(find({ pod: 'shop/db-0' })).toEqual([
      {
        command: 'ADD',
        sandbox: 'c1',
        pod: 'shop/db-0',
        startedAt: '1970-01-01T00:00:01.000Z',
        ms: 30,
        outcome: 'success',
        background: false,
        steps: [
          { kind: 'phase', name: 'lock', offsetMs: 0, ms: 1, outcome: 'ok' },
          {
            kind: 'plugin',
            name: 'macvlan',
            command: 'ADD',
            network: 'shop/n',
            interface: 'net1',
            offsetMs: 10,
            ms: 5,
            outcome: 'ok',
            input: { name: 'n', password: '(masked)' },
            output: { ips: [] },
          },
          { kind: 'status', name: 'network-status', offsetMs: 20, ms: 4, outcome: 'written' },
        ],
      },
    ]);
  });

  it('contain the ID, place, chain of causes and fix of a failure', () => {
    const { report, find } = recent();
    const error = pluginFailed(
      { plugin: 'macvlan', command: 'ADD', message: 'busy' },
      { cause: new Error('password=geheim') },
    );
    report(ended('c1', { error }), operation('c1'));
    expect(find({})).toMatchObject([
      {
        outcome: 'failure',
        error: { id: 'PLX-PLUGIN-FAILED', details: 'caused by: password=(masked)', fix: expect.stringContaining('.') },
      },
    ]);
  });

  it('are found by pod, by a prefix of the container ID, and by number', () => {
    const { report, find } = recent();
    for (const sandbox of ['a1', 'a2', 'b1']) report(ended(sandbox), operation(sandbox, { pod: `shop/${sandbox}` }));
    expect(find({ pod: 'shop/a2' }).map(({ sandbox }) => sandbox)).toEqual(['a2']);
    expect(find({ sandbox: 'a' }).map(({ sandbox }) => sandbox)).toEqual(['a1', 'a2']);
    expect(find({ last: 2 }).map(({ sandbox }) => sandbox)).toEqual(['a2', 'b1']);
    expect(find({ pod: 'shop/none' })).toEqual([]);
  });

  it('of the daemon’s background work are one operation per sandbox', () => {
    const { report, find } = recent();
    report(ran('c1', { command: 'DEL' }));
    report(ran('c1', { command: 'DEL' }));
    report({ kind: 'reclaimed', sandbox: 'c1', why: 'its namespace is gone', outcome: 'undone', ms: 20 });
    expect(find({})).toMatchObject([{ command: 'DEL', background: true, outcome: 'success', steps: [{}, {}], ms: 20 }]);
  });

  it('never exceed the limits, whatever arrives', () => {
    const limits = { operations: 5, bytes: 20_000, bytesOfOne: 9000, stepsOfOne: 4 };
    const anyStep = record({
      sandbox: constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
      input: string({ maxLength: 6000 }),
      end: integer({ min: 0, max: 3 }),
    });
    assert(
      property(array(anyStep, { maxLength: 60 }), (steps) => {
        const { report, find, size } = recent(limits);
        const running = new Map<string, OperationInfo>();
        for (const { sandbox, input, end } of steps) {
          const info = running.get(sandbox) ?? operation(sandbox);
          running.set(sandbox, info);
          report(end === 0 ? ended(sandbox) : ran(sandbox, { input }), end === 1 ? undefined : info);
          if (end === 0) running.delete(sandbox);
          expect(size().operations).toBeLessThanOrEqual(limits.operations);
          expect(size().bytes).toBeLessThanOrEqual(limits.bytes);
        }
        timelinesText(find({}), true);
      }),
      { numRuns: 60 },
    );
  });

  it.each(['{},', '[],', '0,', '"",'])('stay readable and small in memory when plugins read only %s', (unit) => {
    const { report, find } = recent();
    const input = `[${unit.repeat(10_000)}0]`;
    for (let number = 0; number < 200; number++) report(ran(`c${number}`, { input }), operation(`c${number}`));
    expect(sizeProblem(JSON.stringify(find({})))).toBeUndefined();
    expect(sizeOfJson(JSON.stringify(find({}))).elements).toBeLessThan(300_000);
  });

  it('are kept as before after many operations were dropped while they ran', () => {
    const { report, find, size } = recent();
    const input = 'x'.repeat(200 * 1024);
    const running = Array.from({ length: 60 }, (_, number) => operation(`a${number}`));
    for (let times = 0; times < 2; times++) for (const one of running) report(ran(one.sandbox, { input }), one);
    for (const one of running) report(ended(one.sandbox), one);
    for (let number = 0; number < 250; number++) report(ran(`b${number}`), operation(`b${number}`));
    expect(find({ sandbox: 'b' })).toHaveLength(250);
    expect(size().bytes).toBeLessThanOrEqual(4 * 1024 * 1024);
  });

  it('are shown for any steps in any order', () => {
    const error = pluginFailed({ plugin: 'p', command: 'ADD', message: 'm' });
    const texts = {
      sandbox: constantFrom('', 'a', 'b'),
      pod: constantFrom('shop/a', 'shop/b'),
      network: string(),
      interfaceName: string(),
    };
    const times = { startedAt: integer({ min: 0, max: 3000 }), ms: integer({ min: 0, max: 1e6 }) };
    const anyStep = oneof(
      record({
        kind: constant('plugin-finished'),
        ...texts,
        ...times,
        command: string(),
        plugin: string(),
        input: string(),
        output: string(),
        stderr: string(),
        error: option(constant(error), { nil: undefined }),
      }),
      record({ kind: constant('phase-finished'), ...texts, ...times, phase: constantFrom('lock', 'plan') }),
      record({ kind: constant('status-published'), ...texts, ...times, outcome: constantFrom('written', 'deferred') }),
      record({ kind: constant('warning'), ...texts, text: string({ unit: 'binary' }) }),
      record({ kind: constant('problem'), ...texts, error: constant(error) }),
      record({ kind: constant('abandoned'), ...texts, attempts: integer(), lastError: string() }),
      record({
        kind: constant('reclaimed'),
        ...texts,
        ...times,
        why: string(),
        outcome: constantFrom('undone', 'abandoned'),
      }),
      record({ kind: constantFrom('attached', 'detached', 'debug-asked'), ...texts, ...times }),
      record({
        kind: constant('operation-finished'),
        ...texts,
        ...times,
        command: string(),
        error: option(constant(error), { nil: undefined }),
      }),
      record({ kind: constant('api-request'), verb: string(), resource: string(), status: integer(), ms: integer() }),
    ) as Arbitrary<Step>;
    assert(
      property(array(record({ step: anyStep, isOf: boolean() }), { maxLength: 30 }), (steps) => {
        const { report, find } = recent();
        const operations = new Map<string, OperationInfo>();
        for (const { step, isOf } of steps) {
          const sandbox = 'sandbox' in step ? step.sandbox : '';
          const info = operations.get(sandbox) ?? operation(sandbox);
          operations.set(sandbox, info);
          report(step, isOf ? info : undefined);
        }
        const found = find({});
        expect(timelinesText(found, true)).not.toMatch(/(undefined|NaN) ms/);
        expect(operationsText(found).split('\n')).toHaveLength(found.length + 1);
      }),
    );
  });

  it('report what exceeded the limit for one operation', () => {
    const { report, find } = recent({ operations: 5, bytes: 20_000, bytesOfOne: 1000, stepsOfOne: 9 });
    const one = operation('c1');
    for (let times = 0; times < 3; times++) report(ran('c1', { output: 'x'.repeat(500) }), one);
    expect(find({})).toMatchObject([{ steps: [{}], leftOut: '2 more steps omitted: too many for one operation' }]);
  });
});
