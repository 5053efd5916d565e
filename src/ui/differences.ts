import type { CollectionChange, PageChange, PageNetwork, PagePod, PageProblem, PageState } from './page-state.ts';

/** Keys that stay the same while an object changes; those of problems are their texts. */
export const podKeyOf = ({ namespace, name }: Pick<PagePod, 'namespace' | 'name'>): string => `${namespace}/${name}`;
export const networkKeyOf = ({ name }: Pick<PageNetwork, 'name'>): string => name;
export const problemKeyOf = ({ kind, text }: Pick<PageProblem, 'kind' | 'text'>): string => `${kind} ${text}`;

/** What must be sent to a page that shows the earlier state. */
export const changeBetween = (before: PageState, { pods, networks, found, ...head }: PageState): PageChange => ({
  ...head,
  pods: difference(before.pods, pods, podKeyOf),
  networks: difference(before.networks, networks, networkKeyOf),
  found: difference(before.found, found, problemKeyOf),
});

function difference<T>(before: readonly T[], after: readonly T[], keyOf: (item: T) => string): CollectionChange<T> {
  const known = new Map(before.map((item) => [keyOf(item), item]));
  const set: T[] = [];
  for (const item of after) {
    const key = keyOf(item);
    const earlier = known.get(key);
    if (earlier === undefined || JSON.stringify(earlier) !== JSON.stringify(item)) set.push(item);
    known.delete(key);
  }
  return { set, removed: [...known.keys()] };
}

/** The objects after a change. An unchanged collection is returned as it is. */
export function applied<T>(
  before: ReadonlyMap<string, T>,
  { set, removed }: CollectionChange<T>,
  keyOf: (item: T) => string,
): ReadonlyMap<string, T> {
  if (set.length === 0 && removed.length === 0) return before;
  const after = new Map(before);
  for (const key of removed) after.delete(key);
  for (const item of set) after.set(keyOf(item), item);
  return after;
}
