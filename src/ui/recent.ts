import { problemOf } from '../errors/index.ts';
import type { Timeline } from '../view/index.ts';

/** The recent operations of a pod, from the daemon that is reachable from here. */
export interface PodOperations {
  /** Name of the daemon's node, if the daemon knows it. */
  readonly node?: string;
  /** Newest last. */
  readonly operations: readonly Timeline[];
}
/** The recent operations for the page, or why there are none. */
export type RecentAnswer = PodOperations | { readonly problem: string };

export const recentAnswer = (recent: Promise<PodOperations>): Promise<RecentAnswer> =>
  recent.catch((error: unknown) => ({ problem: shortReason(error) }));

// The page itself states what failed, so the reason is enough.
const shortReason = (error: unknown): string => problemOf((error instanceof Error ? error.cause : undefined) ?? error);
