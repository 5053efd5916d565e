import type { Topology } from '../view/index.ts';

/** The complete state that the page receives each time. */
export interface PageState {
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
  /** What is not shown for lack of permission. */
  readonly notes: readonly string[];
  readonly topology: Topology;
}
