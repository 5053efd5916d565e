import type http from 'node:http';
import https from 'node:https';
import { clip, asPlexusError, is, reviewInvalid, reviewTimedOut, summaryOf, webhookBusy } from '../errors/index.ts';
import type { KeyPair } from './certificate.ts';
import { type AdmissionRequest, type Decision, answerReview, readReview } from './review.ts';

/** Decides about a request; `signal` is aborted at its deadline. */
export type Decide = (request: AdmissionRequest, signal: AbortSignal) => Promise<Decision>;

/** One finished request, for metrics. */
export interface Reviewed {
  readonly operation: string;
  readonly resource: string;
  readonly outcome: 'allowed' | 'changed' | 'denied' | 'error';
  readonly ms: number;
  /** The identifiers of the mistakes for which it was denied, or of the error. */
  readonly ids: readonly string[];
}
export interface WebhookLimits {
  /** Requests that are handled at the same time. */
  readonly requests: number;
  /** Bytes of one request, and of all that are handled at the same time. */
  readonly bytes: number;
  readonly allBytes: number;
}
export interface WebhookServerOptions {
  /** host '': all addresses. */
  readonly address: { readonly host: string; readonly port: number };
  /** The handlers by path. */
  readonly paths: Readonly<Record<string, Decide>>;
  readonly onReviewed: (reviewed: Reviewed) => void;
  /** Called if the server cannot listen. */
  readonly onError: (error: Error) => void;
  readonly limits?: WebhookLimits;
}
export interface WebhookServer {
  readonly port: () => number | undefined;
  /** Starts to listen with the first certificate, and replaces it afterwards. Open connections keep theirs. */
  readonly serve: (pair: KeyPair) => void;
  readonly isListening: () => boolean;
  /** Stops accepting connections, and resolves when the last request is answered. */
  readonly close: () => Promise<void>;
}

// An AdmissionReview contains the object twice, of at most 3 MiB each.
const usualLimits: WebhookLimits = { requests: 100, bytes: 7 * 1024 * 1024, allBytes: 28 * 1024 * 1024 };

/** Requests that take longer are cut when the webhook stops. */
const longestCloseMs = 10_000;

/** Serves AdmissionReviews over HTTPS. Every request gets an answer, also one that cannot be decided. */
export function webhookServer({
  address,
  paths,
  onReviewed,
  onError,
  limits = usualLimits,
}: WebhookServerOptions): WebhookServer {
  const server = https.createServer({ minVersion: 'TLSv1.2', keepAliveTimeout: 120_000, requestTimeout: 30_000 });
  const load = { requests: 0, bytes: 0 };
  server.on('error', onError);
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.on('request', (request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    const decide = paths[path];
    if (decide === undefined) return send(response, 404, 'not found\n');
    if (request.method !== 'POST') return send(response, 405, 'only POST\n');
    void answer(request, decide, { load, limits, onReviewed }).then(({ status, text }) => send(response, status, text));
  });
  let isStarted = false;
  return {
    port: () => {
      const bound = server.address();
      return typeof bound === 'object' && bound !== null ? bound.port : undefined;
    },
    serve: (pair) => {
      server.setSecureContext({ cert: pair.cert, key: pair.key, minVersion: 'TLSv1.2' });
      if (!isStarted) server.listen(address.port, address.host === '' ? undefined : address.host);
      isStarted = true;
    },
    isListening: () => server.listening,
    close: async () => {
      if (!server.listening) return;
      const force = setTimeout(() => server.closeAllConnections(), longestCloseMs);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      clearTimeout(force);
    },
  };
}

function send(response: http.ServerResponse, status: number, text: string): void {
  const isJson = text.startsWith('{');
  response.writeHead(status, {
    'Content-Type': isJson ? 'application/json' : 'text/plain; charset=utf-8',
    ...(status !== 200 && { Connection: 'close' }), // the body may not have been read
  });
  response.end(text);
}

interface Serving {
  readonly load: { requests: number; bytes: number };
  readonly limits: WebhookLimits;
  readonly onReviewed: (reviewed: Reviewed) => void;
}
interface Answer {
  readonly status: number;
  readonly text: string;
}

/** An answer for any request. Never rejects. Statuses other than 200 let the failurePolicy decide. */
async function answer(request: http.IncomingMessage, decide: Decide, serving: Serving): Promise<Answer> {
  const { load, limits, onReviewed } = serving;
  const startedAt = performance.now();
  let review: AdmissionRequest | undefined;
  const size = { bytes: 0 };
  load.requests++;
  const done = (outcome: Reviewed['outcome'], ids: readonly string[]): void => {
    const { operation = '', resource = '' } = review ?? {};
    onReviewed({ operation, resource, outcome, ms: performance.now() - startedAt, ids });
  };
  try {
    if (load.requests > limits.requests) throw webhookBusy({ most: limits.requests });
    const deadline = deadlineOf(request.url);
    review = readReview(decoded(await bodyOf(request, serving, size)));
    const left = deadline - (performance.now() - startedAt);
    const decision = await inTime(decide, review, { left, deadline });
    done(decision.denial !== undefined ? 'denied' : (decision.patch ?? []).length > 0 ? 'changed' : 'allowed', [
      ...new Set(decision.denial?.causes.map(({ id }) => id)),
    ]);
    return { status: 200, text: JSON.stringify(answerReview(review.uid, decision)) };
  } catch (thrown) {
    const error = asPlexusError(thrown);
    done('error', [error.id]);
    return { status: statusOf(error), text: `${clip(summaryOf(error), mostErrorBytes)}\n` };
  } finally {
    load.requests--;
    load.bytes -= size.bytes;
  }
}

const mostErrorBytes = 1024;

function statusOf(error: unknown): number {
  if (is(error, reviewInvalid)) return 400;
  if (is(error, webhookBusy)) return 503;
  return is(error, reviewTimedOut) ? 504 : 500;
}

const usualTimeoutMs = 10_000;
/** Time for the answer to reach the API server. */
const reserve = 0.1;

/** The API server states its timeout in the URL. */
function deadlineOf(url: string | undefined): number {
  const [, count, unit] = /[?&]timeout=(\d{1,6})(ms|s)(&|$)/.exec(url ?? '') ?? [];
  const ms = count === undefined ? usualTimeoutMs : Number(count) * (unit === 's' ? 1000 : 1);
  return ms * (1 - reserve);
}

async function inTime(
  decide: Decide,
  review: AdmissionRequest,
  { left, deadline }: { readonly left: number; readonly deadline: number },
): Promise<Decision> {
  const signal = AbortSignal.timeout(Math.max(1, Math.floor(left)));
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(reviewTimedOut({ ms: Math.round(deadline) })));
  return Promise.race([decide(review, signal), promise]);
}

async function bodyOf(
  request: http.IncomingMessage,
  { load, limits }: Serving,
  size: { bytes: number },
): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size.bytes += chunk.length;
    load.bytes += chunk.length;
    if (size.bytes > limits.bytes) throw reviewInvalid({ problem: `it is longer than ${limits.bytes} bytes` });
    if (load.bytes > limits.allBytes) throw webhookBusy({ most: load.requests });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function decoded(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw reviewInvalid({ problem: 'it is not JSON' });
  }
}
