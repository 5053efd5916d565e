import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { problemOf } from '../errors/index.ts';
import type { Report } from '../report/index.ts';
import { type ConnectionLimits, limitConnections } from './connection-limits.ts';
import { type Health, answerOf, plain } from './endpoints.ts';

/** Where to listen, and what to do about the address. */
export interface HttpOptions {
  readonly address: { readonly host: string; readonly port: number };
  readonly report: Report;
  readonly limits?: ConnectionLimits;
  /** The pause after a failed try; it doubles each time, up to longestPauseMs. */
  readonly firstPauseMs?: number;
  readonly longestPauseMs?: number;
}
export interface HttpEndpoints {
  /** Undefined while it does not listen. */
  readonly port: () => number | undefined;
  readonly close: () => Promise<void>;
}

const usualLimits: ConnectionLimits = { perPeer: 16, total: 64, lifeMs: 10_000 };

/**
 * Serves /healthz, /readyz and /metrics over TCP. Any user of the node can connect to this address or listen on it
 * first, so nothing depends on it. If it cannot listen, it warns and retries in the background; the probes of the pod
 * use the observe socket. Resolves after the first try.
 */
export async function serveHttp(options: HttpOptions, health: Health): Promise<HttpEndpoints> {
  const { address, limits = usualLimits } = options;
  const server = http.createServer(
    { requestTimeout: limits.lifeMs, headersTimeout: limits.lifeMs },
    (request, response) => {
      void answer(request, health).then(({ status, type, text }) =>
        response.writeHead(status, { 'content-type': type, connection: 'close' }).end(text),
      );
    },
  );
  limitConnections(server, limits);
  server.on('error', () => {}); // a connection that cannot be accepted (no descriptor is left) ends nothing
  const stop = new AbortController();
  const failure = await listenOnce(server, address).then(
    () => undefined,
    (error: unknown) => problemOf(error),
  );
  const later = failure === undefined ? undefined : listenLater(server, options, failure, stop.signal);
  return {
    port: () => portOf(server),
    close: async () => {
      stop.abort();
      await later;
      server.closeAllConnections();
      if (server.listening) await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function answer({ method, url }: http.IncomingMessage, health: Health) {
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'only GET');
  const [path = ''] = (url ?? '').split('?');
  return (await answerOf(path, health)) ?? plain(404, 'not found; this server has /healthz, /readyz and /metrics');
}

function portOf(server: http.Server): number | undefined {
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : undefined;
}

function listenOnce(server: http.Server, { host, port }: HttpOptions['address']): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(port, host, resolve);
  return promise.finally(() => server.off('error', reject).off('listening', resolve));
}

async function listenLater(
  server: http.Server,
  options: HttpOptions,
  firstProblem: string,
  signal: AbortSignal,
): Promise<void> {
  const { address, report, firstPauseMs = 1000, longestPauseMs = 60_000 } = options;
  const place = `${address.host}:${address.port}`;
  let reported = '';
  let problem: string | undefined = firstProblem;
  for (let pauseMs = firstPauseMs; problem !== undefined; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    const text = `cannot listen on ${place} for metrics: ${problem}; retrying in the background, CNI calls and probes do not need it`;
    if (problem !== reported) report({ kind: 'warning', sandbox: '', text });
    reported = problem;
    await delay(pauseMs, undefined, { signal }).catch(() => {}); // the next line says what an abort means
    if (signal.aborted) return;
    problem = await listenOnce(server, address).then(
      () => undefined,
      (error: unknown) => problemOf(error),
    );
  }
  report({ kind: 'daemon', text: `http on port ${portOf(server) ?? 0}` });
}
