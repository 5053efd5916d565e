import type http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type PlexusError, apiRefused, apiUnavailable, asPlexusError } from '../errors/index.ts';
import { pauseAfter } from '../queue/index.ts';
import { type Outcome, problemIn, readAnswer, tryRequest } from './api-request.ts';
import { type ApiConnection, type ApiRequest, nameOf, open } from './http-exchange.ts';
import { type Shape, jsonScanner } from './json-scan.ts';
import { continueIn, listShape, pageQuery } from './list-all.ts';

/** Where watched objects go. */
export interface WatchSink {
  readonly set: (object: unknown) => void;
  readonly remove: (object: unknown) => void;
  /** A complete list begins: what it does not add is gone with `done`. */
  readonly listing: () => { readonly add: (object: unknown) => void; readonly done: () => void };
}
export interface WatchTiming {
  /** Objects of one page of a list. */
  readonly page: number;
  /** The API server is asked to end a watch after this many seconds, and up to half more. */
  readonly watchSeconds: number;
  /** Without a word for so long (there are bookmarks about once a minute) a connection counts as dead. */
  readonly silenceMs: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}
export interface WatchOptions {
  /** Of the collection. */
  readonly path: string;
  readonly resource: string;
  readonly api: ApiConnection;
  readonly sink: WatchSink;
  /** What is read of each object; left out: all of it. */
  readonly shape?: Shape;
  readonly timing: WatchTiming;
  /** Changes arrive from now on. */
  readonly onSynced: () => void;
  /** They do not. Told with each failure. */
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
/** After a list that does not come to its end, the next one has pages of this part of their size. */
const smaller = 8;

/** Where the reflection of a collection stands. */
interface Position {
  /** Changes after it are not known yet; undefined: everything has to be listed. */
  readonly version: string | undefined;
  /** Whether the next list is asked for in one piece: an earlier one expired between its pages. */
  readonly whole: boolean;
  /** Objects of one page of the next list, where that is fewer than usual: an earlier one took too long. */
  readonly page?: number;
}
/** What one list or one watch ended in. */
interface Progress {
  readonly next: Position;
  /** Whether anything came of it. */
  readonly moved: boolean;
  /** Pauses before the next try. */
  readonly paused?: { readonly error?: PlexusError; readonly atLeastMs?: number };
}

/**
 * Lists a collection in pages, then watches it from there, until the signal is aborted. Goes on where it was after a
 * disconnect, and lists again when the server no longer knows that place (410). What fails is tried again after pauses
 * that grow and are random. Never rejects.
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
  await delay(Math.max(backOff, atLeastMs), undefined, { signal }).catch(() => {}); // the caller's loop says what an abort means
}

interface ListBody {
  readonly metadata?: { readonly resourceVersion?: string };
}

async function list(
  { path, resource, api, sink, shape = wholeObject, timing }: WatchOptions,
  from: Position,
  signal: AbortSignal,
): Promise<Progress> {
  const listing = sink.listing();
  const page = from.page ?? timing.page;
  for (let token = ''; ;) {
    const query = pageQuery(from.whole ? 0 : page, token);
    const request: ApiRequest = {
      verb: 'list',
      resource,
      path: `${path}?${query}`,
      shape: () => listShape(shape, listing.add),
      what: `list ${resource}`,
    };
    const outcome = await tryRequest(request, api, AbortSignal.any([signal, AbortSignal.timeout(answerMs)]));
    if (outcome.kind === 'no-answer')
      return failed(request, outcome, {
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

// 410: the list has expired between its pages
const listFailure = (request: ApiRequest, outcome: Outcome, next: Position): Progress =>
  outcome.kind === 'answer' && outcome.status === 410
    ? { next, moved: false, paused: {} }
    : failed(request, outcome, { ...next, whole: false });

function failed(request: ApiRequest, outcome: Outcome, next: Position, moved = false): Progress {
  const problem = problemIn(outcome);
  const isRefusal = outcome.kind === 'answer' && outcome.status < 500 && outcome.status !== 429;
  const error = isRefusal
    ? apiRefused({ request: request.what, status: outcome.status, problem })
    : apiUnavailable({ request: request.what, problem });
  const retryAfterMs = outcome.kind === 'answer' ? outcome.retryAfterMs : undefined;
  return { next, moved, paused: { error, ...(retryAfterMs !== undefined && { atLeastMs: retryAfterMs }) } };
}

async function follow(options: WatchOptions, from: string, signal: AbortSignal): Promise<Progress> {
  const { path, resource, api, timing, onSynced } = options;
  const seconds = Math.round(timing.watchSeconds * (1 + Math.random() / 2));
  const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${encodeURIComponent(from)}&timeoutSeconds=${seconds}`;
  const request: ApiRequest = { verb: 'watch', resource, path: `${path}?${query}`, what: `watch ${resource}` };
  const silence = silenceGuard(Math.min(answerMs, timing.silenceMs));
  try {
    const opened = await open(request, api, AbortSignal.any([signal, silence.signal]));
    const next = { version: from, whole: false };
    if (opened.kind === 'no-answer') return failed(request, opened, next);
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

const afterRefusal = (request: ApiRequest, outcome: Outcome, next: Position): Progress =>
  outcome.kind === 'answer' && outcome.status === 410 ? expired(false) : failed(request, outcome, next);

const expired = (moved: boolean): Progress => ({ next: { version: undefined, whole: false }, moved, paused: {} });

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
    return failed(request, { kind: 'no-answer', problem: nameOf(error) }, next(), moved);
  } finally {
    message.destroy();
  }
  // the server has ended it, as asked; one that ends each watch at once must not be asked in a loop
  return { next: next(), moved, ...(!moved && { paused: {} }) };
}

const statusKeys = { code: 32, message: 4096 };

/** Each event as it comes. A line that is not finished is left out. */
async function* eventsIn(stream: AsyncIterable<Buffer>, shape: Shape): AsyncGenerator<unknown> {
  const object = 'keys' in Object(shape) ? { keys: { ...statusKeys, ...(shape as { keys: object }).keys } } : shape;
  const scanner = jsonScanner({ keys: { type: 64, object } });
  for await (const piece of stream) yield* scanner.push(piece);
}

function errorEvent(request: ApiRequest, object: WatchEvent['object'], next: Position, moved: boolean): Progress {
  const status = object?.code ?? 500;
  return status === 410 ? expired(moved) : failed(request, { kind: 'answer', status, body: object }, next, moved);
}

function silenceGuard(firstMs: number): {
  readonly signal: AbortSignal;
  readonly restart: (ms: number) => void;
  readonly stop: () => void;
} {
  const dead = new AbortController();
  const end = (): void => dead.abort(new Error('the API server is silent'));
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
