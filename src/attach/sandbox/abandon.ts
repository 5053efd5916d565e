import { isAbandoned } from '../../plan/index.ts';
import type { AttachDeps } from '../deps.ts';
import type { UndoFailure } from './undo.ts';

/**
 * Marks an attachment as abandoned once its DEL has failed often or long enough (detachAttempts, detachSeconds). An
 * abandoned attachment no longer blocks the deletion of its pod.
 */
export const abandonedIfDue =
  ({ settings, now }: Pick<AttachDeps, 'settings' | 'now'>) =>
  (failure: UndoFailure): UndoFailure => {
    const { entry } = failure;
    if (entry.state !== 'detaching') return failure;
    const failingMs = now() - Date.parse(entry.failingSince ?? '');
    const isDue = entry.attempts >= settings.detachAttempts || failingMs >= settings.detachSeconds * 1000;
    return isDue ? abandoned(failure, now()) : failure;
  };

/** Marks an attachment as abandoned now, unless it already is. */
export const abandoned = (failure: UndoFailure, now: number): UndoFailure => {
  const { entry } = failure;
  if (entry.state !== 'detaching' || isAbandoned(entry)) return failure;
  return { ...failure, entry: { ...entry, abandonedAt: new Date(now).toISOString() } };
};
