import { setTimeout as delay } from 'node:timers/promises';
import { problemOf } from '../errors/index.ts';
import type { ClusterViews, InstalledDaemons, Overview, OverviewScope } from '../cluster/index.ts';
import { type Topology, rangeUses, topologyOf } from '../view/index.ts';
import { changeBetween } from './differences.ts';
import type { PageChange, PageState } from './page-state.ts';

/** The content of the page, kept up to date. */
export interface LiveState {
  readonly current: () => PageState;
  readonly overview: () => Overview;
  /** Calls back with the difference after a burst of changes; returns a function that ends the subscription. */
  readonly onChange: (listener: (change: PageChange) => void) => () => void;
  /** Runs until the signal is aborted. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

// A rollout changes hundreds of pods in a second, faster than anyone can read.
const quietMs = 250;
// A silent connection looks like a quiet cluster: a watch notices it only after minutes. Two probes stay below the ten
// seconds within which the page marks old data.
const [probeMs, probeTimeoutMs] = [1000, 3500];
// One failure may be a moment in which this machine was busy.
const failuresToReport = 2;
const daemonsMs = 10_000;

export function liveState(cluster: ClusterViews, scope: OverviewScope): LiveState {
  const listeners = new Set<(change: PageChange) => void>();
  let revision = 1;
  let unreachable: string | undefined;
  let daemons: readonly InstalledDaemons[] | undefined;
  let made: PageState | undefined;
  /** What all listeners know. */
  let sent: PageState | undefined;
  let timer: NodeJS.Timeout | undefined;
  const changed = (): void => {
    revision++;
    timer ??= setTimeout(() => {
      timer = undefined;
      if (listeners.size === 0) return;
      const [before, after] = [sent ?? current(), current()];
      sent = after;
      const change = changeBetween(before, after);
      for (const listener of listeners) listener(change);
    }, quietMs);
  };
  const watched = cluster.watch(scope, changed);
  const current = (): PageState => {
    if (made?.revision === revision) return made;
    const overview = watched.current();
    const { problems, ...state } = watched.state();
    const head = {
      revision,
      cluster: cluster.server,
      ...scope,
      ...state,
      ...(daemons !== undefined && { daemons }),
      notes: overview.notes,
    };
    made = {
      ...head,
      problems: [...problems, ...(problems.length > 0 || unreachable === undefined ? [] : [unreachable])],
      ...contentOf(topologyOf(overview), overview),
    };
    return made;
  };
  const onReachable = (problem: string | undefined): void => {
    const isNew = problem !== unreachable;
    unreachable = problem;
    if (isNew) changed();
  };
  const onDaemons = (found: readonly InstalledDaemons[] | undefined): void => {
    const isNew = JSON.stringify(found) !== JSON.stringify(daemons);
    daemons = found;
    if (isNew) changed();
  };
  return {
    current,
    overview: () => watched.current(),
    onChange: (listener) => {
      // Without listeners, nothing was compared meanwhile.
      if (listeners.size === 0) sent = current();
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    run: async (signal) => {
      const background = [probe(cluster, onReachable, signal), readDaemons(cluster, onDaemons, signal)];
      await Promise.all([watched.run(signal), ...background]);
      clearTimeout(timer);
    },
  };
}

/** Reports why the API server does not answer, and undefined once it does. */
async function probe(
  cluster: ClusterViews,
  report: (problem: string | undefined) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 0; !signal.aborted;) {
    const problem = await cluster
      .probe(AbortSignal.any([signal, AbortSignal.timeout(probeTimeoutMs)]))
      .then(() => undefined, problemOf);
    failures = problem === undefined ? 0 : failures + 1;
    if (!signal.aborted) report(failures < failuresToReport ? undefined : problem);
    await delay(probeMs, undefined, { signal }).catch(() => {});
  }
}

async function readDaemons(
  cluster: ClusterViews,
  report: (found: readonly InstalledDaemons[] | undefined) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    // A failure changes nothing here: the probe reports it.
    await cluster.daemons(signal).then(report, () => {});
    await delay(daemonsMs, undefined, { signal }).catch(() => {});
  }
}

function contentOf(topology: Topology, { nads }: Overview): Pick<PageState, 'pods' | 'networks' | 'found'> {
  const ranges = rangeUses(nads, topology);
  return {
    pods: topology.pods.map(withoutIndexes),
    networks: topology.networks.map((network) => ({
      ...withoutIndexes(network),
      ranges: ranges.get(network.name) ?? [],
    })),
    found: topology.problems,
  };
}

function withoutIndexes<T extends { readonly problems: readonly number[] }>(item: T): Omit<T, 'problems'> {
  const { problems, ...rest } = item;
  void problems;
  return rest;
}
