import { internal } from './kinds/index.ts';
import { PlexusError } from './known.ts';

/** The error itself if it is ours, else an internal error that keeps it as its cause. */
export const asPlexusError = (error: unknown): PlexusError =>
  error instanceof PlexusError ? error : internal({ problem: problemOf(error) }, { cause: error });

/**
 * One line that states what failed, for any thrown value. For an error that combines several, what each of them states.
 */
export function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : (JSON.stringify(error) ?? 'unknown');
  return [error.message, ...combinedIn(error).map(problemOf)].filter((text) => text !== '').join('; ');
}

const mostCombined = 8;

/** The errors that an AggregateError or a SuppressedError combines, the first few; none for any other error. */
export function combinedIn(error: Error): readonly unknown[] {
  if ('suppressed' in error && 'error' in error) return [error.error, error.suppressed];
  return 'errors' in error && Array.isArray(error.errors) ? error.errors.slice(0, mostCombined) : [];
}
