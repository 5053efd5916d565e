import type { Topology } from '../view/index.ts';

/** What the page gets: everything, each time. */
export interface PageState {
  /** Another number whenever something is another. */
  readonly revision: number;
  /** Address of the API server. */
  readonly cluster: string;
  /** The namespace it shows; absent for all. */
  readonly namespace?: string;
  /** Whether everything has been read once. */
  readonly complete: boolean;
  /** Why changes do not arrive now. */
  readonly problems: readonly string[];
  readonly topology: Topology;
}
