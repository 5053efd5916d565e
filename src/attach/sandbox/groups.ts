import type { Attachment } from '../../plan/index.ts';

/** Attachments that may be under way at the same time. */
export interface Group {
  /** By position in the record. */
  readonly indexes: readonly number[];
  readonly atMost: number;
}

// of networks that say so by themselves; the node's configuration may allow more
const usualAtMost = 8;

/**
 * The order in which attachments are made: the default network first and alone, the others one after the other, but
 * - with `concurrency` above 1 so many at a time,
 * - neighbours whose NADs all say that they may (plexus-cni.io/concurrent) together.
 * A chain that goes on with what others made (an auxiliary chain) is alone, after all before it.
 */
export function groupsOf(attachments: readonly Attachment[], concurrency: number): readonly Group[] {
  const groups: { indexes: number[]; atMost: number }[] = [];
  let isOpen = false;
  for (const [index, { isDefault, initialResult, concurrent }] of attachments.entries()) {
    const mayJoin = !isDefault && initialResult === undefined && (concurrency > 1 || concurrent === true);
    const last = groups.at(-1);
    if (mayJoin && isOpen && last !== undefined) last.indexes.push(index);
    else groups.push({ indexes: [index], atMost: concurrency > 1 ? concurrency : usualAtMost });
    isOpen = mayJoin;
  }
  return groups;
}

/**
 * Does the work for every member, as many at a time as the group allows, begun in order. The first failure stops those
 * that run and keeps the rest from beginning; it is what is thrown.
 */
export async function together(
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
