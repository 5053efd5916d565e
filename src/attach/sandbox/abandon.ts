import { isAbandoned } from '../../plan/index.ts';
import type { AttachDeps } from '../deps.ts';
import type { Undone } from './undo.ts';

/**
 * Marks an attachment as abandoned once its DEL has failed often or long enough (detachAttempts, detachSeconds). An
 * abandoned attachment no longer blocks the deletion of its pod.
 */
export const abandonedIfDue =
  ({ settings, now }: Pick<AttachDeps, 'settings' | 'now'>) =>
  (undone: Undone): Undone => {
    const { left } = undone;
    if (left.state !== 'detaching') return undone;
    const failingMs = now() - Date.parse(left.failingSince ?? '');
    const isDue = left.attempts >= settings.detachAttempts || failingMs >= settings.detachSeconds * 1000;
    return isDue ? abandoned(undone, now()) : undone;
  };

/** Marks an attachment as abandoned now, unless it already is. */
export const abandoned = (undone: Undone, now: number): Undone => {
  const { left } = undone;
  if (left.state !== 'detaching' || isAbandoned(left)) return undone;
  return { ...undone, left: { ...left, abandonedAt: new Date(now).toISOString() } };
};
