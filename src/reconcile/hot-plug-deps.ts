import type { FollowDeps } from '../attach/index.ts';
import type { Cluster, PodState, PodWatch } from '../cluster/index.ts';
import type { Journal } from '../journal/index.ts';
import type { Settings } from '../plan/index.ts';
import type { Report } from '../report/index.ts';

/** The dependencies of the controller. */
export interface HotPlugDeps {
  readonly journal: Journal;
  readonly cluster: Cluster;
  readonly pods: PodWatch;
  readonly settings: () => Settings;
  readonly report: Report;
  /** What changes a sandbox; undefined without a host agent. `release` ends what the change holds in memory. */
  readonly followDeps: (
    report: Report,
  ) => (Omit<FollowDeps, 'publish'> & { readonly release: () => Promise<void> }) | undefined;
  /** Runs the change of a sandbox with a signal that the runtime's DEL aborts. */
  readonly cancellable: <T>(
    containerId: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ) => Promise<T>;
}

/** Whether a pod has ended. */
export const hasEnded = ({ phase }: PodState): boolean => phase === 'Succeeded' || phase === 'Failed';
