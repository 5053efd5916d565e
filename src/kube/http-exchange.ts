import type http from 'node:http';
import { problemOf } from '../errors/index.ts';
import type { Report } from '../report/index.ts';
import type { Shape } from './json-scan.ts';
import type { CredentialProvider, Credentials } from './credentials.ts';

/** How to reach an API server, and the observer of each request. */
export interface ApiConnection {
  readonly credentials: CredentialProvider;
  readonly report: Report;
}
/** One request to the API server. */
export interface ApiRequest {
  /** As in Kubernetes RBAC. */
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'patch';
  /** As in Kubernetes RBAC: "pods/status". */
  readonly resource: string;
  readonly path: string;
  readonly body?: object;
  readonly contentType?: string;
  readonly accept?: string;
  /** Creates, for each attempt, the shape of what to keep of a success body. Absent: all of it, up to a limit. */
  readonly shape?: () => Shape;
  /** The body of a success is text, not JSON. */
  readonly isText?: boolean;
  /** Describes the request in messages: "get pod shop/db-0". */
  readonly what: string;
}
/** The start of an answer, or why there is none. */
export type Opened =
  | { readonly kind: 'answer'; readonly message: http.IncomingMessage }
  | { readonly kind: 'no-answer'; readonly problem: string };

const methods = { get: 'GET', list: 'GET', watch: 'GET', create: 'POST', patch: 'PATCH' } as const;

/**
 * Sends a request once and returns the answer before its body is read. Repeats a request once after 401 if the
 * credentials have changed meanwhile. Rejects with kubeconfigUnusable only; any other failure is part of the result.
 */
export async function open(
  request: ApiRequest,
  { credentials, report }: ApiConnection,
  signal: AbortSignal,
): Promise<Opened> {
  const started = performance.now();
  const reportRequest = (status: number | 'none'): void =>
    report({
      kind: 'api-request',
      verb: request.verb,
      resource: request.resource,
      status,
      ms: performance.now() - started,
    });
  for (let isFirst = true; ; isFirst = false) {
    const current = await credentials.current();
    const opened = await sendOnce(request, current, signal);
    reportRequest(opened.kind === 'answer' ? (opened.message.statusCode ?? 0) : 'none');
    const isRefused = opened.kind === 'answer' && opened.message.statusCode === 401;
    if (!isFirst || !isRefused || (await credentials.current()) === current) return opened;
    opened.message.resume(); // Discard the body of the refusal.
  }
}

async function sendOnce(request: ApiRequest, credentials: Credentials, signal: AbortSignal): Promise<Opened> {
  try {
    return { kind: 'answer', message: await send(request, credentials, signal) };
  } catch (error) {
    return { kind: 'no-answer', problem: errorName(error) };
  }
}

// Connection errors of several addresses arrive as one error without a message.
export const errorName = (error: unknown): string =>
  error instanceof AggregateError ? error.errors.map(problemOf).join(', ') : problemOf(error);

async function send(request: ApiRequest, credentials: Credentials, signal: AbortSignal): Promise<http.IncomingMessage> {
  const options = await credentials.options();
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  const headers = {
    ...(options.headers as http.OutgoingHttpHeaders | undefined),
    accept: request.accept ?? 'application/json',
    'user-agent': 'plexus',
    ...(body !== undefined && {
      'content-type': request.contentType ?? 'application/json',
      'content-length': Buffer.byteLength(body),
    }),
  };
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  const url = new URL(credentials.server.pathname.replace(/\/$/, '') + request.path, credentials.server);
  // An import would make Node.js load undici for exports that nobody uses here, which takes as long as the rest of the
  // start.
  const { request: start } = process.getBuiltinModule(url.protocol === 'http:' ? 'node:http' : 'node:https');
  const sent = start(url, { ...options, method: methods[request.verb], headers, signal }, resolve);
  sent.on('error', reject);
  sent.end(body);
  return promise;
}
