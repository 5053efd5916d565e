import type { Cluster } from '../cluster/index.ts';
import type { Host } from '../host/index.ts';
import type { Journal, SandboxLocks, UnattachedPods } from '../journal/index.ts';
import type { Settings } from '../plan/index.ts';
import type { Wake } from '../reconcile/index.ts';
import type { Report } from '../report/index.ts';
import type { CallContext } from './calls.ts';

/** What the parts of a daemon share. */
export interface DaemonParts {
  readonly settings: () => Settings;
  readonly journal: Journal;
  readonly locks: SandboxLocks;
  readonly report: Report;
  /** With Events that are sent in the background. */
  readonly cluster: Cluster | undefined;
  /** Who runs plugins for work that the daemon begins by itself. */
  readonly agent: { current: { readonly host: Host; readonly path: readonly string[] } | undefined };
  /** Whether the journal may hold a status that has not been written. */
  readonly pending: { maybe: boolean };
  /** Whether something in the journal may be abandoned. */
  readonly abandoned: { maybe: boolean };
  /** What the last sweep found. */
  readonly unattached: UnattachedPods;
  /** Rung when an agent connects: the loops that need one then work at once. */
  readonly wake: Wake;
  /** What a call is carried out with. */
  readonly context: CallContext;
}
