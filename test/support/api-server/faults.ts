import type { RequestInfo } from './request-info.ts';

/** A fault of a request. */
export type Fault =
  | { kind: 'delay'; ms: number }
  /** Never answered, until the client disconnects or the server is closed. */
  | { kind: 'hang' }
  | { kind: 'status'; code: number; reason?: string; message?: string; retryAfterSeconds?: number }
  /** Destroys the connection: before any work, in the middle of the answer, or instead of it; default: before. */
  | { kind: 'drop'; when?: 'before' | 'middle' | 'after' }
  /** A watch fails after this many events (bookmarks do not count). */
  | { kind: 'watch'; after: number; how: WatchFailure };

/**
 * end: the stream ends normally. truncate: in the middle of a line. drop: socket destroyed. expire: ERROR event 410.
 * garbage: a line that is not JSON.
 */
export type WatchFailure = 'end' | 'truncate' | 'drop' | 'expire' | 'garbage';

export interface FaultLimit {
  /** The affected requests; default: all. */
  readonly match?: (request: RequestInfo) => boolean;
  /** Number of affected requests; default: all. */
  readonly times?: number;
}

/** Calling it removes the fault. */
export interface FaultHandle {
  (): void;
  /** Number of requests it has affected. */
  used(): number;
}

/** Injects faults between a client and the API server. Several faults may affect one request. */
export interface Faults {
  add(entry: FaultLimit & { readonly fault: Fault }): FaultHandle;
  delay(ms: number, limit?: FaultLimit): FaultHandle;
  hang(limit?: FaultLimit): FaultHandle;
  /** Any status, for example 500 or 503. */
  answer(code: number, limit?: FaultLimit): FaultHandle;
  /** 429 with Retry-After. */
  tooManyRequests(retryAfterSeconds: number, limit?: FaultLimit): FaultHandle;
  /** 401 although the token is valid, like one that has just expired. */
  unauthorized(limit?: FaultLimit): FaultHandle;
  drop(when: 'before' | 'middle' | 'after', limit?: FaultLimit): FaultHandle;
  watch(how: WatchFailure, after: number, limit?: FaultLimit): FaultHandle;
  clear(): void;
  /** For the server: the faults that affect this request; counts one use of each. */
  take(request: RequestInfo): Fault[];
}

interface Armed extends FaultLimit {
  readonly fault: Fault;
  used: number;
}

export function makeFaults(): Faults {
  const armed = new Set<Armed>();

  const add: Faults['add'] = (entry) => {
    const counted: Armed = { ...entry, used: 0 };
    armed.add(counted);
    return Object.assign(() => void armed.delete(counted), { used: () => counted.used });
  };

  return {
    add,
    delay: (ms, limit) => add({ ...limit, fault: { kind: 'delay', ms } }),
    hang: (limit) => add({ ...limit, fault: { kind: 'hang' } }),
    answer: (code, limit) => add({ ...limit, fault: { kind: 'status', code } }),
    tooManyRequests: (retryAfterSeconds, limit) =>
      add({ ...limit, fault: { kind: 'status', code: 429, retryAfterSeconds } }),
    unauthorized: (limit) => add({ ...limit, fault: { kind: 'status', code: 401 } }),
    drop: (when, limit) => add({ ...limit, fault: { kind: 'drop', when } }),
    watch: (how, after, limit) => add({ ...limit, fault: { kind: 'watch', how, after } }),
    clear: () => armed.clear(),
    take(request) {
      const hits = [...armed].filter((entry) => strikes(entry, request));
      for (const entry of hits) entry.used += 1;
      return hits.map((entry) => entry.fault);
    },
  };
}

function strikes({ fault, match, times, used }: Armed, request: RequestInfo): boolean {
  if (used >= (times ?? Infinity)) return false;
  if (fault.kind === 'watch' && request.verb !== 'watch') return false;
  return match?.(request) ?? true;
}
