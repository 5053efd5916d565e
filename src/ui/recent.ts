import { problemOf } from '../errors/index.ts';
import type { Timeline } from '../view/index.ts';

/** What the daemon that can be asked from here remembers of a pod. */
export interface Recent {
  /** Name of its node, where it knows it. */
  readonly node?: string;
  /** The newest last. */
  readonly operations: readonly Timeline[];
}
/** The same for the page, or why there is none. */
export type RecentAnswer = Recent | { readonly problem: string };

export const recentAnswer = (recent: Promise<Recent>): Promise<RecentAnswer> =>
  recent.catch((error: unknown) => ({ problem: shortly(error) }));

// the page itself says what could not be done: why is enough
const shortly = (error: unknown): string => problemOf((error instanceof Error ? error.cause : undefined) ?? error);
