import { setTimeout as delay } from 'node:timers/promises';
import { type Cluster, type EventSubject, type PodEvent, subjectKey } from '../cluster/index.ts';
import { asPlexusError } from '../errors/index.ts';
import type { Report } from '../report/index.ts';
import { repeatedEvents } from './repeated-events.ts';

type Send = Cluster['recordEvent'];

export interface EventLimits {
  /** Delay before the first of several Events, so that the call they describe is answered first. */
  readonly restMs?: number;
  /** Burst size; this many tokens are added per second. */
  readonly burst: number;
  readonly perSecond: number;
  /** Above this length, the oldest Normal events are dropped. */
  readonly waiting: number;
  /** First and longest delay before a repeated Warning is counted in the API. */
  readonly repeatMs: number;
  readonly longestRepeatMs: number;
}
export interface EventQueue {
  /** Queues an Event and returns at once, so that no call waits for it. */
  readonly recordEvent: Send;
  /** Sends queued Events until the signal is aborted; then until the queue is empty or lastMs have passed. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}
interface Waiting {
  readonly subject: EventSubject;
  readonly event: PodEvent;
}

// An abort ends the delay; the loop checks the signal.
const rest = ({ restMs }: EventLimits, signal: AbortSignal): Promise<void> =>
  restMs === undefined ? Promise.resolve() : delay(restMs, undefined, { signal }).catch(() => {});

const usual: EventLimits = {
  restMs: 100,
  burst: 100,
  perSecond: 10,
  waiting: 1000,
  repeatMs: 60_000,
  longestRepeatMs: 16 * 60_000,
};
const sendMs = 5000;
const lastMs = 3000;

/**
 * Writes Events in the background within rate limits, because a failing node must not flood the API server. The same
 * Warning of the same subject is written once. Repetitions are counted, with one request after a growing pause.
 */
export function eventQueue(send: Send, report: Report, limits: EventLimits = usual): EventQueue {
  let waiting: Waiting[] = [];
  let wake = (): void => {};
  const bucket = tokenBucket(limits);
  const repeated = repeatedEvents(limits);
  const sendNext = async (signal: AbortSignal): Promise<void> => {
    const next = waiting.shift();
    if (next === undefined) return;
    const { subject, event } = next;
    try {
      await send(subject, event, AbortSignal.any([signal, AbortSignal.timeout(sendMs)]));
      report({ kind: 'event-sent', outcome: event.repeats === undefined ? 'written' : 'counted' });
    } catch (thrown) {
      repeated.forget(subject, event); // The next one is written as a new Event.
      report({ kind: 'event-sent', outcome: 'failed' });
      report({
        kind: 'warning',
        text: `could not write Event ${event.reason} of ${subjectKey(subject)}: ${asPlexusError(thrown).message}`,
      });
    }
  };
  return {
    recordEvent: async (subject, event) => {
      if (event.type === 'Warning' && repeated.countIfRepeated(subject, event)) return;
      waiting.push({ subject, event });
      if (waiting.length > limits.waiting) waiting = withoutOldest(waiting, report);
      wake();
    },
    run: async (signal) => {
      const never = new AbortController().signal;
      while (!signal.aborted) {
        waiting.push(...repeated.due());
        if (waiting.length === 0) {
          await untilWork((resolve) => (wake = resolve), repeated.dueInMs(), signal);
          await rest(limits, signal);
        }
        await bucket.take(signal);
        if (!signal.aborted) await sendNext(never);
      }
      waiting.push(...repeated.all());
      const last = AbortSignal.timeout(lastMs);
      while (waiting.length > 0 && !last.aborted) await sendNext(last);
    },
  };
}

/** Waits until an Event is queued, a repeated Event is due, or the signal is aborted. */
async function untilWork(
  onWake: (resolve: () => void) => void,
  dueInMs: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const due =
    // The caller checks the signal.
    dueInMs === undefined ? untilAborted(either) : delay(dueInMs, undefined, { signal: either }).catch(() => {});
  await Promise.race([new Promise<void>(onWake), due]);
  over.abort();
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

function withoutOldest(waiting: readonly Waiting[], report: Report): Waiting[] {
  const index = Math.max(
    0,
    waiting.findIndex(({ event }) => event.type === 'Normal'),
  );
  report({ kind: 'event-sent', outcome: 'left-out' });
  report({
    kind: 'warning',
    text: `too many events at once: ${waiting[index]?.event.reason ?? 'one'} is dropped`,
  });
  return waiting.toSpliced(index, 1);
}

function tokenBucket({ burst, perSecond }: EventLimits): { readonly take: (signal: AbortSignal) => Promise<void> } {
  let tokens = burst;
  let filledAt = performance.now();
  return {
    take: async (signal) => {
      const now = performance.now();
      tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond);
      filledAt = now;
      // The caller checks the signal.
      if (tokens < 1) await delay(((1 - tokens) / perSecond) * 1000, undefined, { signal }).catch(() => {});
      tokens -= 1;
    },
  };
}
