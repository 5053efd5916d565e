import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ControllerOptions, type Work, createController } from '../../src/queue/index.ts';
import type { Clock } from '../../src/queue/clock.ts';
import type { Step } from '../../src/report/index.ts';

/** A clock whose timers fire when it is advanced. */
function manualClock() {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly act: () => void }>();
  const clock: Clock = {
    now: () => now,
    after: (ms, act) => {
      const timer = { at: now + ms, act };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    random: () => 0,
  };
  const advance = async (ms: number): Promise<void> => {
    const end = now + ms;
    for (await settled(); ; await settled()) {
      const [next] = [...timers].filter(({ at }) => at <= end).toSorted((one, other) => one.at - other.at);
      if (next === undefined) break;
      timers.delete(next);
      now = next.at;
      next.act();
    }
    now = end;
  };
  return { clock, advance, timers };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function started(work: Work, options: Partial<ControllerOptions> = {}) {
  const { clock, advance, timers } = manualClock();
  const steps: Step[] = [];
  const stop = new AbortController();
  const usual = { name: 'test', backOff: { firstMs: 10, longestMs: 80 }, deadlineSeconds: 60 };
  const controller = createController({ ...usual, report: (step) => steps.push(step), ...options }, clock);
  const ended = controller.run(work, stop.signal);
  return { controller, advance, timers, steps, stop, ended };
}

const problems = (steps: readonly Step[]): readonly string[] =>
  steps.flatMap((step) => (step.kind === 'problem' ? [`${step.sandbox} ${step.error.id}`] : []));

describe('a controller', () => {
  it('works on no key twice at once, on at most the allowed number of keys, and on each until it succeeds', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e'), failures: fc.nat({ max: 3 }) })),
        fc.integer({ min: 1, max: 3 }),
        async (adds, concurrency) => {
          const running: string[] = [];
          const failures = new Map<string, number>();
          let most = 0;
          const reconcile: Work['reconcile'] = async (key) => {
            expect(running).not.toContain(key);
            most = Math.max(most, running.push(key));
            await settled();
            running.splice(running.indexOf(key), 1);
            const left = failures.get(key) ?? 0;
            failures.set(key, left - 1);
            return left > 0 ? 'retry' : 'done';
          };
          const { controller, advance, stop, ended, steps } = started({ reconcile }, { concurrency });
          for (const { key, failures: count } of adds) {
            failures.set(key, count);
            controller.add(key);
          }
          for (let times = 0; times < 20; times++) await advance(20);
          expect(most).toBeLessThanOrEqual(concurrency);
          expect([...failures.values()].every((left) => left < 0)).toBe(true);
          expect(problems(steps)).toEqual([]);
          stop.abort();
          await ended;
        },
      ),
      { numRuns: 100 },
    ));

  it('keeps workers for other tenants while the work of one tenant never ends', async () => {
    const seen: string[] = [];
    const reconcile: Work['reconcile'] = (key) => {
      seen.push(key);
      return key.startsWith('greedy') ? new Promise(() => {}) : Promise.resolve('done');
    };
    const tenantOf = (key: string): string => key.replace(/\d+$/, '');
    const list = async () => ({ keys: ['listed'], afterMs: 60_000 });
    const { controller, advance } = started({ reconcile, tenantOf, list }, { concurrency: 8 });
    for (let count = 0; count < 20; count++) controller.add(`greedy${count}`);
    await advance(0);
    expect(seen.filter((key) => key.startsWith('greedy'))).toHaveLength(6);
    for (let count = 0; count < 3; count++) controller.add(`shop${count}`);
    await advance(0);
    expect(seen).toEqual(expect.arrayContaining(['shop0', 'shop1', 'shop2', 'listed']));
    expect(seen.filter((key) => key.startsWith('greedy'))).toHaveLength(6);
  });

  it('reports rejected work for its sandbox and retries it after the back-off', async () => {
    let tries = 0;
    const reconcile: Work['reconcile'] = async () => {
      if (++tries < 3) throw new Error('no answer');
      return 'done';
    };
    const { controller, advance, steps } = started({ reconcile }, { sandboxOf: (key) => `sandbox of ${key}` });
    controller.add('a');
    await advance(0);
    expect(tries).toBe(1);
    await advance(9);
    expect(tries).toBe(1);
    await advance(1 + 20);
    expect(tries).toBe(3);
    expect(problems(steps)).toEqual(['sandbox of a PLX-INTERNAL', 'sandbox of a PLX-INTERNAL']);
    expect(steps.flatMap((step) => (step.kind === 'work-finished' ? [step.result] : []))).toEqual([
      'error',
      'error',
      'success',
    ]);
  });

  it('aborts work at its deadline', async () => {
    const reconcile: Work['reconcile'] = (_key, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const { controller, advance, steps } = started({ reconcile });
    controller.add('a');
    await advance(59_999);
    expect(problems(steps)).toEqual([]);
    await advance(1);
    expect(problems(steps)).toEqual([' PLX-OPERATION-TIMEOUT']);
  });

  it('adds the listed keys at start, again after the returned time, and on relist', async () => {
    const seen: string[] = [];
    let lists = 0;
    const list = async () => ({ keys: [`of list ${++lists}`], afterMs: 1000 });
    const { controller, advance } = started({ list, reconcile: async (key) => (seen.push(key), 'done') });
    await advance(999);
    expect(seen).toEqual(['of list 1']);
    await advance(1);
    expect(seen).toEqual(['of list 1', 'of list 2']);
    controller.relist();
    await advance(0);
    expect(seen).toEqual(['of list 1', 'of list 2', 'of list 3']);
  });

  it('does not end the back-off of a listed key', async () => {
    let tries = 0;
    const list = async () => ({ keys: ['a'], afterMs: 1000 });
    const reconcile: Work['reconcile'] = async () => (tries++, 'retry');
    const { controller, advance } = started({ list, reconcile });
    await advance(5);
    controller.relist();
    await advance(4);
    expect(tries).toBe(1);
    controller.wake();
    await advance(0);
    expect(tries).toBe(2);
  });

  it('waits for running work when it is stopped, aborts it, and starts none', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const begun: string[] = [];
    let isAborted = false;
    const reconcile: Work['reconcile'] = async (key, signal) => {
      begun.push(key);
      await promise;
      isAborted = signal.aborted;
      return 'retry';
    };
    const { controller, advance, stop, ended, timers } = started({ reconcile });
    for (const key of ['a', 'b']) controller.add(key);
    await advance(0);
    stop.abort();
    const first = await Promise.race([ended.then(() => 'ended'), settled().then(() => 'still running')]);
    expect(first).toBe('still running');
    controller.add('c');
    resolve();
    await ended;
    expect([begun, isAborted, timers.size]).toEqual([['a'], true, 0]);
  });

  it('sets no timer while no work is scheduled', async () => {
    const { controller, advance, timers } = started({ reconcile: async () => 'done' });
    controller.add('a');
    await advance(0);
    expect(timers.size).toBe(0);
  });

  it('reports depth, waiting time and work time', async () => {
    const { controller, advance, steps } = started({ reconcile: async () => 'done' });
    controller.add('a');
    controller.add('b');
    await advance(0);
    expect(steps.map(({ kind }) => kind)).toEqual([
      'work-added',
      'work-started',
      'work-added',
      'work-finished',
      'work-started',
      'work-finished',
    ]);
    expect(steps).toContainEqual({ kind: 'work-added', controller: 'test', added: 1, depth: 1 });
    expect(steps.at(-2)).toEqual({ kind: 'work-started', controller: 'test', waitedMs: 0, depth: 0 });
  });
});
