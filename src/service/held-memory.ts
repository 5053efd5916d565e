import { type Turns, createTurns } from '../files/index.ts';

/** What one call holds in memory of values that others choose. */
export interface HeldMemory {
  /** Resolves at once unless the call holds much; then when no other call holds much. */
  readonly waitIf: (holdsMuch: boolean, signal: AbortSignal) => Promise<void>;
  /** Ends the turn of a call that held much. */
  readonly release: () => Promise<void>;
}

/**
 * Lets calls that hold much run one after the other, so that the memory of all together is bounded. A call takes its
 * turn after the lock of its sandbox, and takes no other lock after that.
 */
export function memoryHolder(turns: Turns = createTurns()): () => HeldMemory {
  return () => {
    let turn: Promise<() => void> | undefined;
    return {
      waitIf: async (holdsMuch, signal) => {
        if (holdsMuch) await (turn ??= turns.take(signal));
      },
      release: async () => (await turn?.catch(() => undefined))?.(),
    };
  };
}
