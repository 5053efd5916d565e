import type { AttachmentRecord } from '../plan/index.ts';
import type { AttachDeps } from './deps.ts';

/**
 * An attachment that could not be undone for long enough (detachAttempts, detachSeconds) no longer holds its pod back.
 */
export function abandonedIfDue(
  entry: AttachmentRecord,
  { settings, now }: Pick<AttachDeps, 'settings' | 'now'>,
): AttachmentRecord {
  if (entry.state !== 'detaching' || entry.abandonedAt !== undefined) return entry;
  const failingMs = now() - Date.parse(entry.failingSince ?? '');
  const isDue = entry.attempts >= settings.detachAttempts || failingMs >= settings.detachSeconds * 1000;
  return isDue ? { ...entry, abandonedAt: new Date(now()).toISOString() } : entry;
}
