import type { Frame } from './wire.ts';

/** Sends requests to the shim at the other end of a host link. */
export interface LinkChannel {
  /**
   * Resolves with the answer to one request. If the signal is aborted, kills a plugin run and waits for its end.
   * Rejects with linkLost when the connection breaks.
   */
  readonly request: (type: number, body: Uint8Array, signal: AbortSignal) => Promise<Frame>;
  /** Sends several requests in one write. Each body is made with the number of the request before it; 0 at first. */
  readonly sendAll: (type: number, bodies: readonly ((before: number) => Uint8Array)[]) => readonly SentRequest[];
}
export interface SentRequest {
  /** As that of `request`. */
  readonly answer: Promise<Frame>;
  /** Kills a plugin run that has not been answered. Its answer follows. */
  readonly kill: () => void;
}
