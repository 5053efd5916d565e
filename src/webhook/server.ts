import type http from 'node:http';
import https from 'node:https';
import { type ConnectionLimits, limitConnections } from '../service/index.ts';
import { clip, asPlexusError, is, reviewInvalid, reviewTimedOut, summaryOf, webhookBusy } from '../errors/index.ts';
import type { KeyPair } from './certificate.ts';
import { type BodyLimits, type ReadBody, type RequestBody, requestBodyReader } from './request-bodies.ts';
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
export interface WebhookLimits extends BodyLimits {
  /**
   * Requests that are decided at the same time. Of the last quarter, a namespace gets nothing if it has a quarter of all
   * already, so that one namespace does not keep others out.
   */
  readonly requests: number;
  readonly connections: ConnectionLimits;
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

const mib = 1024 * 1024;
// An AdmissionReview contains the object twice, of at most 3 MiB each. A connection with TLS takes about 60 KiB.
const usualLimits: WebhookLimits = {
  requests: 100,
  bytes: 7 * mib,
  longBytes: 21 * mib,
  shortBytes: 14 * mib,
  connections: { perPeer: 192, total: 512, lifeMs: 10_000, idleMs: 120_000 },
};

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
  const { lifeMs, idleMs = 0 } = limits.connections;
  const server = https.createServer({
    minVersion: 'TLSv1.2',
    keepAliveTimeout: idleMs,
    handshakeTimeout: lifeMs,
    headersTimeout: lifeMs,
    requestTimeout: lifeMs,
    connectionsCheckingInterval: lifeMs / 4,
  });
  limitConnections(server, limits.connections);
  const serving: Serving = { load: new Map(), readBody: requestBodyReader(limits), limits, onReviewed };
  server.on('error', onError);
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.on('request', (request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    const decide = paths[path];
    if (decide === undefined) return send(response, 404, 'not found\n');
    if (request.method !== 'POST') return send(response, 405, 'only POST\n');
    void answer(request, decide, serving).then(({ status, text }) => send(response, status, text));
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
  /** The requests that are being decided, by namespace. */
  readonly load: Map<string, number>;
  readonly readBody: ReadBody;
  readonly limits: WebhookLimits;
  readonly onReviewed: (reviewed: Reviewed) => void;
}
interface Answer {
  readonly status: number;
  readonly text: string;
}

/** An answer for any request. Never rejects. Statuses other than 200 let the failurePolicy decide. */
async function answer(request: http.IncomingMessage, decide: Decide, serving: Serving): Promise<Answer> {
  const { readBody, onReviewed } = serving;
  const startedAt = performance.now();
  const deadline = deadlineOf(request.url);
  const signal = AbortSignal.timeout(deadline);
  let review: AdmissionRequest | undefined;
  let body: RequestBody | undefined;
  let leave: (() => void) | undefined;
  const done = (outcome: Reviewed['outcome'], ids: readonly string[]): void => {
    const { operation = '', resource = '' } = review ?? {};
    onReviewed({ operation, resource, outcome, ms: performance.now() - startedAt, ids });
  };
  try {
    body = await inTime(readBody(request, signal), signal, deadline);
    review = readReview(body.value);
    leave = enter(review.namespace, serving);
    const decision = await inTime(decide(review, signal), signal, deadline);
    done(decision.denial !== undefined ? 'denied' : (decision.patch ?? []).length > 0 ? 'changed' : 'allowed', [
      ...new Set(decision.denial?.causes.map(({ id }) => id)),
    ]);
    return { status: 200, text: JSON.stringify(answerReview(review.uid, decision)) };
  } catch (thrown) {
    const error = asPlexusError(thrown);
    done('error', [error.id]);
    return { status: statusOf(error), text: `${clip(summaryOf(error), mostErrorBytes)}\n` };
  } finally {
    leave?.();
    body?.release();
  }
}

/** Counts a request that is being decided; the returned function ends that. Throws webhookBusy. */
function enter(namespace: string, { load, limits: { requests: most } }: Serving): () => void {
  const own = load.get(namespace) ?? 0;
  const all = [...load.values()].reduce((sum, each) => sum + each, 0);
  if (all >= most || (all >= most * (1 - share) && own >= most * share)) throw webhookBusy({ most });
  load.set(namespace, own + 1);
  return () => {
    const left = (load.get(namespace) ?? 1) - 1;
    if (left === 0) load.delete(namespace);
    else load.set(namespace, left);
  };
}

const share = 1 / 4;

const mostErrorBytes = 1024;

function statusOf(error: unknown): number {
  if (is(error, reviewInvalid)) return 400;
  if (is(error, webhookBusy)) return 503;
  return is(error, reviewTimedOut) ? 504 : 500;
}

const usualTimeoutMs = 10_000;
const longestTimeoutMs = 30_000;
/** Time for the answer to reach the API server. */
const reserve = 0.1;

/** The API server states its timeout in the URL, of at most 30 seconds. */
function deadlineOf(url: string | undefined): number {
  const [, count, unit] = /[?&]timeout=(\d{1,6})(ms|s)(&|$)/.exec(url ?? '') ?? [];
  const ms = count === undefined ? usualTimeoutMs : Number(count) * (unit === 's' ? 1000 : 1);
  return Math.max(1, Math.floor(Math.min(ms, longestTimeoutMs) * (1 - reserve)));
}

async function inTime<T>(work: Promise<T>, signal: AbortSignal, deadline: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timeOut = (): void => reject(reviewTimedOut({ ms: deadline }));
  if (signal.aborted) timeOut();
  else signal.addEventListener('abort', timeOut, { once: true });
  return Promise.race([work, promise]);
}
