import { setTimeout as delay } from 'node:timers/promises';

/** Wakes a loop that waits. A ring while nobody waits is kept, any number of them as one. */
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
      // an abort of either is the end of the wait, not an error
      if (!rung) await delay(ms, undefined, { signal: AbortSignal.any([waiting.signal, signal]) }).catch(() => {});
      waiting = undefined;
      rung = false;
    },
  };
}
