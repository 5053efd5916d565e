import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type WorkOutcome, type WorkQueue, workQueue } from '../../src/queue/work-queue.ts';

const backOff = { firstMs: 10, longestMs: 80 };
const empty = (): WorkQueue =>
  workQueue(
    () => backOff,
    () => 0,
  );

type Command =
  | { readonly kind: 'add'; readonly key: string; readonly afterMs: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'wake' }
  | { readonly kind: 'take' }
  | { readonly kind: 'finish'; readonly key: string; readonly outcome: WorkOutcome };

const key = fc.constantFrom('a', 'b', 'c');
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), key, afterMs: fc.constantFrom(0, 5, 50) }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1, 10, 100) }),
  fc.record({ kind: fc.constant('wake' as const) }),
  fc.record({ kind: fc.constant('take' as const) }),
  fc.record({
    kind: fc.constant('finish' as const),
    key,
    outcome: fc.constantFrom<WorkOutcome>('done', 'retry', { afterMs: 30 }),
  }),
);

/** What was added to a queue, and what it handed out. */
interface Model {
  now: number;
  readonly running: Set<string>;
  /** Keys added since they were last handed out. */
  readonly owed: Set<string>;
}

function carryOut(queue: WorkQueue, model: Model, next: Command): void {
  switch (next.kind) {
    case 'add':
      queue.add(next.key, model.now, next.afterMs);
      model.owed.add(next.key);
      return;
    case 'pass':
      model.now += next.ms;
      queue.promote(model.now);
      return;
    case 'wake':
      queue.wake(model.now);
      return;
    case 'take': {
      const taken = queue.take(model.now);
      if (taken === undefined) return;
      expect(model.running.has(taken.key), `${taken.key} is worked on twice at the same time`).toBe(false);
      model.running.add(taken.key);
      model.owed.delete(taken.key);
      return;
    }
    case 'finish':
      if (!model.running.delete(next.key)) return;
      queue.finish(next.key, next.outcome, model.now);
      if (next.outcome !== 'done') model.owed.add(next.key);
  }
}

/** Works on everything that is due until nothing is. */
function drain(queue: WorkQueue, model: Model): void {
  for (const each of model.running) carryOut(queue, model, { kind: 'finish', key: each, outcome: 'done' });
  for (let ms = queue.dueInMs(model.now); ms !== undefined || queue.depth() > 0; ms = queue.dueInMs(model.now)) {
    carryOut(queue, model, { kind: 'pass', ms: ms ?? 0 });
    carryOut(queue, model, { kind: 'take' });
    for (const each of model.running) carryOut(queue, model, { kind: 'finish', key: each, outcome: 'done' });
  }
}

describe('a work queue', () => {
  it('hands out a key to one worker at a time, and loses none that was added, failed or rescheduled', () =>
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const [queue, model] = [empty(), { now: 0, running: new Set<string>(), owed: new Set<string>() }];
        for (const each of commands) carryOut(queue, model, each);
        for (const each of [...model.owed, ...model.running]) expect(queue.has(each), each).toBe(true);
        drain(queue, model);
        expect([...model.owed]).toEqual([]);
      }),
      { numRuns: 2000 },
    ));

  it('hands out a key again if it was added while being worked on', () => {
    const queue = taken('a');
    queue.add('a', 0);
    expect([queue.promote(0), queue.take(0)]).toEqual([0, undefined]);
    queue.finish('a', 'done', 5);
    expect([queue.promote(5), queue.take(5)?.key]).toEqual([1, 'a']);
  });

  it('forgets a key that is done', () => {
    const queue = taken('a');
    queue.finish('a', 'done', 0);
    expect([queue.has('a'), queue.dueInMs(0)]).toEqual([false, undefined]);
  });

  it('keeps one item per key, at its earliest time', () => {
    const queue = empty();
    for (const afterMs of [50, 20, 70]) queue.add('a', 0, afterMs);
    expect(queue.dueInMs(0)).toBe(20);
    expect(queue.promote(20)).toBe(1);
  });

  it('hands out the key that has been ready longest', () => {
    const queue = empty();
    queue.add('late', 0, 20);
    queue.add('early', 0, 10);
    queue.promote(30);
    expect([queue.take(30), queue.take(30)]).toEqual([
      { key: 'early', waitedMs: 20 },
      { key: 'late', waitedMs: 10 },
    ]);
  });
});

describe('the back-off of a key', () => {
  const pauseAfterFailure = (queue: WorkQueue, now: number): number => {
    queue.finish('a', 'retry', now);
    const ms = queue.dueInMs(now) ?? Number.NaN;
    queue.promote(now + ms);
    queue.take(now + ms);
    return ms;
  };

  it('grows to its limit and starts again after a success', () => {
    const queue = taken('a');
    const pauses = [0, 0, 0, 0, 0].map(() => pauseAfterFailure(queue, 0));
    expect(pauses).toEqual([10, 20, 40, 80, 80]);
    queue.finish('a', { afterMs: 0 }, 0);
    queue.promote(0);
    queue.take(0);
    expect(pauseAfterFailure(queue, 0)).toBe(10);
  });

  it('is not shortened by an add during the failed work, so that work that adds its own key cannot spin', () => {
    const queue = taken('a');
    queue.add('a', 0);
    queue.finish('a', 'retry', 0);
    expect(queue.dueInMs(0)).toBe(10);
  });

  it('ends when the key is added from outside, and for all keys on wake', () => {
    const queue = taken('a');
    queue.finish('a', 'retry', 0);
    queue.add('a', 1);
    expect(queue.dueInMs(1)).toBe(0);
    queue.add('b', 1, 100);
    queue.wake(2);
    expect(queue.promote(2)).toBe(2);
  });
});

function taken(name: string): WorkQueue {
  const queue = empty();
  queue.add(name, 0);
  queue.promote(0);
  queue.take(0);
  return queue;
}
