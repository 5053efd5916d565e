import type http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type PlexusError, apiRefused, apiUnavailable, is, operationCancelled } from '../errors/index.ts';
import { pauseAfter } from '../queue/index.ts';
import { type ApiConnection, type ApiRequest, errorName, open } from './http-exchange.ts';
import { type Shape, jsonScanner } from './json-scan.ts';
import { createTurns } from '../files/index.ts';

/** An expected answer: success, or one of the statuses that the caller listed. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}
/** The outcome of one attempt. */
export type RequestOutcome =
  | { readonly kind: 'answer'; readonly status: number; readonly body: unknown; readonly retryAfterMs?: number }
  | { readonly kind: 'no-answer'; readonly problem: string; readonly isTooLong?: true };

const backOff = { firstMs: 100, longestMs: 2000, jitter: 0.5 };
const mostBytes = 8 * 1024 * 1024;

/**
 * Sends a request and retries temporary failures (429, 5xx, no connection) until the signal is aborted; then rejects
 * with apiUnavailable, code 11. Statuses in `expected` are answers; others reject with apiRefused.
 */
export async function sendRequest(
  request: ApiRequest,
  expected: readonly number[],
  api: ApiConnection,
  signal: AbortSignal,
): Promise<ApiAnswer> {
  let earlier: RequestOutcome | undefined;
  for (let tries = 0; ; tries++) {
    const outcome = await tryRequest(request, api, signal);
    if (outcome.kind === 'answer' && !isPassing(outcome.status)) return expectedAnswer(request, outcome, expected);
    // An attempt that the signal ended says nothing about the server.
    const last = signal.aborted && outcome.kind === 'no-answer' ? (earlier ?? outcome) : outcome;
    await pause(tries, outcome, signal).catch(() => {}); // The next line handles an abort.
    if (signal.aborted) throw timedOut(request, problemIn(last), signal);
    earlier = outcome;
    api.report({ kind: 'api-retried', verb: request.verb, resource: request.resource });
  }
}

/** Like sendRequest, for a user who waits at a terminal: does not retry if the API server does not answer at all. */
export async function sendIfThere(
  request: ApiRequest,
  expected: readonly number[],
  api: ApiConnection,
  signal: AbortSignal,
): Promise<ApiAnswer> {
  const outcome = await tryRequest(request, api, signal);
  if (outcome.kind === 'no-answer')
    throw apiUnavailable({ request: request.what, problem: signal.aborted ? 'no answer in time' : outcome.problem });
  return isPassing(outcome.status)
    ? sendRequest(request, expected, api, signal)
    : expectedAnswer(request, outcome, expected);
}

/** Sends a request once. Rejects with kubeconfigUnusable only; any other failure is part of the outcome. */
export async function tryRequest(
  request: ApiRequest,
  api: ApiConnection,
  signal: AbortSignal,
): Promise<RequestOutcome> {
  const opened = await open(request, api, signal);
  if (opened.kind === 'no-answer') return opened;
  return readAnswer(opened.message, { signal, ...(request.shape !== undefined && { shape: request.shape() }) }).catch(
    (error: unknown) => ({
      kind: 'no-answer',
      problem: errorName(error),
      ...(isTooLong(error) && { isTooLong: true }),
    }),
  );
}

/** Whether a later attempt may succeed. */
const isPassing = (status: number): boolean => status === 429 || status >= 500;

/** Describes why an outcome is not a success. */
export const problemIn = (outcome: RequestOutcome): string =>
  outcome.kind === 'answer' ? `status ${outcome.status}: ${messageIn(outcome.body)}` : outcome.problem;

/** Returns an expected answer; throws apiRefused for any other. */
function expectedAnswer(request: ApiRequest, { status, body }: ApiAnswer, expected: readonly number[]): ApiAnswer {
  if ((status >= 200 && status < 300) || expected.includes(status)) return { status, body };
  throw apiRefused({ request: request.what, status, problem: messageIn(body) });
}

function timedOut(request: ApiRequest, problem: string, signal: AbortSignal): PlexusError {
  if (is(signal.reason, operationCancelled)) return signal.reason;
  return apiUnavailable({ request: request.what, problem }, { cause: signal.reason });
}

async function pause(tries: number, outcome: RequestOutcome, signal: AbortSignal): Promise<void> {
  const wanted = outcome.kind === 'answer' ? (outcome.retryAfterMs ?? 0) : 0;
  await delay(Math.max(wanted, pauseAfter(tries + 1, backOff)), undefined, { signal });
}

const isTooLong = (error: unknown): boolean => error instanceof Error && error.name === tooLongName;
const tooLongName = 'AnswerTooLong';

// Short answers are read concurrently. Long answers are read one at a time, because together they would exceed the
// daemon's memory.
const shortBytes = 64 * 1024;
const longAnswers = createTurns();

/**
 * Reads an answer to its end; with a shape, keeps of a success only what the shape names. Rejects if the connection
 * breaks or the answer is too long.
 */
export async function readAnswer(
  message: http.IncomingMessage,
  { shape, signal }: { readonly shape?: Shape; readonly signal?: AbortSignal } = {},
): Promise<RequestOutcome> {
  const status = message.statusCode ?? 0;
  const seconds = Number(message.headers['retry-after']);
  const body =
    shape !== undefined && status === 200 ? await scan(message, shape, signal) : decode(await readAll(message, signal));
  return { kind: 'answer', status, body, ...(seconds > 0 && { retryAfterMs: seconds * 1000 }) };
}

async function readAll(message: http.IncomingMessage, signal: AbortSignal | undefined): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let release: (() => void) | undefined;
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > mostBytes)
        throw Object.assign(new Error(`the answer is longer than ${mostBytes} bytes`), { name: tooLongName });
      if (bytes > shortBytes) release ??= await longAnswers.take(signal);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  } finally {
    release?.();
  }
}

// Only long values that are kept need a turn: a scanner holds little of a long list.
async function scan(message: http.IncomingMessage, shape: Shape, signal: AbortSignal | undefined): Promise<unknown> {
  const scanner = jsonScanner(shape);
  const documents: unknown[] = [];
  let release: (() => void) | undefined;
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      documents.push(...scanner.push(chunk));
      if (scanner.heldBytes() > shortBytes) release ??= await longAnswers.take(signal);
      else {
        release?.();
        release = undefined;
      }
    }
  } finally {
    release?.();
  }
  if (scanner.isInside() || documents.length !== 1) throw new Error('the answer is not a complete JSON object');
  return documents[0];
}

// A proxy may answer with a page instead of JSON.
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
