import { setTimeout as delay } from 'node:timers/promises';
import { type Cluster, type EventSubject, type PodEvent, subjectKey } from '../cluster/index.ts';
import { asPlexusError } from '../errors/index.ts';
import type { Report } from '../report/index.ts';

type Send = Cluster['recordEvent'];

export interface EventLimits {
  /** Events that may be sent at once; so many come back each second. */
  readonly burst: number;
  readonly perSecond: number;
  /** Above this the oldest Normal events are left out. */
  readonly waiting: number;
}
export interface EventQueue {
  /** Keeps an event for later and returns at once: no call waits for a message to people. */
  readonly recordEvent: Send;
  /** Sends what is kept, until the signal is aborted and the rest is sent or lastMs have passed. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

const usual: EventLimits = { burst: 100, perSecond: 10, waiting: 1000 };
const sendMs = 5000;
const lastMs = 3000;

/** Events written in the background, never faster than the limits allow: a failing node must not flood the API server. */
export function eventQueue(send: Send, report: Report, limits: EventLimits = usual): EventQueue {
  let waiting: { readonly subject: EventSubject; readonly event: PodEvent }[] = [];
  let wake = (): void => {};
  const bucket = tokenBucket(limits);
  const sendNext = async (signal: AbortSignal): Promise<void> => {
    const next = waiting.shift();
    if (next === undefined) return;
    await send(next.subject, next.event, AbortSignal.any([signal, AbortSignal.timeout(sendMs)])).catch((thrown: unknown) =>
      report({
        kind: 'warning',
        sandbox: '',
        text: `event ${next.event.reason} of ${subjectKey(next.subject)} was not written: ${asPlexusError(thrown).message}`,
      }),
    );
  };
  return {
    recordEvent: async (subject, event) => {
      waiting.push({ subject, event });
      if (waiting.length > limits.waiting) waiting = withoutOldest(waiting, report);
      wake();
    },
    run: async (signal) => {
      const never = new AbortController().signal;
      while (!signal.aborted) {
        if (waiting.length === 0) await Promise.race([new Promise<void>((resolve) => (wake = resolve)), untilAborted(signal)]);
        await bucket.take(signal);
        if (!signal.aborted) await sendNext(never);
      }
      const last = AbortSignal.timeout(lastMs);
      while (waiting.length > 0 && !last.aborted) await sendNext(last);
    },
  };
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

function withoutOldest<T extends { readonly event: PodEvent }>(waiting: readonly T[], report: Report): T[] {
  const index = Math.max(
    0,
    waiting.findIndex(({ event }) => event.type === 'Normal'),
  );
  report({ kind: 'warning', sandbox: '', text: `too many events at once: ${waiting[index]?.event.reason ?? 'one'} is left out` });
  return waiting.toSpliced(index, 1);
}

function tokenBucket({ burst, perSecond }: EventLimits): { readonly take: (signal: AbortSignal) => Promise<void> } {
  let tokens = burst;
  let filledAt = Date.now();
  return {
    take: async (signal) => {
      const now = Date.now();
      tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond);
      filledAt = now;
      if (tokens < 1) await delay(((1 - tokens) / perSecond) * 1000, undefined, { signal }).catch(() => {}); // the caller looks at the signal
      tokens -= 1;
    },
  };
}
