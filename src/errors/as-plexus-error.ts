import { internal } from './kinds/index.ts';
import { PlexusError } from './known.ts';

/** The error itself if it is ours, else an internal error that keeps it as its cause. */
export const asPlexusError = (error: unknown): PlexusError =>
  error instanceof PlexusError ? error : internal({ problem: problemOf(error) }, { cause: error });

/** One line that says what went wrong, for any thrown value. */
export const problemOf = (error: unknown): string =>
  error instanceof Error ? error.message : typeof error === 'string' ? error : (JSON.stringify(error) ?? 'unknown');
