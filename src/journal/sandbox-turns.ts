/** What a turn covers: one sandbox, or all of them. */
export type TurnOf = { readonly sandbox: string } | 'all';

/** An operation that has or awaits a turn. */
export interface TurnHolder {
  readonly of: TurnOf;
  readonly command: string;
}

interface Waiting extends TurnHolder {
  readonly begin: (release: () => void) => void;
}

/**
 * Mutual exclusion of the operations of one process: one at a time for each sandbox, and one for all while no other has
 * a turn. In order of arrival: no later operation overtakes one that waits for all.
 */
export interface SandboxTurns {
  /**
   * Resolves with the function that ends the turn. If another operation has to end first, calls `onBusy` with it.
   * Rejects with the signal's reason.
   */
  readonly acquire: (
    holder: TurnHolder,
    onBusy: ((holder: TurnHolder) => void) | undefined,
    signal: AbortSignal,
  ) => Promise<() => void>;
}

/** Turns in memory. */
export function sandboxTurns(): SandboxTurns {
  const holders = new Set<TurnHolder>();
  const queue: Waiting[] = [];
  const advance = (): void => {
    for (const next of queue.slice()) {
      const before = queue.slice(0, queue.indexOf(next));
      if ([...holders, ...before].some((other) => excludes(other.of, next.of))) continue;
      queue.splice(queue.indexOf(next), 1);
      begin(next);
    }
  };
  const begin = (next: Waiting): void => {
    const holder: TurnHolder = next;
    holders.add(holder);
    next.begin(() => {
      if (holders.delete(holder)) advance();
    });
  };
  return {
    acquire: async (holder, onBusy, signal) => {
      signal.throwIfAborted();
      const turn = Promise.withResolvers<() => void>();
      const waiting: Waiting = { ...holder, begin: turn.resolve };
      queue.push(waiting);
      advance();
      const blocking = queue.includes(waiting)
        ? [...holders, ...queue].find((other) => other !== waiting && excludes(other.of, waiting.of))
        : undefined;
      if (blocking !== undefined) onBusy?.(blocking);
      const leave = (): void => {
        const index = queue.indexOf(waiting);
        if (index < 0) return;
        queue.splice(index, 1);
        turn.reject(signal.reason);
        advance();
      };
      signal.addEventListener('abort', leave, { once: true });
      if (signal.aborted) leave(); // onBusy may abort the signal.
      try {
        return await turn.promise;
      } finally {
        signal.removeEventListener('abort', leave);
      }
    },
  };
}

const excludes = (one: TurnOf, other: TurnOf): boolean =>
  one === 'all' || other === 'all' || one.sandbox === other.sandbox;
