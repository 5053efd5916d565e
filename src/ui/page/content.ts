import type { ProblemSeverity } from '../../view/index.ts';
import { applied, networkKeyOf, podKeyOf, problemKeyOf } from '../differences.ts';
import type { PageChange, PageHead, PageNetwork, PagePod, PageProblem, PageState } from '../page-state.ts';

/** The cluster, as the page knows it. */
export interface Content {
  readonly head: PageHead;
  readonly pods: ReadonlyMap<string, PagePod>;
  readonly networks: ReadonlyMap<string, PageNetwork>;
  /** By their short identifiers, errors first. */
  readonly problems: ReadonlyMap<string, PageProblem>;
  readonly problemsOfPod: ReadonlyMap<string, readonly PageProblem[]>;
  readonly problemsOfNetwork: ReadonlyMap<string, readonly PageProblem[]>;
}

export function contentOf({ pods, networks, found, ...head }: PageState): Content {
  const all = (items: readonly PageProblem[]): ReadonlyMap<string, PageProblem> =>
    new Map(items.map((item) => [problemKeyOf(item), item]));
  return complete(
    head,
    new Map(pods.map((pod) => [podKeyOf(pod), pod])),
    new Map(networks.map((network) => [networkKeyOf(network), network])),
    all(found),
  );
}

export function changed(before: Content, { pods, networks, found, ...head }: PageChange): Content {
  const known = new Map([...before.problems.values()].map((problem) => [problemKeyOf(problem), problem]));
  return complete(
    head,
    sorted(applied(before.pods, pods, podKeyOf)),
    sorted(applied(before.networks, networks, networkKeyOf)),
    applied(known, found, problemKeyOf),
  );
}

// A new object is added at the end.
const sorted = <T>(map: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
  new Map([...map].toSorted(([a], [b]) => (a < b ? -1 : 1)));

function complete(
  head: PageHead,
  pods: Content['pods'],
  networks: Content['networks'],
  found: ReadonlyMap<string, PageProblem>,
): Content {
  const problems = [...found.values()].toSorted(
    (a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'),
  );
  return {
    head,
    pods,
    networks,
    problems: new Map(problems.map((problem) => [problemId(problem), problem])),
    problemsOfPod: grouped(problems, ({ pods: named }) => named),
    problemsOfNetwork: grouped(problems, ({ network }) => (network === undefined ? [] : [network])),
  };
}

function grouped<T>(items: readonly T[], keysOf: (item: T) => readonly string[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items)
    for (const key of keysOf(item)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [item]);
      else group.push(item);
    }
  return groups;
}

/** Short enough for an address (FNV-1a over kind and text). */
export function problemId(problem: Pick<PageProblem, 'kind' | 'text'>): string {
  let hash = 0x811c9dc5;
  for (const each of problemKeyOf(problem)) hash = Math.imul(hash ^ (each.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
}

/** The worst severity among some problems. */
export const worstOf = (problems: readonly PageProblem[] | undefined): ProblemSeverity | undefined =>
  problems?.some(({ severity }) => severity === 'error') ? 'error' : problems?.[0]?.severity;
