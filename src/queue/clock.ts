/** The time, timers and randomness that a controller uses. */
export interface Clock {
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Calls `act` after that time, unless the returned function is called before. */
  readonly after: (ms: number, act: () => void) => () => void;
  /** A number from 0 to below 1. */
  readonly random: () => number;
}

// the longest that setTimeout can wait
const longestTimerMs = 2 ** 31 - 1;

/** The clock of this process. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, act) => {
    const timer = setTimeout(act, Math.min(ms, longestTimerMs));
    return () => clearTimeout(timer);
  },
  random: Math.random,
};
