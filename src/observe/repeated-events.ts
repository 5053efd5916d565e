import { type EventSubject, type PodEvent, warningKey } from '../cluster/index.ts';
import { pauseAfter } from '../queue/index.ts';

/** An Event that happened again. */
export interface RepeatedEvent {
  readonly subject: EventSubject;
  readonly event: PodEvent;
}
/** Tracks which Warnings were reported, and how often each has happened since. */
export interface RepeatedEvents {
  /** Records an Event. Returns whether it was already reported; then it is only counted. */
  readonly countIfRepeated: (subject: EventSubject, event: PodEvent) => boolean;
  /** Repeated Events whose pause has ended, with their counts. */
  readonly due: () => readonly RepeatedEvent[];
  /** All repeated Events. */
  readonly all: () => readonly RepeatedEvent[];
  /** Milliseconds until one is due; undefined if none has happened again. */
  readonly dueInMs: () => number | undefined;
  readonly forget: (subject: EventSubject, event: PodEvent) => void;
}
interface Reported extends RepeatedEvent {
  times: number;
  dueAt: number;
  /** How often it has been counted in the API. */
  counts: number;
}

// The API server deletes Events after an hour, so older ones need not be remembered; the number is limited as well.
const mostReported = 1000;

export function repeatedEvents({
  repeatMs,
  longestRepeatMs,
}: {
  readonly repeatMs: number;
  readonly longestRepeatMs: number;
}): RepeatedEvents {
  const reported = new Map<string, Reported>(); // the one that happened longest ago comes first
  const backOff = { firstMs: repeatMs, longestMs: longestRepeatMs };
  const now = (): number => performance.now();
  const waiting = (): readonly Reported[] => [...reported.values()].filter(({ times }) => times > 0);
  const taken = (one: Reported): RepeatedEvent => {
    const repeats = one.times;
    one.times = 0;
    one.counts += 1;
    one.dueAt = now() + pauseAfter(one.counts + 1, backOff);
    return { subject: one.subject, event: { ...one.event, repeats } };
  };
  return {
    countIfRepeated: (subject, event) => {
      const key = warningKey(subject, event);
      const known = reported.get(key);
      reported.delete(key);
      reported.set(key, known ?? { subject, event, times: 0, dueAt: now() + repeatMs, counts: 0 });
      if (known !== undefined) known.times += 1;
      const [oldest] = reported.keys();
      if (reported.size > mostReported && oldest !== undefined) reported.delete(oldest);
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
    forget: (subject, event) => void reported.delete(warningKey(subject, event)),
  };
}
