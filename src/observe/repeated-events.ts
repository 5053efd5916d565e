import { type EventSubject, type PodEvent, warningKey } from '../cluster/index.ts';
import { pauseAfter } from '../queue/index.ts';

/** An event that has happened again. */
export interface RepeatedEvent {
  readonly subject: EventSubject;
  readonly event: PodEvent;
}
/** Which Warnings have been told, and how often each has happened since. */
export interface RepeatedEvents {
  /** Whether this very event has been told: then it is counted. */
  readonly hasTold: (subject: EventSubject, event: PodEvent) => boolean;
  /** Those that have happened again and have waited for long enough, with how often. */
  readonly due: () => readonly RepeatedEvent[];
  /** All that have happened again. */
  readonly all: () => readonly RepeatedEvent[];
  /** Milliseconds until one is due; undefined: none has happened again. */
  readonly dueInMs: () => number | undefined;
  readonly forget: (subject: EventSubject, event: PodEvent) => void;
}
interface Told extends RepeatedEvent {
  times: number;
  dueAt: number;
  /** How often it has been counted in the API. */
  counts: number;
}

// the API server forgets Events after an hour, and so may we; those that are remembered are limited either way
const mostTold = 1000;

export function repeatedEvents({
  repeatMs,
  longestRepeatMs,
}: {
  readonly repeatMs: number;
  readonly longestRepeatMs: number;
}): RepeatedEvents {
  const told = new Map<string, Told>(); // the one that happened longest ago comes first
  const backOff = { firstMs: repeatMs, longestMs: longestRepeatMs };
  const now = (): number => performance.now();
  const waiting = (): readonly Told[] => [...told.values()].filter(({ times }) => times > 0);
  const taken = (one: Told): RepeatedEvent => {
    const repeats = one.times;
    one.times = 0;
    one.counts += 1;
    one.dueAt = now() + pauseAfter(one.counts + 1, backOff);
    return { subject: one.subject, event: { ...one.event, repeats } };
  };
  return {
    hasTold: (subject, event) => {
      const key = warningKey(subject, event);
      const known = told.get(key);
      told.delete(key);
      told.set(key, known ?? { subject, event, times: 0, dueAt: now() + repeatMs, counts: 0 });
      if (known !== undefined) known.times += 1;
      const [oldest] = told.keys();
      if (told.size > mostTold && oldest !== undefined) told.delete(oldest);
      return known !== undefined;
    },
    due: () =>
      waiting()
        .filter(({ dueAt }) => dueAt <= now())
        .map(taken),
    all: () => waiting().map(taken),
    dueInMs: () => {
      const times = waiting().map(({ dueAt }) => dueAt);
      return times.length === 0 ? undefined : Math.max(0, Math.min(...times) - now());
    },
    forget: (subject, event) => void told.delete(warningKey(subject, event)),
  };
}
