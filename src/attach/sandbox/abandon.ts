import { isAbandoned } from '../../plan/index.ts';
import type { AttachDeps } from '../deps.ts';
import type { Undone } from './undo.ts';

/**
 * An attachment that could not be undone for long enough (detachAttempts, detachSeconds) no longer holds its pod back.
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

/** The same, abandoned now unless it is already. */
export const abandoned = (undone: Undone, now: number): Undone => {
  const { left } = undone;
  if (left.state !== 'detaching' || isAbandoned(left)) return undone;
  return { ...undone, left: { ...left, abandonedAt: new Date(now).toISOString() } };
};
