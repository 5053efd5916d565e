/** Mutual exclusion within this process, first come, first served. */
export interface Turns {
  /** Resolves with a function that ends the turn. Rejects if the signal is aborted while waiting. */
  readonly take: (signal?: AbortSignal) => Promise<() => void>;
}

export function createTurns(): Turns {
  let last: Promise<void> = Promise.resolve();
  return {
    take: async (signal) => {
      const before = last;
      const { promise, resolve } = Promise.withResolvers<void>();
      last = before.then(() => promise);
      const aborted = Promise.withResolvers<never>();
      const abort = (): void => aborted.reject(signal?.reason);
      signal?.addEventListener('abort', abort);
      if (signal?.aborted === true) abort();
      try {
        await Promise.race([before, aborted.promise]);
        return resolve;
      } catch (error) {
        resolve(); // Later waiters wait only for earlier ones.
        throw error;
      } finally {
        signal?.removeEventListener('abort', abort);
      }
    },
  };
}
