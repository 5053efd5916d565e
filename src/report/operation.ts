import type { TraceContext } from './trace-context.ts';

/** One command that is carried out: the very same object with each of its steps. */
export interface OperationInfo {
  readonly command: string;
  /** Container ID; empty for STATUS and GC. */
  readonly sandbox: string;
  /** namespace/name, when known. */
  readonly pod?: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Of its own span; absent when nobody traces. */
  readonly trace?: TraceContext;
}
