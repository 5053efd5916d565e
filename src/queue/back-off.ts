/** How pauses between retries grow. */
export interface BackOff {
  /** The pause after the first failure; it doubles with each further one. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** Largest share by which a pause is shortened at random, so that many nodes do not retry together. Default 0. */
  readonly jitter?: number;
}

// 2 ** 31 times the first pause is above every limit
const mostDoublings = 31;

/** The pause in ms after that many failures in a row. `random` returns a number from 0 to below 1. */
export function pauseAfter(
  failures: number,
  { firstMs, longestMs, jitter }: BackOff,
  random: () => number = Math.random,
): number {
  const doublings = Math.min(mostDoublings, Math.max(0, failures - 1));
  return withJitter(Math.min(longestMs, firstMs * 2 ** doublings), jitter, random);
}

/** A pause with jitter. */
export const withJitter = (ms: number, jitter = 0, random: () => number = Math.random): number =>
  jitter === 0 ? ms : ms * (1 - jitter * random());
