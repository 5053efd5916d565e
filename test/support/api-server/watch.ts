import type { ServerResponse } from 'node:http';
import { type ApiError, expired, failure, invalid } from './api-error.ts';
import type { Fault } from './faults.ts';
import type { JsonObject, KubeObject } from './json.ts';
import { tooOldVersion, versionParameter } from './list.ts';
import { type Representation, representBookmark, representObject } from './representation.ts';
import { readSelector, type Selector } from './selectors.ts';
import type { Change } from './history.ts';
import type { OpenWatch } from './watches.ts';
import type { Target } from './write.ts';

export interface WatchRequest extends Target {
  readonly response: ServerResponse;
  readonly how: Representation;
  readonly faults: readonly Fault[];
}

/**
 * GET with watch=true: one JSON line for each change from a version on (API concepts, "Efficient detection of
 * changes"). Ends after timeoutSeconds, through a fault, or when the client disconnects. Throws 400, 410, 422 before it
 * begins.
 */
export function serveWatch(watch: WatchRequest): void {
  const { state, type, request, response } = watch;
  const selector = readSelector(type, request);
  const start = readStart(watch);
  response.writeHead(200, { 'Content-Type': 'application/json;stream=watch', 'Cache-Control': 'no-cache, private' });
  response.flushHeaders();
  const stream = openStream(watch, selector);
  if (start.kind === 'expired') return stream.open.expire();
  for (const object of start.initial.filter(selector)) stream.event('ADDED', object);
  if (start.announceInitial) stream.initialEventsEnd();
  for (const change of start.missed) stream.change(change);
  const unsubscribe = state.store.subscribe((change) => {
    if (change.storage === type.storage) stream.change(change);
  });
  const timers = startTimers(watch, stream.open);
  response.once('close', () => {
    unsubscribe();
    for (const timer of timers) clearTimeout(timer);
    state.watches.open.delete(stream.open);
  });
  state.watches.open.add(stream.open);
}

type Start =
  | { kind: 'expired' }
  | { kind: 'from'; initial: readonly KubeObject[]; missed: readonly Change[]; announceInitial: boolean };

function readStart({ state, type, request }: WatchRequest): Start {
  const version = versionParameter(request.query) ?? 0;
  const announceInitial = request.query.get('sendInitialEvents') === 'true';
  if (announceInitial && request.query.get('resourceVersionMatch') !== 'NotOlderThan') {
    throw invalid({ group: 'meta.k8s.io', plural: 'listoptions', kind: 'ListOptions' }, '', [
      {
        field: 'resourceVersionMatch',
        reason: 'FieldValueForbidden',
        message: 'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      },
    ]);
  }
  if (version === 0 || announceInitial) {
    return { kind: 'from', initial: state.store.list(type.storage), missed: [], announceInitial };
  }
  if (version >= state.store.oldest()) {
    return { kind: 'from', initial: [], missed: state.store.changesSince(type.storage, version), announceInitial };
  }
  if (state.staleWatch === 'status') throw expired(tooOldVersion(version, state.store.oldest()));
  return { kind: 'expired' };
}

interface Stream {
  readonly open: OpenWatch;
  event(type: string, object: KubeObject): void;
  change(change: Change): void;
  initialEventsEnd(): void;
}

function openStream(watch: WatchRequest, selector: Selector): Stream {
  const { state, type, response, how } = watch;
  const faults = watch.faults.filter((fault) => fault.kind === 'watch');
  let sent = 0;

  const write = (line: string): void => {
    if (!response.writableEnded && !response.destroyed) response.write(line);
  };
  const send = (kind: string, object: JsonObject): void => write(`${JSON.stringify({ type: kind, object })}\n`);
  const bookmark = (annotations: JsonObject): void => {
    const metadata = { resourceVersion: String(state.store.version()), creationTimestamp: null, ...annotations };
    send('BOOKMARK', representBookmark(type, metadata, how));
  };
  const open: OpenWatch = {
    bookmark: () => bookmark({}),
    end: () => response.end(),
    expire() {
      send('ERROR', gone(state.store.oldest()).status);
      response.end();
    },
    truncate: () => response.end('{"type":"MODIFIED","object":{"kind":"'),
  };
  const stream: Stream = {
    open,
    event(kind, object) {
      failWhenDue();
      // An object cannot be written as a list: like a real server, ends silently at the first one.
      if (how.form === 'metadata-list') return void response.end();
      send(kind, representObject(type, object, how));
      sent += 1;
      failWhenDue();
    },
    change(change) {
      const event = asSelected(change, selector);
      if (event) stream.event(event.kind, event.object);
    },
    initialEventsEnd: () => bookmark({ annotations: { 'k8s.io/initial-events-end': 'true' } }),
  };
  function failWhenDue(): void {
    const due = faults.find((fault) => fault.after <= sent);
    if (!due || response.writableEnded) return;
    if (due.how === 'drop') dropSoon(response);
    else if (due.how === 'garbage') write('this is not JSON\n');
    else open[due.how]();
  }
  // A watch that must fail after 0 events fails now.
  failWhenDue();
  return stream;
}

/** Destroys the connection after pending output was sent, which Node.js does at the end of this turn. */
function dropSoon(response: ServerResponse): void {
  setImmediate(() => response.socket?.destroySoon());
}

/**
 * Maps a change to an event for a watch with a selector: an object that starts to match is ADDED, one that stops is
 * DELETED (with its last matching form).
 */
function asSelected(change: Change, selector: Selector): { kind: string; object: KubeObject } | undefined {
  const { object, previous, removed } = change;
  const was = previous !== undefined && selector(previous);
  const is = !removed && selector(object);
  if (is) return { kind: was ? 'MODIFIED' : 'ADDED', object };
  if (!was) return undefined;
  const last = removed
    ? object
    : { ...previous, metadata: { ...previous.metadata, resourceVersion: object.metadata.resourceVersion } };
  return { kind: 'DELETED', object: last };
}

function startTimers({ state, request }: WatchRequest, open: OpenWatch): NodeJS.Timeout[] {
  const wantsBookmarks = ['1', 'true'].includes(request.query.get('allowWatchBookmarks') ?? '');
  const seconds = Number(request.query.get('timeoutSeconds') ?? '1800');
  const timers = [setTimeout(() => open.end(), seconds * 1000)];
  if (wantsBookmarks) timers.push(setInterval(() => open.bookmark(), state.bookmarkMs));
  if (wantsBookmarks && seconds > lastBookmarkSeconds)
    timers.push(setTimeout(() => open.bookmark(), (seconds - lastBookmarkSeconds) * 1000));
  return timers.map((timer) => timer.unref());
}

/** The last bookmark precedes timeoutSeconds by this time; a shorter watch may have none. */
const lastBookmarkSeconds = 2;

const gone = (oldest: number): ApiError =>
  failure({ code: 410, reason: 'Expired', message: `too old resource version (oldest is ${oldest})` });
