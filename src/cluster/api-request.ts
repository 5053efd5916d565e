import http from 'node:http';
import https from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { PlexusError, apiRefused, apiUnavailable, problemOf } from '../errors/index.ts';
import type { Credentials } from './credentials.ts';

/** One request to the API server. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly body?: object;
  readonly contentType?: string;
  readonly accept?: string;
  /** For messages: "get pod shop/db-0". */
  readonly what: string;
}
/** An answer that was expected: success, or one of the statuses asked for. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

const firstPauseMs = 100;
const longestPauseMs = 2000;
const mostBytes = 32 * 1024 * 1024;

/**
 * Sends a request; tries again after what passes by itself (429, 5xx, no connection) until the signal is aborted,
 * then apiUnavailable, code 11. Statuses of `expected` are answers, others apiRefused.
 */
export async function sendRequest(request: ApiRequest, expected: readonly number[], credentials: Credentials, signal: AbortSignal): Promise<ApiAnswer> {
  for (let tries = 0; ; tries++) {
    const outcome = await attempt(request, credentials, signal);
    if (outcome.kind === 'answer' && !isPassing(outcome.status)) return judged(request, outcome, expected);
    const problem = outcome.kind === 'answer' ? `status ${outcome.status}: ${messageIn(outcome.body)}` : outcome.problem;
    await pause(tries, outcome, signal).catch(() => {}); // the next line says what an abort means
    if (signal.aborted) throw gaveUp(request, problem, signal);
  }
}

type Outcome =
  | { readonly kind: 'answer'; readonly status: number; readonly body: unknown; readonly retryAfterMs?: number }
  | { readonly kind: 'no-answer'; readonly problem: string };

const isPassing = (status: number): boolean => status === 429 || status >= 500;

function judged(request: ApiRequest, { status, body }: ApiAnswer, expected: readonly number[]): ApiAnswer {
  if ((status >= 200 && status < 300) || expected.includes(status)) return { status, body };
  throw apiRefused({ request: request.what, status, problem: messageIn(body) });
}

function gaveUp(request: ApiRequest, problem: string, signal: AbortSignal): PlexusError {
  if (signal.reason instanceof PlexusError && signal.reason.id === 'PLX-OPERATION-CANCELLED') return signal.reason;
  return apiUnavailable({ request: request.what, problem }, { cause: signal.reason });
}

async function pause(tries: number, outcome: Outcome, signal: AbortSignal): Promise<void> {
  const wanted = outcome.kind === 'answer' ? (outcome.retryAfterMs ?? 0) : 0;
  const backOff = Math.min(longestPauseMs, firstPauseMs * 2 ** tries) * (0.5 + Math.random() / 2);
  await delay(Math.max(wanted, backOff), undefined, { signal });
}

async function attempt(request: ApiRequest, credentials: Credentials, signal: AbortSignal): Promise<Outcome> {
  try {
    return await exchange(request, credentials, signal);
  } catch (error) {
    return { kind: 'no-answer', problem: nameOf(error) };
  }
}

// connection errors of several addresses come as one without text
const nameOf = (error: unknown): string => (error instanceof AggregateError ? error.errors.map(problemOf).join(', ') : problemOf(error));

async function exchange(request: ApiRequest, credentials: Credentials, signal: AbortSignal): Promise<Outcome> {
  const options = await credentials.options();
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  const headers = {
    ...(options.headers as http.OutgoingHttpHeaders | undefined),
    accept: request.accept ?? 'application/json',
    'user-agent': 'plexus',
    ...(body !== undefined && { 'content-type': request.contentType ?? 'application/json', 'content-length': Buffer.byteLength(body) }),
  };
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  const url = new URL(credentials.server.pathname.replace(/\/$/, '') + request.path, credentials.server);
  const { request: open } = url.protocol === 'http:' ? http : https;
  const sent = open(url, { ...options, method: request.method, headers, signal }, resolve);
  sent.on('error', reject);
  sent.end(body);
  return readAnswer(await promise);
}

async function readAnswer(message: http.IncomingMessage): Promise<Outcome> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Error(`the answer is longer than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  const seconds = Number(message.headers['retry-after']);
  return {
    kind: 'answer',
    status: message.statusCode ?? 0,
    body: decode(Buffer.concat(chunks).toString()),
    ...(seconds > 0 && { retryAfterMs: seconds * 1000 }),
  };
}

// a proxy in between may answer with a page instead of JSON
function decode(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(0, 200);
  }
}

function messageIn(body: unknown): string {
  if (typeof body === 'object' && body !== null && 'message' in body) return String(body.message);
  return typeof body === 'string' && body !== '' ? body : 'no reason given';
}
