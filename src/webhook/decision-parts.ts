import type { Policy } from './options.ts';
import type { Sources } from './sources.ts';

/** What decisions depend on, and how they share the thread. */
export interface DecisionParts {
  readonly sources: Sources;
  readonly policy: Policy;
  /** Runs work when it is the turn of a namespace. */
  readonly turn: <T>(namespace: string, work: () => T) => Promise<T>;
  /** Decides about requests with heavy networks one after the other, alternately for namespaces. */
  readonly heavy: <T>(namespace: string, work: () => Promise<T>, signal: AbortSignal) => Promise<T>;
}

/** Work on a request that timed out while it waited for its turn is not done. */
export const turnsOf =
  (namespace: string, { turn }: Pick<DecisionParts, 'turn'>, signal: AbortSignal) =>
  async <T>(work: () => T): Promise<T> =>
    turn(namespace, () => {
      signal.throwIfAborted();
      return work();
    });
