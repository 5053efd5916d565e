import type { ClusterViews, OverviewScope } from '../cluster/index.ts';
import { type Topology, topologyOf } from '../view/index.ts';
import type { PageState } from './page-state.ts';

/** The content of the page, kept up to date. */
export interface LiveState {
  readonly current: () => PageState;
  /** Calls back once after a burst of changes; returns a function that ends the subscription. */
  readonly onChange: (listener: () => void) => () => void;
  /** Runs until the signal is aborted. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

// A rollout changes hundreds of pods in a second, faster than anyone can read.
const quietMs = 250;

export function liveState(cluster: ClusterViews, scope: OverviewScope): LiveState {
  const listeners = new Set<() => void>();
  let revision = 1;
  let made: { readonly revision: number; readonly topology: Topology } | undefined;
  let timer: NodeJS.Timeout | undefined;
  const watched = cluster.watch(scope, () => {
    revision++;
    timer ??= setTimeout(() => {
      timer = undefined;
      for (const listener of listeners) listener();
    }, quietMs);
  });
  const topology = (): Topology => {
    if (made?.revision !== revision) made = { revision, topology: topologyOf(watched.current()) };
    return made.topology;
  };
  return {
    current: () => ({
      revision,
      cluster: cluster.server,
      ...scope,
      ...watched.state(),
      notes: watched.current().notes,
      topology: topology(),
    }),
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    run: (signal) => watched.run(signal).finally(() => clearTimeout(timer)),
  };
}
