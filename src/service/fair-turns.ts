import { setImmediate as nextRound } from 'node:timers/promises';

/**
 * Schedules CPU-bound work round-robin between tenants (`of`), one piece at a time, so that a tenant with a long queue
 * does not delay the others. The event loop runs once between two pieces, so timers and connections are served. Work
 * starts at once while the queue is empty.
 */
export function fairTurns(
  pause: () => Promise<unknown> = () => nextRound(),
): <T>(of: string, work: () => T) => Promise<T> {
  // ordered by turn
  const waiting = new Map<string, (() => void)[]>();
  let isRunning = false;
  const takeTurn = (): boolean => {
    const [next] = waiting;
    if (next === undefined) return false;
    const [of, [work, ...others]] = next;
    waiting.delete(of);
    if (others.length > 0) waiting.set(of, others);
    work?.();
    return true;
  };
  const run = async (): Promise<void> => {
    isRunning = true;
    while (takeTurn()) await pause();
    isRunning = false;
  };
  return (of, work) => {
    const { promise, resolve, reject } = Promise.withResolvers<ReturnType<typeof work>>();
    const piece = (): void => {
      try {
        resolve(work());
      } catch (thrown) {
        reject(thrown);
      }
    };
    waiting.set(of, [...(waiting.get(of) ?? []), piece]);
    if (!isRunning) void run();
    return promise;
  };
}
