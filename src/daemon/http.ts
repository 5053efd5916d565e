import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { problemOf } from '../errors/index.ts';
import { type BackOff, pauseAfter } from '../queue/index.ts';
import type { Report } from '../report/index.ts';
import { answerOf, type ConnectionLimits, type Health, limitConnections, plain } from '../service/index.ts';

/** Where to listen, and how to report and retry failures. */
export interface HttpOptions {
  readonly address: { readonly host: string; readonly port: number };
  readonly report: Report;
  readonly limits?: ConnectionLimits;
  /** The pauses after failures to listen. */
  readonly backOff?: BackOff;
}
export interface HttpEndpoints {
  /** Undefined while the server does not listen. */
  readonly port: () => number | undefined;
  /** Resolves after the first attempt. */
  readonly listen: (health: Health) => Promise<void>;
  readonly close: () => Promise<void>;
}

const defaultLimits: ConnectionLimits = { perPeer: 16, total: 64, lifeMs: 10_000 };

/**
 * Serves /healthz, /readyz and /metrics over TCP. Any user of the node can connect to this address or listen on it
 * first, so nothing depends on it. If it cannot listen, it warns and retries in the background; the probes of the pod
 * use the observe socket.
 */
export function httpEndpoints(options: HttpOptions): HttpEndpoints {
  const { address, limits = defaultLimits } = options;
  const server = http.createServer({ requestTimeout: limits.lifeMs, headersTimeout: limits.lifeMs });
  limitConnections(server, limits);
  server.on('error', () => {}); // failing to accept a connection (no descriptor left) must not end the process
  const stop = new AbortController();
  let later = Promise.resolve();
  return {
    port: () => portOf(server),
    listen: async (health) => {
      server.on('request', (request, response) => {
        void answer(request, health).then(({ status, type, text }) =>
          response.writeHead(status, { 'content-type': type, connection: 'close' }).end(text),
        );
      });
      const problem = await listenOnce(server, address);
      if (problem !== undefined) later = listenLater(server, options, problem, stop.signal);
    },
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

/** Returns why the server cannot listen; undefined if it listens. */
function listenOnce(server: http.Server, { host, port }: HttpOptions['address']): Promise<string | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(port, host, resolve);
  return promise.finally(() => server.off('error', reject).off('listening', resolve)).then(() => undefined, problemOf);
}

const defaultBackOff: BackOff = { firstMs: 1000, longestMs: 60_000 };

async function listenLater(
  server: http.Server,
  { address, report, backOff = defaultBackOff }: HttpOptions,
  firstProblem: string,
  signal: AbortSignal,
): Promise<void> {
  const place = `${address.host}:${address.port}`;
  let reported = '';
  let problem: string | undefined = firstProblem;
  for (let failures = 1; problem !== undefined; failures++) {
    const text = `cannot listen on ${place} for metrics: ${problem}; the daemon retries in the background, CNI calls and probes are not affected`;
    if (problem !== reported) report({ kind: 'warning', text });
    reported = problem;
    await delay(pauseAfter(failures, backOff), undefined, { signal }).catch(() => {}); // the next line handles an abort
    if (signal.aborted) return;
    problem = await listenOnce(server, address);
  }
  report({ kind: 'daemon', text: `http on port ${portOf(server) ?? 0}` });
}
