import type http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type PlexusError, apiRefused, apiUnavailable, asPlexusError } from '../errors/index.ts';
import { pauseAfter } from '../queue/index.ts';
import { type RequestOutcome, problemIn, readAnswer, tryRequest } from './api-request.ts';
import { type ApiConnection, type ApiRequest, errorName, open } from './http-exchange.ts';
import { type Shape, jsonScanner } from './json-scan.ts';
import { continueIn, listShape, pageQuery, withQuery } from './list-all.ts';

/** Receives watched objects. */
export interface WatchSink {
  readonly set: (object: unknown) => void;
  readonly remove: (object: unknown) => void;
  /** Starts a complete list: `done` removes every object that was not added. */
  readonly listing: () => { readonly add: (object: unknown) => void; readonly done: () => void };
}
export interface WatchTiming {
  /** Objects per page of a list. */
  readonly page: number;
  /** The API server is asked to end a watch after this many seconds, plus up to half of that at random. */
  readonly watchSeconds: number;
  /** Idle timeout after which the connection is considered dead; bookmarks arrive about once a minute. */
  readonly silenceMs: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}
export interface WatchOptions {
  /** Path of the collection. */
  readonly path: string;
  /** Query parameters that select objects, encoded. */
  readonly selector?: string;
  /** Accept headers, where only a part of each object is requested. */
  readonly accept?: { readonly list: string; readonly watch: string };
  readonly resource: string;
  readonly api: ApiConnection;
  readonly sink: WatchSink;
  /** The shape of each object. Absent: everything is read. */
  readonly shape?: Shape;
  readonly timing: WatchTiming;
  /** Called when changes begin to arrive. */
  readonly onSynced: () => void;
  /** Called with each failure, after which changes no longer arrive. */
  readonly onLost: (error: PlexusError) => void;
}

export const usualWatchTiming: WatchTiming = {
  page: 500,
  watchSeconds: 1800,
  silenceMs: 300_000,
  firstPauseMs: 500,
  longestPauseMs: 30_000,
};

const wholeObject: Shape = { wholeBytes: 16 * 1024 * 1024 };
const answerMs = 30_000;
/** If a list does not complete, the page size of the next one is divided by this. */
const smaller = 8;

/** The position of the reflector in a collection. */
interface Position {
  /** Changes after this version are not known yet; undefined: everything must be listed. */
  readonly version: string | undefined;
  /** Whether to request the next list without pages, because an earlier token expired. */
  readonly whole: boolean;
  /** Reduced page size of the next list, because an earlier one took too long. */
  readonly page?: number;
}
/** The outcome of one list or one watch. */
interface Progress {
  readonly next: Position;
  /** Whether it made progress. */
  readonly moved: boolean;
  /** Pause before the next attempt. */
  readonly paused?: { readonly error?: PlexusError; readonly atLeastMs?: number };
}

/**
 * Mirrors a collection: lists it in pages, then watches it from there, until the signal is aborted. After a disconnect
 * it resumes from the last known version, and lists again if the server no longer has that version (410). Failures are
 * retried with growing, random pauses. Objects may be stale while the server is unavailable. Never rejects.
 */
export async function reflect(options: WatchOptions, signal: AbortSignal): Promise<void> {
  let position: Position = { version: undefined, whole: false };
  for (let failures = 0; !signal.aborted;) {
    const progress = await oneStep(options, position, signal);
    if (signal.aborted) return;
    position = progress.next;
    failures = (progress.moved ? 0 : failures) + (progress.paused === undefined ? 0 : 1);
    if (progress.paused === undefined) continue;
    const { error, atLeastMs } = progress.paused;
    if (error !== undefined) options.onLost(error);
    await pause(failures, atLeastMs ?? 0, options.timing, signal);
  }
}

async function oneStep(options: WatchOptions, position: Position, signal: AbortSignal): Promise<Progress> {
  try {
    return await (position.version === undefined
      ? list(options, position, signal)
      : follow(options, position.version, signal));
  } catch (thrown) {
    return { next: position, moved: false, paused: { error: asPlexusError(thrown) } };
  }
}

async function pause(
  failures: number,
  atLeastMs: number,
  { firstPauseMs, longestPauseMs }: WatchTiming,
  signal: AbortSignal,
): Promise<void> {
  const backOff = pauseAfter(failures, { firstMs: firstPauseMs, longestMs: longestPauseMs, jitter: 0.5 });
  await delay(Math.max(backOff, atLeastMs), undefined, { signal }).catch(() => {}); // the caller's loop handles an abort
}

interface ListBody {
  readonly metadata?: { readonly resourceVersion?: string };
}

/** Returns the path with the selector and these query parameters. */
const pathWith = ({ path, selector }: WatchOptions, query: string): string =>
  withQuery(path, [selector ?? '', query].filter((part) => part !== '').join('&'));

async function list(options: WatchOptions, from: Position, signal: AbortSignal): Promise<Progress> {
  const { resource, api, sink, shape = wholeObject, timing, accept } = options;
  const listing = sink.listing();
  const page = from.page ?? timing.page;
  for (let token = ''; ;) {
    const query = pageQuery(from.whole ? 0 : page, token);
    const request: ApiRequest = {
      verb: 'list',
      resource,
      path: pathWith(options, query),
      ...(accept !== undefined && { accept: accept.list }),
      shape: () => listShape(shape, listing.add),
      what: `list ${resource}`,
    };
    const outcome = await tryRequest(request, api, AbortSignal.any([signal, AbortSignal.timeout(answerMs)]));
    if (outcome.kind === 'no-answer')
      return failedProgress(request, outcome, {
        version: undefined,
        whole: false,
        page: Math.max(1, Math.floor(page / smaller)),
      });
    if (outcome.status !== 200)
      return listFailure(request, outcome, { version: undefined, whole: from.whole || token !== '' });
    token = continueIn(outcome.body);
    if (token === '') {
      listing.done();
      return {
        next: { version: (outcome.body as ListBody).metadata?.resourceVersion ?? '0', whole: false },
        moved: false,
      };
    }
  }
}

