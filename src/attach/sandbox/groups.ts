import type { Attachment } from '../../plan/index.ts';

/** Attachments that may be attached concurrently. */
export interface Group {
  /** Positions in the record. */
  readonly indexes: readonly number[];
  readonly atMost: number;
}

// limit for networks whose NADs allow concurrency; the node's configuration may raise it
const defaultAtMost = 8;

/**
 * Returns the order in which attachments are made. The default network is first and alone. The others follow one by
 * one, except that
 * - with `concurrency` above 1, up to that many run at a time;
 * - neighbours whose NADs all allow it (plexus-cni.io/concurrent) run at the same time.
 * An auxiliary chain, which continues from the results of others, runs alone after all that precede it.
 */
export function groupsOf(attachments: readonly Attachment[], concurrency: number): readonly Group[] {
  const groups: { indexes: number[]; atMost: number }[] = [];
  let isOpen = false;
  for (const [index, { isDefault, initialResult, concurrent }] of attachments.entries()) {
    const mayJoin = !isDefault && initialResult === undefined && (concurrency > 1 || concurrent === true);
    const last = groups.at(-1);
    if (mayJoin && isOpen && last !== undefined) last.indexes.push(index);
    else groups.push({ indexes: [index], atMost: concurrency > 1 ? concurrency : defaultAtMost });
    isOpen = mayJoin;
  }
  return groups;
}

/**
 * Runs `work` for every member in order, at most `group.atMost` at a time. The first failure aborts the running
 * members, prevents the others from starting, and is thrown.
 */
export async function runGroup(
  group: Group,
  work: (index: number, signal: AbortSignal) => Promise<void>,
  outer: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([outer, stop.signal]);
  const waiting = [...group.indexes];
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    while (failures.length === 0) {
      const index = waiting.shift();
      if (index === undefined) return;
      try {
        await work(index, signal);
      } catch (thrown) {
        failures.push(thrown);
        stop.abort(thrown);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(group.atMost, waiting.length) }, worker));
  if (failures.length > 0) throw failures[0];
}
