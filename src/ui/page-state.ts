import type { InstalledDaemons } from '../cluster/index.ts';
import type { RangeUse, TopologyNetwork, TopologyPod, TopologyProblem } from '../view/index.ts';

/** What the page needs to know besides the objects. */
export interface PageHead {
  /** Changes whenever any content changes. */
  readonly revision: number;
  /** Address of the API server. */
  readonly cluster: string;
  /** The shown namespace; absent for all. */
  readonly namespace?: string;
  /** Whether one list of everything has completed. */
  readonly complete: boolean;
  /** Why changes do not arrive at present. */
  readonly problems: readonly string[];
  /** The DaemonSets of Plexus; absent until they are known, and without the permission to list them. */
  readonly daemons?: readonly InstalledDaemons[];
  /** What is not shown for lack of permission. */
  readonly notes: readonly string[];
}
/** A pod without the indexes of its problems: each problem names its pods, and an index changes with every other one. */
export type PagePod = Omit<TopologyPod, 'problems'>;
export interface PageNetwork extends Omit<TopologyNetwork, 'problems'> {
  readonly ranges: readonly RangeUse[];
}
export type PageProblem = TopologyProblem;

/** The complete content of the page. */
export interface PageState extends PageHead {
  readonly pods: readonly PagePod[];
  readonly networks: readonly PageNetwork[];
  readonly found: readonly PageProblem[];
}
/** The objects that were added or changed, and the keys of those that were removed. */
export interface CollectionChange<T> {
  readonly set: readonly T[];
  readonly removed: readonly string[];
}
/** The difference between two states. Applying it twice has the same result. */
export interface PageChange extends PageHead {
  readonly pods: CollectionChange<PagePod>;
  readonly networks: CollectionChange<PageNetwork>;
  readonly found: CollectionChange<PageProblem>;
}

/** The configuration of one network, read when its page is opened. */
export type NetworkAnswer = { readonly config: string } | { readonly problem: string };

/** A Warning Event about a pod. */
export interface PageEvent {
  /** namespace/name */
  readonly pod: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  /** ISO 8601. */
  readonly lastAt?: string;
}
/** The Events of one network, newest first, read while its page is open. `more`: those that are left out. */
export type EventsAnswer =
  | { readonly events: readonly PageEvent[]; readonly more: number }
  | { readonly problem: string };
