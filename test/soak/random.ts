/** Numbers that look random and are the same for the same seed and stream. */
export interface Random {
  /** From 0, below 1. */
  readonly next: () => number;
  readonly chance: (probability: number) => boolean;
  /** Whole, both ends included. */
  readonly between: (low: number, high: number) => number;
  readonly pick: <T>(from: readonly [T, ...T[]]) => T;
}

/** One stream of a seed; every pod has its own, so that what happens to it does not depend on who was faster. */
export function seeded(seed: number, stream = 0): Random {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b)) >>> 0;
  // mulberry32
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between: Random['between'] = (low, high) => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    chance: (probability) => next() < probability,
    between,
    pick: (from) => from[between(0, from.length - 1)] ?? from[0],
  };
}

/** For a pod with three networks of one kind, to which nothing happens. */
export const undisturbed = (wanted: string): Random => ({
  next: () => 0.999,
  chance: () => false,
  between: (_low, high) => high,
  pick: (from) => from.find((each) => each === wanted) ?? from[0],
});
