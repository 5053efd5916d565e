import { setTimeout as delay } from 'node:timers/promises';
import { asPlexusError } from '../errors/index.ts';
import type { Report } from '../report/index.ts';

export interface LoopOptions {
  readonly intervalMs: number | (() => number);
  /** After failures the pause doubles up to this. */
  readonly longestMs: number;
  readonly report: Report;
  /** Ends a pause early. */
  readonly wake?: Wake;
}
/** Ends the pauses of all loops that wait for it. A loop that works at that moment does not notice. */
export interface Wake {
  readonly ring: () => void;
  /** Resolves at the next ring, after `ms` milliseconds, or when the signal is aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

export function createWake(): Wake {
  let next = new AbortController();
  return {
    ring: () => {
      next.abort();
      next = new AbortController();
    },
    // an abort of either is the end of the wait, not an error
    wait: (ms, signal) => delay(ms, undefined, { signal: AbortSignal.any([next.signal, signal]) }).catch(() => {}),
  };
}

/**
 * Runs `work` again and again until the signal is aborted: after each run a pause with jitter, longer after failures,
 * which are reported.
 */
export async function everySoOften(
  { intervalMs, longestMs, report, wake = createWake() }: LoopOptions,
  work: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 0; !signal.aborted;) {
    try {
      await work();
      failures = 0;
    } catch (thrown) {
      if (signal.aborted) return;
      failures++;
      report({ kind: 'problem', sandbox: '', error: asPlexusError(thrown) });
    }
    const usual = typeof intervalMs === 'number' ? intervalMs : intervalMs();
    const pause = Math.min(longestMs, usual * 2 ** Math.min(failures, 16)) * (0.75 + Math.random() / 2);
    await wake.wait(pause, signal);
  }
}

/** Whether there may be work, and when it was looked for last (of a clock that nobody sets). */
interface Maybe {
  maybe: boolean;
  lookedAt?: number;
}
const usualLookMs = 30_000;

/**
 * Does work that there may be; when it fails there still is. What comes while it runs is for the next time. Now and
 * then it is done without any word of it: direct mode in the daemon's place may come to its end, and leave some, when
 * the daemon is back already.
 */
export async function ifMaybe(flag: Maybe, work: () => Promise<void>, lookMs = usualLookMs): Promise<void> {
  if (!flag.maybe && flag.lookedAt !== undefined && performance.now() - flag.lookedAt < lookMs) return;
  flag.maybe = false;
  flag.lookedAt = performance.now();
  try {
    await work();
  } catch (thrown) {
    flag.maybe = true;
    throw thrown;
  }
}
