import type { TraceContext } from './trace-context.ts';

/** A command in progress. All of its steps carry the same object. */
export interface OperationInfo {
  readonly command: string;
  /** Container ID; empty for STATUS and GC. */
  readonly sandbox: string;
  /** namespace/name, when known. */
  readonly pod?: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Context of the operation's own span; absent without tracing. */
  readonly trace?: TraceContext;
}
