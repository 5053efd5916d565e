/** An error as it is shown: all it knows. */
export interface RecordedError {
  readonly id: string;
  readonly code: number;
  readonly message: string;
  /** "step ADD, network shop/storage", then the chain of its causes. */
  readonly details: string;
  readonly fix: string;
}
/** One thing that was done for an operation. */
export interface RecordedStep {
  /**
   * plugin: a delegate was run; phase: a part of the work of Plexus itself; status: network-status was written; note:
   * something worth telling.
   */
  readonly kind: 'plugin' | 'phase' | 'status' | 'note';
  /** Type of the plugin, name of the phase, or the note itself. */
  readonly name: string;
  readonly command?: string;
  readonly network?: string;
  readonly interface?: string;
  /** Since the operation began. */
  readonly offsetMs: number;
  readonly ms: number;
  /** ok, or the identifier of an error, or what became of the status. */
  readonly outcome: string;
  readonly error?: RecordedError;
  /** stdin of the plugin, secrets masked. */
  readonly input?: unknown;
  /** stdout of the plugin, secrets masked. */
  readonly output?: unknown;
  readonly stderr?: string;
}
/** One command and what was done for it. */
export interface RecordedOperation {
  readonly command: string;
  readonly sandbox: string;
  readonly pod?: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Absent while it runs. */
  readonly ms?: number;
  readonly outcome: 'running' | 'success' | 'failure';
  /** Whether the daemon began it by itself. */
  readonly background: boolean;
  readonly error?: RecordedError;
  readonly steps: readonly RecordedStep[];
  /** What was not kept, because it was too much. */
  readonly leftOut?: string;
}
