import { EventEmitter, once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { ClusterAccess, JsonObject } from './api-server/index.ts';
import { patience } from './patience.ts';

export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** Absent: the valid token; "": none. */
  readonly token?: string;
}

export interface RawAnswer {
  readonly code: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: JsonObject;
}

type Access = Pick<ClusterAccess, 'url' | 'caCert' | 'token'>;

/**
 * Sends one HTTPS request exactly as given, for requests that a client library would not send. A body that is not a
 * JSON object becomes {}.
 */
export async function rawRequest(access: Access, what: RawRequest): Promise<RawAnswer> {
  const [response]: IncomingMessage[] = await once(send(access, what, patience()), 'response');
  if (!response) throw new Error('no response');
  const body = await text(response);
  const isJson = (response.headers['content-type'] ?? '').startsWith('application/json');
  return { code: response.statusCode ?? 0, headers: response.headers, body: isJson ? JSON.parse(body) : {} };
}

/** An open watch, read line by line. */
export interface RawWatch {
  /**
   * The next event; undefined after a clean end of the stream. Throws if the stream broke, or no event arrived in time.
   */
  next(): Promise<WatchEvent | undefined>;
  close(): void;
}

export interface WatchEvent {
  readonly type: string;
  readonly object: JsonObject & { metadata?: JsonObject };
}

export async function rawWatch(access: Access, path: string, headers: Record<string, string> = {}): Promise<RawWatch> {
  const stop = new AbortController();
  const outgoing = send(access, { path, headers }, stop.signal);
  // Read from the start: a connection that breaks at once would lose unread lines.
  const opened = once(outgoing, 'response');
  let nextLine: LineReader | undefined;
  outgoing.once('response', (response) => {
    nextLine = lineReader(response);
  });
  const [response]: IncomingMessage[] = await opened;
  const next: LineReader = async (deadline) => nextLine?.(deadline);
  if (response?.statusCode !== 200) throw new Error(`watch answered with ${response?.statusCode}`);
  return {
    async next() {
      const line = await next(patience());
      return line === undefined ? undefined : JSON.parse(line);
    },
    close: () => stop.abort(),
  };
}

type LineReader = (deadline: AbortSignal) => Promise<string | undefined>;

/** Returns line after line, then undefined, or throws the error of the stream after the lines before it. */
function lineReader(response: IncomingMessage): LineReader {
  const arrived = new EventEmitter();
  const lines: string[] = [];
  let rest = '';
  let ended: { error: Error | undefined } | undefined;
  const end = (error?: Error): void => {
    if (rest !== '') lines.push(rest);
    rest = '';
    ended ??= { error };
    arrived.emit('news');
  };
  response.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    arrived.emit('news');
  });
  response.once('end', () => end()).once('error', (error: Error) => end(error));
  return async (deadline) => {
    while (lines.length === 0 && !ended) await once(arrived, 'news', { signal: deadline });
    if (lines.length === 0 && ended?.error) throw ended.error;
    return lines.shift();
  };
}

function send(access: Access, what: RawRequest, signal: AbortSignal): ClientRequest {
  const token = what.token ?? access.token;
  const outgoing = request(`${access.url}${what.path}`, {
    method: what.method ?? 'GET',
    ca: access.caCert,
    agent: false,
    headers: {
      ...(token !== '' && { Authorization: `Bearer ${token}` }),
      ...(what.body !== undefined && { 'Content-Type': 'application/json' }),
      ...what.headers,
    },
    signal,
  });
  outgoing.end(what.body === undefined ? undefined : JSON.stringify(what.body));
  return outgoing;
}
