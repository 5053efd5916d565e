/** Counts occurrences by name. */
export interface Tally {
  readonly count: (what: string) => void;
  /** Sorted by name. */
  readonly entries: () => readonly (readonly [string, number])[];
  readonly of: (what: string) => number;
}

export function makeTally(): Tally {
  const counts = new Map<string, number>();
  return {
    count: (what) => void counts.set(what, (counts.get(what) ?? 0) + 1),
    entries: () => [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    of: (what) => counts.get(what) ?? 0,
  };
}
