/** An error with everything that is shown of it. */
export interface RecordedError {
  readonly id: string;
  readonly code: number;
  readonly message: string;
  /** "step ADD, network shop/storage", then the chain of its causes. */
  readonly details: string;
  readonly fix: string;
}
/** One step of an operation. */
export interface RecordedStep {
  /** plugin: a plugin run; phase: a part of Plexus's own work; status: network-status was written; note: a remark. */
  readonly kind: 'plugin' | 'phase' | 'status' | 'note';
  /** The plugin's type, the phase, or the note itself. */
  readonly name: string;
  readonly command?: string;
  readonly network?: string;
  readonly interface?: string;
  /** Milliseconds since the operation began. */
  readonly offsetMs: number;
  readonly ms: number;
  /** ok, the ID of an error, or the outcome of the status. */
  readonly outcome: string;
  readonly error?: RecordedError;
  /** stdin of the plugin, secrets masked. */
  readonly input?: unknown;
  /** stdout of the plugin, secrets masked. */
  readonly output?: unknown;
  readonly stderr?: string;
}
/** One command and its steps. */
export interface RecordedOperation {
  readonly command: string;
  readonly sandbox: string;
  readonly pod?: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Absent while the operation runs. */
  readonly ms?: number;
  readonly outcome: 'running' | 'success' | 'failure';
  /** Whether the daemon started it in the background. */
  readonly background: boolean;
  readonly error?: RecordedError;
  readonly steps: readonly RecordedStep[];
  /** What was omitted because of the size limit. */
  readonly leftOut?: string;
}
