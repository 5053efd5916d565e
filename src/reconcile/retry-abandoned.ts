import { type AbandonedDeps, undoAbandoned } from '../attach/index.ts';
import { asPlexusError } from '../errors/index.ts';
import type { RecordKey } from '../journal/index.ts';
import { isAbandoned } from '../plan/index.ts';

/** When each sandbox is tried next, by a clock that nobody sets, and how often it has been. */
type Schedule = Map<string, { readonly at: number; readonly tries: number }>;

export interface RetryTiming {
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

const usual: RetryTiming = { firstPauseMs: 5000, longestPauseMs: 600_000 };

/**
 * Goes on with what DEL has given up: every sandbox by itself, after pauses that double. `deps` is undefined while
 * nobody on the host can run plugins. Returns of how many sandboxes something was abandoned before this round.
 */
export function abandonedRetrier(timing = usual) {
  const schedule: Schedule = new Map();
  let waiting = 0;
  return async (
    deps: AbandonedDeps | undefined,
    keys: () => Promise<readonly RecordKey[]>,
    onWaiting: (count: number) => void,
    signal: AbortSignal,
  ): Promise<number> => {
    const found = await keys();
    if (deps === undefined) {
      if (found.length !== waiting) onWaiting(found.length);
      waiting = found.length;
      return waiting;
    }
    waiting = 0;
    for (const key of found) await tryOne(key, { deps, schedule, timing }, signal);
    const names = found.map(nameOf);
    for (const name of schedule.keys()) if (!names.includes(name)) schedule.delete(name);
    return found.length;
  };
}

const nameOf = ({ containerId, ifName }: RecordKey): string => `${containerId}@${ifName}`;

interface Trying {
  readonly deps: AbandonedDeps;
  readonly schedule: Schedule;
  readonly timing: RetryTiming;
}

async function tryOne(key: RecordKey, { deps, schedule, timing }: Trying, signal: AbortSignal): Promise<void> {
  const name = nameOf(key);
  const { at, tries } = schedule.get(name) ?? { at: 0, tries: 0 };
  if (performance.now() < at || signal.aborted) return;
  const isDone = await undoAbandoned(key, deps, signal).catch((thrown: unknown) => {
    if (!signal.aborted) deps.report({ kind: 'problem', sandbox: key.containerId, error: asPlexusError(thrown) });
    return false;
  });
  if (isDone) schedule.delete(name);
  else
    schedule.set(name, {
      at: performance.now() + Math.min(timing.longestPauseMs, timing.firstPauseMs * 2 ** tries),
      tries: tries + 1,
    });
}

/** The sandboxes of a journal with abandoned attachments. */
export const abandonedIn = async (deps: Pick<AbandonedDeps, 'journal'>): Promise<readonly RecordKey[]> =>
  (
    await deps.journal.list(({ containerId, ifName, attachments }) =>
      attachments.some(isAbandoned) ? { containerId, ifName } : undefined,
    )
  ).found;
