import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterViews, Overview, OverviewScope } from '../cluster/index.ts';
import { endOfWatch, reporter } from './watch.ts';

/** Changes that arrive within this time are shown together. */
const gatherMs = 200;

/**
 * Shows the pods and networks of a scope, and again after every change. Returns at the end of the watch. Rejects if the
 * cluster cannot be read at first.
 */
export async function watchOverview(
  cluster: ClusterViews,
  scope: OverviewScope,
  show: (overview: Overview) => void,
): Promise<void> {
  using end = endOfWatch();
  const { signal } = end;
  await cluster.probe(signal);
  let changed = Promise.withResolvers<void>();
  const watched = cluster.watch(scope, () => changed.resolve());
  const ended = watched.run(signal);
  const report = reporter();
  while (!signal.aborted) {
    await Promise.race([changed.promise, ended]);
    await delay(gatherMs, undefined, { signal }).catch(() => {}); // The loop ends.
    changed = Promise.withResolvers<void>();
    const { complete, problems } = watched.state();
    report(problems);
    if (complete && !signal.aborted) show(watched.current());
  }
  await ended;
}
