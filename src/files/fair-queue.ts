import { type Turns, createTurns } from './turns.ts';

/**
 * Runs long asynchronous work one piece at a time. Of each tenant (`of`), only one piece at a time waits among those of
 * all tenants, so tenants get turns alternately. Rejects if the signal is aborted before the work starts.
 */
export function fairQueue(): <T>(of: string, work: () => Promise<T>, signal: AbortSignal) => Promise<T> {
  const all = createTurns();
  const tenants = new Map<string, { readonly turns: Turns; pieces: number }>();
  return async (of, work, signal) => {
    const tenant = tenants.get(of) ?? { turns: createTurns(), pieces: 0 };
    tenants.set(of, tenant);
    tenant.pieces++;
    try {
      const endOwn = await tenant.turns.take(signal);
      try {
        const end = await all.take(signal);
        try {
          return await work();
        } finally {
          end();
        }
      } finally {
        endOwn();
      }
    } finally {
      if (--tenant.pieces === 0) tenants.delete(of);
    }
  };
}
