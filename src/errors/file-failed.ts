import { problemOf } from './as-plexus-error.ts';
import { diskFull, diskReadOnly, fileUnusable } from './kinds/index.ts';
import type { PlexusError } from './known.ts';

/** The error of an operation on a file: diskFull or diskReadOnly if that is the reason, else fileUnusable. */
export function fileFailed(context: { readonly file: string; readonly action: string }, cause: unknown): PlexusError {
  const { code } = cause as NodeJS.ErrnoException;
  if (isOutOfSpace(cause)) return diskFull(context, { cause });
  if (code === 'EROFS') return diskReadOnly(context, { cause });
  return fileUnusable({ ...context, problem: problemOf(cause) }, { cause });
}

/** Whether an operation failed because the disk or its owner's quota is full. */
export const isOutOfSpace = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
