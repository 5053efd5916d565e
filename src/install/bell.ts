import { setTimeout as delay } from 'node:timers/promises';

/** Wakes a waiting loop. Rings while nobody waits are kept as one. */
export interface Bell {
  readonly ring: () => void;
  /** Resolves at the next ring, after `ms` milliseconds, or when the signal is aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

export function createBell(): Bell {
  let rung = false;
  let waiting: AbortController | undefined;
  return {
    ring: () => {
      rung = true;
      waiting?.abort();
    },
    wait: async (ms, signal) => {
      waiting = new AbortController();
      // An abort of either signal ends the wait; it is not an error.
      if (!rung) await delay(ms, undefined, { signal: AbortSignal.any([waiting.signal, signal]) }).catch(() => {});
      waiting = undefined;
      rung = false;
    },
  };
}
