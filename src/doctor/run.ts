import { setTimeout as delay } from 'node:timers/promises';
import { PlexusError, problemOf } from '../errors/index.ts';
import { type BoundCheck, type DoctorFinding, type Seen, unknown } from './check.ts';

/** Time limits in milliseconds. */
export interface CheckDeadlines {
  /** Time until a check's signal is aborted. */
  readonly checkMs: number;
  /** Additional time after the abort; then the check is reported as `unknown`. */
  readonly graceMs: number;
}

/**
 * Carries out all checks concurrently and returns their findings in the given order. A check that hangs is reported as
 * `unknown`. Never rejects.
 */
export async function runChecks(
  checks: readonly BoundCheck[],
  deadlines: CheckDeadlines,
): Promise<readonly DoctorFinding[]> {
  const found = await Promise.all(checks.map((check) => findingsOf(check, deadlines)));
  return found.flat();
}

async function findingsOf(check: BoundCheck, { checkMs, graceMs }: CheckDeadlines): Promise<readonly DoctorFinding[]> {
  const ended = new AbortController();
  const late = delay(checkMs + graceMs, undefined, { signal: ended.signal }).then(
    () => 'late' as const,
    () => 'late' as const, // the race is already decided
  );
  try {
    const [seen, place] = await Promise.all([
      Promise.race([check.look(AbortSignal.timeout(checkMs)).catch(unknownFrom), late]),
      Promise.race([check.place().catch(() => nowhere), late]),
    ]);
    return completed(
      check,
      seen === 'late' ? [unknown(`no answer within ${checkMs / 1000} s`)] : seen,
      place === 'late' ? nowhere : place,
    );
  } finally {
    ended.abort();
  }
}

const nowhere = '(not known)';

// contains the reason why the check failed to run, and its fix
function unknownFrom(thrown: unknown): readonly Seen[] {
  if (!(thrown instanceof PlexusError)) return [unknown(problemOf(thrown))];
  const { message, kind, id } = thrown;
  return [unknown(message, { fix: kind.fix, evidence: [id] })];
}

// fills in the texts of the check
function completed({ id, good, fix }: BoundCheck, seen: readonly Seen[], place: string): readonly DoctorFinding[] {
  if (seen.length === 0) return [{ id, severity: 'ok', what: good, where: place, fix: '', evidence: [] }];
  return seen.map((each) => ({
    id,
    severity: each.severity,
    what: each.what,
    ...(each.why !== undefined && { why: each.why }),
    where: each.where ?? place,
    fix: each.fix ?? (each.severity === 'unknown' ? '' : fix),
    evidence: each.evidence ?? [],
  }));
}
