import { problemOf } from './as-plexus-error.ts';
import { diskFull, diskReadOnly, fileUnusable } from './kinds/index.ts';
import { PlexusError } from './known.ts';

/**
 * Creates the error of a failed file operation: diskFull or diskReadOnly if that is the reason, otherwise fileUnusable.
 * Returns the error of an operation within it unchanged, because that one names its own file and action.
 */
export function fileFailed(context: { readonly file: string; readonly action: string }, cause: unknown): PlexusError {
  if (cause instanceof PlexusError) return cause;
  const { code } = cause as NodeJS.ErrnoException;
  if (isOutOfSpace(cause)) return diskFull(context, { cause });
  if (code === 'EROFS') return diskReadOnly(context, { cause });
  return fileUnusable({ ...context, problem: problemOf(cause) }, { cause });
}

/** Whether an operation failed because the disk or its owner's quota is full. */
export const isOutOfSpace = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
