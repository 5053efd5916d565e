import { type EventSubject, type PodEvent, warningKey } from '../cluster/index.ts';

/** An Event that happened again. */
export interface RepeatedEvent {
  readonly subject: EventSubject;
  readonly event: PodEvent;
}
/** Tracks which Warnings were reported, and how often each has happened since. */
export interface RepeatedEvents {
  /** Whether this Event was already reported; then it is only counted. */
  readonly hasTold: (subject: EventSubject, event: PodEvent) => boolean;
  /** Repeated Events whose pause has ended, with their counts. */
  readonly due: () => readonly RepeatedEvent[];
  /** All repeated Events. */
  readonly all: () => readonly RepeatedEvent[];
  /** Milliseconds until one is due; undefined if none has happened again. */
  readonly dueInMs: () => number | undefined;
  readonly forget: (subject: EventSubject, event: PodEvent) => void;
}
interface Told extends RepeatedEvent {
  times: number;
  dueAt: number;
  pauseMs: number;
}

// The API server deletes Events after an hour, so older ones need not be remembered; the number is limited as well.
const mostTold = 1000;

export function repeatedEvents({
  repeatMs,
  longestRepeatMs,
}: {
  readonly repeatMs: number;
  readonly longestRepeatMs: number;
}): RepeatedEvents {
  const told = new Map<string, Told>(); // Ordered by their last occurrence, oldest first.
  const now = (): number => performance.now();
  const waiting = (): readonly Told[] => [...told.values()].filter(({ times }) => times > 0);
  const taken = (one: Told): RepeatedEvent => {
    const repeats = one.times;
    one.times = 0;
    one.pauseMs = Math.min(longestRepeatMs, one.pauseMs * 2);
    one.dueAt = now() + one.pauseMs;
    return { subject: one.subject, event: { ...one.event, repeats } };
  };
  return {
    hasTold: (subject, event) => {
      const key = warningKey(subject, event);
      const known = told.get(key);
      told.delete(key);
      told.set(key, known ?? { subject, event, times: 0, dueAt: now() + repeatMs, pauseMs: repeatMs });
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
