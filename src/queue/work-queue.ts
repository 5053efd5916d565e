import { type BackOff, pauseAfter, withJitter } from './back-off.ts';

/**
 * The outcome of working on an item. `done`: forget it. `retry`: it failed, retry after the back-off. `afterMs`: it
 * succeeded, work on it again after that time.
 */
export type WorkOutcome = 'done' | 'retry' | { readonly afterMs: number };

/** An item that was handed out to a worker. */
export interface TakenItem {
  readonly key: string;
  /** How long it was ready. */
  readonly waitedMs: number;
}

/**
 * A queue of keys, modelled on client-go's workqueue. A key is queued at most once, is handed out to one worker at a
 * time, and is handed out again if it was added while being worked on. A failure delays the key by its back-off, which
 * adding the key again does not shorten, so work that adds its own key cannot spin. Pure: every method takes the
 * current time, in ms of a monotonic clock.
 */
export interface WorkQueue {
  /** Makes a key ready after that time, or earlier if it is already due earlier. */
  readonly add: (key: string, now: number, afterMs?: number) => void;
  /** Returns whether the key is delayed, ready or being worked on. */
  readonly has: (key: string) => boolean;
  /** Ends all delays. */
  readonly wake: (now: number) => void;
  /** Makes the due keys ready and returns their number. */
  readonly promote: (now: number) => number;
  /** Hands out the key that has been ready longest, of those that may run now. */
  readonly take: (now: number, mayRun?: (key: string) => boolean) => TakenItem | undefined;
  /** Ends the work on a key. */
  readonly finish: (key: string, outcome: WorkOutcome, now: number) => void;
  /** Returns how long until the next delayed key is due; undefined if there is none. */
  readonly dueInMs: (now: number) => number | undefined;
  /** Returns the number of ready keys. */
  readonly depth: () => number;
}

interface Item {
  stage: 'delayed' | 'ready' | 'running';
  dueAt: number;
  /** Consecutive failures. */
  failures: number;
  /** When the item is due again because it was added while being worked on. */
  againAt: number;
}

const never = Number.POSITIVE_INFINITY;

/** Creates an empty queue. `random` is the source of jitter. */
export function workQueue(backOffOf: (key: string) => BackOff, random: () => number): WorkQueue {
  const items = new Map<string, Item>();
  const inStage = (stage: Item['stage']): readonly [string, Item][] =>
    [...items].filter(([, item]) => item.stage === stage);
  return {
    add: (key, now, afterMs = 0) => {
      const dueAt = now + afterMs;
      const item = items.get(key);
      if (item === undefined) items.set(key, { stage: 'delayed', dueAt, failures: 0, againAt: never });
      else if (item.stage === 'running') item.againAt = Math.min(item.againAt, dueAt);
      else item.dueAt = Math.min(item.dueAt, dueAt);
    },
    has: (key) => items.has(key),
    wake: (now) => {
      for (const [, item] of inStage('delayed')) item.dueAt = Math.min(item.dueAt, now);
    },
    promote: (now) => {
      const due = inStage('delayed').filter(([, { dueAt }]) => dueAt <= now);
      for (const [, item] of due) item.stage = 'ready';
      return due.length;
    },
    take: (now, mayRun = () => true) => {
      const first = inStage('ready')
        .toSorted(([, one], [, other]) => one.dueAt - other.dueAt)
        .find(([key]) => mayRun(key));
      if (first === undefined) return undefined;
      const [key, item] = first;
      item.stage = 'running';
      return { key, waitedMs: Math.max(0, now - item.dueAt) };
    },
    finish: (key, outcome, now) => {
      const item = items.get(key);
      if (item?.stage !== 'running') return;
      const failures = outcome === 'retry' ? item.failures + 1 : 0;
      const backOff = backOffOf(key);
      const pauseMs =
        outcome === 'retry'
          ? pauseAfter(failures, backOff, random)
          : outcome === 'done'
            ? never
            : withJitter(outcome.afterMs, backOff.jitter, random);
      const dueAt = outcome === 'retry' ? now + pauseMs : Math.min(item.againAt, now + pauseMs);
      if (dueAt === never) items.delete(key);
      else items.set(key, { stage: 'delayed', dueAt, failures, againAt: never });
    },
    dueInMs: (now) => {
      const dueAt = inStage('delayed').reduce((least, [, item]) => Math.min(least, item.dueAt), never);
      return dueAt === never ? undefined : Math.max(0, dueAt - now);
    },
    depth: () => inStage('ready').length,
  };
}
