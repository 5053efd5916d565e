/** A pseudo-random sequence that is the same for the same seed and stream. */
export interface Random {
  /** At least 0 and below 1. */
  readonly next: () => number;
  readonly chance: (probability: number) => boolean;
  /** An integer, both ends included. */
  readonly between: (low: number, high: number) => number;
  readonly pick: <T>(from: readonly [T, ...T[]]) => T;
}

/** Creates one stream of a seed. Every pod has its own stream, so that its faults do not depend on timing. */
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

/** For a pod with three networks of one kind and without faults. */
export const undisturbed = (wanted: string): Random => ({
  next: () => 0.999,
  chance: () => false,
  between: (_low, high) => high,
  pick: (from) => from.find((each) => each === wanted) ?? from[0],
});
