import { lstatSync, unlinkSync } from 'node:fs';
import { fileFailed } from '../errors/index.ts';
import { shownPath } from './shown-path.ts';

/** Runs an operation on a file. If it fails, rejects with fileUnusable, which names the file and the action. */
export async function attemptFile<T>(action: string, path: string, operation: () => T | Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw fileFailed({ file: shownPath(path), action }, error);
  }
}

/** Whether an operation failed because its path leads to nothing. */
export const isAbsent = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');

/** Like attemptFile, but returns false if the path leads to nothing, and otherwise true. */
export const attemptIfPresent = (action: string, path: string, operation: () => void): Promise<boolean> =>
  attemptFile(action, path, () => {
    try {
      operation();
      return true;
    } catch (error) {
      if (isAbsent(error)) return false;
      throw error;
    }
  });

// Both run synchronously for the reason given in replace.ts.

/** Whether a path leads to anything, also to a link without a target. Rejects with fileUnusable. */
export const exists = (path: string): Promise<boolean> => attemptIfPresent('check', path, () => void lstatSync(path));

/** Removes a file; returns whether it existed. Node's own rm checks the file twice first. Rejects with fileUnusable. */
export const removeFile = (path: string): Promise<boolean> => attemptIfPresent('remove', path, () => unlinkSync(path));
