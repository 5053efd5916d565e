/** The time, timers and randomness that a controller uses. */
export interface Clock {
  /** Returns milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Calls `act` after that time, unless the returned function is called before. */
  readonly after: (ms: number, act: () => void) => () => void;
  /** Returns a number in [0, 1). */
  readonly random: () => number;
}

// the longest delay of setTimeout
const longestTimerMs = 2 ** 31 - 1;

/** The real clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, act) => {
    const timer = setTimeout(act, Math.min(ms, longestTimerMs));
    return () => clearTimeout(timer);
  },
  random: Math.random,
};
