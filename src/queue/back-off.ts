/** How pauses between retries grow. */
export interface BackOff {
  /** The pause after the first failure. It doubles with each further failure. */
  readonly firstMs: number;
  readonly longestMs: number;
  /**
   * The largest share by which a pause is shortened at random, so that nodes do not all retry at the same time. Default
   * 0.
   */
  readonly jitter?: number;
}

// 2 ** 31 times the first pause exceeds every limit
const maxDoublings = 31;

/** Returns the pause in ms after that many consecutive failures. `random` returns a number in [0, 1). */
export function pauseAfter(
  failures: number,
  { firstMs, longestMs, jitter }: BackOff,
  random: () => number = Math.random,
): number {
  const doublings = Math.min(maxDoublings, Math.max(0, failures - 1));
  return withJitter(Math.min(longestMs, firstMs * 2 ** doublings), jitter, random);
}

/** Returns a pause shortened by jitter. */
export const withJitter = (ms: number, jitter = 0, random: () => number = Math.random): number =>
  jitter === 0 ? ms : ms * (1 - jitter * random());
