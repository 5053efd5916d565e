/** How bad it is. `unknown`: it could not be looked at, which is never "ok". */
export type DoctorSeverity = 'error' | 'warning' | 'note' | 'unknown' | 'ok';

/** One thing that a check saw. */
export interface Seen {
  readonly severity: Exclude<DoctorSeverity, 'ok'>;
  readonly what: string;
  /** A file, an object, a node; the place of the check when left out. */
  readonly where?: string;
  /** What to do; that of the check when left out. */
  readonly fix?: string;
  /** What it is known from, a line each. */
  readonly evidence?: readonly string[];
}
/** One kind of finding: where to look, and what it means. `S`: what it looks at. */
export interface Check<S> {
  /** Stable: scripts may depend on it. */
  readonly id: `PLX-D-${string}`;
  /** What is in order when nothing is found. */
  readonly good: string;
  /** What it finds, for docs/doctor.md. */
  readonly finds: string;
  readonly fix: string;
  readonly place: (scene: S) => string | Promise<string>;
  /** Everything that is wrong; [] when all is well. Whatever it rejects with is told as `unknown`. */
  readonly look: (scene: S, signal: AbortSignal) => Promise<readonly Seen[]>;
}
/** A finding as it is shown. */
export interface DoctorFinding {
  readonly id: string;
  readonly severity: DoctorSeverity;
  readonly what: string;
  readonly where: string;
  /** Empty when there is nothing to do. */
  readonly fix: string;
  readonly evidence: readonly string[];
}
/** A check with what it looks at. */
export interface BoundCheck extends Pick<Check<never>, 'id' | 'good' | 'fix'> {
  readonly place: () => Promise<string>;
  readonly look: (signal: AbortSignal) => Promise<readonly Seen[]>;
}

/** Checks that look at one scene. */
export const boundTo = <S>(scene: S, checks: readonly Check<S>[]): readonly BoundCheck[] =>
  checks.map(({ id, good, fix, place, look }) => ({
    id,
    good,
    fix,
    place: async () => place(scene),
    look: (signal) => look(scene, signal),
  }));

/** Checks that cannot be made, all for the same reason. */
export const blinded = <S>(checks: readonly Check<S>[], place: string, why: string): readonly BoundCheck[] =>
  checks.map(({ id, good, fix }) => ({ id, good, fix, place: async () => place, look: async () => [unknown(why)] }));

/** Something that could not be looked at. */
export const unknown = (why: string, more: Pick<Seen, 'where' | 'fix' | 'evidence'> = {}): Seen => ({
  severity: 'unknown',
  what: `not checked: ${why}`,
  ...more,
});
