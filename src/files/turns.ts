/** Lets one work at a time; the others wait in the order in which they came. */
export interface Turns {
  /** Resolves with what gives the turn back. Rejects when the signal is aborted meanwhile. */
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
        resolve(); // those behind it wait for those before it only
        throw error;
      } finally {
        signal?.removeEventListener('abort', abort);
      }
    },
  };
}
