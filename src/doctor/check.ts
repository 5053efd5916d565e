/** `unknown`: the check could not be carried out, which never counts as "ok". */
export type DoctorSeverity = 'error' | 'warning' | 'note' | 'unknown' | 'ok';

/** One thing that a check found. */
export interface Seen {
  readonly severity: Exclude<DoctorSeverity, 'ok'>;
  readonly what: string;
  /** unknown: only the reason why it could not be checked. */
  readonly why?: string;
  /** A file, an object or a node. Default: the place of the check. */
  readonly where?: string;
  /** Default: the fix of the check. */
  readonly fix?: string;
  /** The evidence, one line each. */
  readonly evidence?: readonly string[];
}
/** One check: where it looks, what it finds, and the fix. `S` is the scene that it inspects. */
export interface Check<S> {
  /** Never changes, because scripts may depend on it. */
  readonly id: `PLX-D-${string}`;
  /** The statement that is true if the check finds nothing. */
  readonly good: string;
  /** A description of its findings, for docs/doctor.md. */
  readonly finds: string;
  readonly fix: string;
  readonly place: (scene: S) => string | Promise<string>;
  /** Returns all findings, [] if healthy. A rejection is reported as `unknown`. */
  readonly look: (scene: S, signal: AbortSignal) => Promise<readonly Seen[]>;
}
/** A finding with the texts of its check filled in. */
export interface DoctorFinding {
  readonly id: string;
  readonly severity: DoctorSeverity;
  readonly what: string;
  /** unknown: only the reason why it could not be checked. */
  readonly why?: string;
  readonly where: string;
  /** Empty if no action is needed. */
  readonly fix: string;
  readonly evidence: readonly string[];
}
/** A check with its scene. */
export interface BoundCheck extends Pick<Check<never>, 'id' | 'good' | 'fix'> {
  readonly place: () => Promise<string>;
  readonly look: (signal: AbortSignal) => Promise<readonly Seen[]>;
}

/** Binds checks to one scene. */
export const boundTo = <S>(scene: S, checks: readonly Check<S>[]): readonly BoundCheck[] =>
  checks.map(({ id, good, fix, place, look }) => ({
    id,
    good,
    fix,
    place: async () => place(scene),
    look: (signal) => look(scene, signal),
  }));

/** Checks that cannot be carried out, all for the same reason. */
export const blinded = <S>(checks: readonly Check<S>[], place: string, why: string): readonly BoundCheck[] =>
  checks.map(({ id, good, fix }) => ({ id, good, fix, place: async () => place, look: async () => [unknown(why)] }));

/** A finding for something that could not be inspected. */
export const unknown = (why: string, more: Pick<Seen, 'where' | 'fix' | 'evidence'> = {}): Seen => ({
  severity: 'unknown',
  what: `not checked: ${why}`,
  why,
  ...more,
});
