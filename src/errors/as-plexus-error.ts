import { internal } from './kinds/index.ts';
import { PlexusError } from './known.ts';

/** Returns a PlexusError unchanged; wraps any other error in an internal error with that error as its cause. */
export const asPlexusError = (error: unknown): PlexusError =>
  error instanceof PlexusError ? error : internal({ problem: problemOf(error) }, { cause: error });

/** Describes any thrown value in one line. For an error that combines several errors, describes each of them. */
export function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : (JSON.stringify(error) ?? 'unknown');
  return [error.message, ...combinedIn(error).map(problemOf)].filter((text) => text !== '').join('; ');
}

const mostCombined = 8;

/** Returns the first few errors that an AggregateError or a SuppressedError combines; none for any other error. */
export function combinedIn(error: Error): readonly unknown[] {
  if ('suppressed' in error && 'error' in error) return [error.error, error.suppressed];
  return 'errors' in error && Array.isArray(error.errors) ? error.errors.slice(0, mostCombined) : [];
}
