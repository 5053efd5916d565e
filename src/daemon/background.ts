import type { WatchedCluster } from '../cluster/index.ts';
import { impatient } from '../journal/index.ts';
import { type Controller, type ControllerOptions, createController } from '../queue/index.ts';
import { abandonedWork, containerOf, publishWork } from '../reconcile/index.ts';
import type { Report } from '../report/index.ts';
import { deferredWork } from './deferred.ts';
import { fallbackWork } from './fallback.ts';
import type { DaemonState } from './state.ts';
import { reclaimController, sweepController } from './upkeep.ts';

/** The controllers of a daemon. Work can be added before they run. */
export interface Controllers {
  readonly status: Controller;
  readonly abandoned: Controller;
  readonly deferred: Controller;
  readonly reclaim: Controller;
  readonly unattached: Controller;
  readonly fallback: Controller;
}

type Limits = Pick<ControllerOptions, 'deadlineSeconds' | 'concurrency'>;
const jitter = 0.25;
// the call that wrote a record still holds its sandbox
const settleMs = 5000;
// the only key of controllers that work on the node as a whole
const nodeKey = 'node';

/** Creates controllers that do not run yet. */
export function createControllers(report: Report): Controllers {
  const make = (name: string, [firstMs, longestMs]: readonly [number, number], limits: Limits): Controller =>
    createController({ name, backOff: { firstMs, longestMs, jitter }, ...limits, sandboxOf: containerOf, report });
  return {
    status: make('network-status', [5000, 60_000], { deadlineSeconds: 30, concurrency: 4 }),
    abandoned: make('abandoned-attachments', [5000, 600_000], { deadlineSeconds: 600 }),
    deferred: make('deferred-calls', [2000, 300_000], { deadlineSeconds: 600, concurrency: 8 }),
    reclaim: make('reclaim', [1000, 60_000], { deadlineSeconds: 600 }),
    unattached: make('unattached-pods', [30_000, 300_000], { deadlineSeconds: 180 }),
    fallback: make('fallback', [5000, 60_000], { deadlineSeconds: 60 }),
  };
}

/** Returns a Report that wakes controllers on steps that create work for them or make a retry worthwhile. */
export const wakeOn =
  ({ status, abandoned }: Controllers): Report =>
  (step) => {
    if (step.kind === 'watch-state' && step.state === 'synced') status.wake();
    if (step.kind === 'abandoned' || (step.kind === 'reclaimed' && step.outcome === 'abandoned'))
      abandoned.relist(settleMs);
  };

/** Schedules the status of a sandbox to be published once the call that failed to publish it has ended. */
export const publishLater = ({ status }: Controllers, key: string): void => status.add(key, settleMs);

/** Notifies controllers that a host agent has connected or disconnected. */
export function agentChanged({ abandoned, deferred, reclaim }: Controllers, isConnected: boolean): void {
  abandoned.relist();
  deferred.relist();
  if (isConnected) reclaim.relist();
}

/** Runs all controllers until the signal is aborted. Each promise resolves when its controller has ended. */
export function runControllers(
  { status, abandoned, deferred, reclaim, unattached, fallback }: Controllers,
  { state, watched }: { readonly state: DaemonState; readonly watched: WatchedCluster | undefined },
  signal: AbortSignal,
): readonly Promise<void>[] {
  const { settings, journal, locks, report, cluster, context, agentDeps } = state;
  const publishDeps = () =>
    cluster && { settings: settings(), cluster, journal, report, now: Date.now, locks: impatient(locks) };
  const warnOfWaiting = (count: number): void => {
    const text = `abandoned attachments of ${count} sandboxes wait for the host agent (deploy/components/host-agent): only it can run plugins without the runtime`;
    report({ kind: 'warning', text });
  };
  const { cniDir } = settings();
  unattached.add(nodeKey);
  fallback.add(nodeKey);
  return [
    status.run(publishWork(publishDeps), signal),
    abandoned.run(abandonedWork(journal, agentDeps, warnOfWaiting), signal),
    deferred.run(deferredWork({ ...context, locks }), signal),
    reclaim.run(reclaimController(state), signal),
    unattached.run(sweepController(state), signal),
    fallback.run(fallbackWork({ watched, settings: () => context.options().settings, cniDir }), signal),
  ];
}