// 410: the token expired between two pages.
const listFailure = (request: ApiRequest, outcome: RequestOutcome, next: Position): Progress =>
  outcome.kind === 'answer' && outcome.status === 410
    ? { next, moved: false, paused: {} }
    : failedProgress(request, outcome, { ...next, whole: false });

function failedProgress(request: ApiRequest, outcome: RequestOutcome, next: Position, moved = false): Progress {
  const problem = problemIn(outcome);
  const isRefusal = outcome.kind === 'answer' && outcome.status < 500 && outcome.status !== 429;
  const error = isRefusal
    ? apiRefused({ request: request.what, status: outcome.status, problem })
    : apiUnavailable({ request: request.what, problem });
  const retryAfterMs = outcome.kind === 'answer' ? outcome.retryAfterMs : undefined;
  return { next, moved, paused: { error, ...(retryAfterMs !== undefined && { atLeastMs: retryAfterMs }) } };
}

async function follow(options: WatchOptions, from: string, signal: AbortSignal): Promise<Progress> {
  const { resource, api, timing, onSynced, accept } = options;
  const seconds = Math.round(timing.watchSeconds * (1 + Math.random() / 2));
  const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${encodeURIComponent(from)}&timeoutSeconds=${seconds}`;
  const request: ApiRequest = {
    verb: 'watch',
    resource,
    path: pathWith(options, query),
    ...(accept !== undefined && { accept: accept.watch }),
    what: `watch ${resource}`,
  };
  const silence = silenceGuard(Math.min(answerMs, timing.silenceMs));
  try {
    const opened = await open(request, api, AbortSignal.any([signal, silence.signal]));
    const next = { version: from, whole: false };
    if (opened.kind === 'no-answer') return failedProgress(request, opened, next);
    if (opened.message.statusCode !== 200) return afterRefusal(request, await readAnswer(opened.message), next);
    onSynced();
    silence.restart(timing.silenceMs);
    return await takeEvents(options, request, {
      message: opened.message,
      from,
      restart: () => silence.restart(timing.silenceMs),
    });
  } finally {
    silence.stop();
  }
}

const afterRefusal = (request: ApiRequest, outcome: RequestOutcome, next: Position): Progress =>
  outcome.kind === 'answer' && outcome.status === 410 ? expiredProgress(false) : failedProgress(request, outcome, next);

const expiredProgress = (moved: boolean): Progress => ({
  next: { version: undefined, whole: false },
  moved,
  paused: {},
});

interface WatchEvent {
  readonly type?: string;
  readonly object?: {
    readonly metadata?: { readonly resourceVersion?: string };
    readonly code?: number;
    readonly message?: string;
  };
}
interface OpenedWatch {
  readonly message: http.IncomingMessage;
  readonly from: string;
  readonly restart: () => void;
}

async function takeEvents(
  { sink, shape = wholeObject }: WatchOptions,
  request: ApiRequest,
  { message, from, restart }: OpenedWatch,
): Promise<Progress> {
  let version = from;
  let moved = false;
  const next = (): Position => ({ version, whole: false });
  try {
    for await (const event of eventsIn(message as AsyncIterable<Buffer>, shape)) {
      restart();
      const { type, object } = event as WatchEvent;
      if (type === 'ERROR') return errorEvent(request, object, next(), moved);
      if (type === 'ADDED' || type === 'MODIFIED') sink.set(object);
      if (type === 'DELETED') sink.remove(object);
      version = object?.metadata?.resourceVersion ?? version;
      moved = true;
    }
  } catch (error) {
    return failedProgress(request, { kind: 'no-answer', problem: errorName(error) }, next(), moved);
  } finally {
    message.destroy();
  }
  // The server ended the watch as requested. Pause if nothing arrived, so that a server that ends each watch at once is
  // not called in a busy loop.
  return { next: next(), moved, ...(!moved && { paused: {} }) };
}

const statusKeys = { code: 32, message: 4096 };

/** Yields each event as it arrives. Ignores an incomplete line. */
async function* eventsIn(stream: AsyncIterable<Buffer>, shape: Shape): AsyncGenerator<unknown> {
  const object = 'keys' in Object(shape) ? { keys: { ...statusKeys, ...(shape as { keys: object }).keys } } : shape;
  const scanner = jsonScanner({ keys: { type: 64, object } });
  for await (const piece of stream) yield* scanner.push(piece);
}

function errorEvent(request: ApiRequest, object: WatchEvent['object'], next: Position, moved: boolean): Progress {
  const status = object?.code ?? 500;
  return status === 410
    ? expiredProgress(moved)
    : failedProgress(request, { kind: 'answer', status, body: object }, next, moved);
}

function silenceGuard(firstMs: number): {
  readonly signal: AbortSignal;
  readonly restart: (ms: number) => void;
  readonly stop: () => void;
} {
  const dead = new AbortController();
  const end = (): void => dead.abort(new Error('the API server sends nothing'));
  let timer = setTimeout(end, firstMs);
  return {
    signal: dead.signal,
    restart: (ms) => {
      clearTimeout(timer);
      timer = setTimeout(end, ms);
    },
    stop: () => clearTimeout(timer),
  };
}
