import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { portUnusable, problemOf } from '../errors/index.ts';
import type { ClusterViews, OverviewScope } from '../cluster/index.ts';
import { pictureOf, topologySvg } from '../view/index.ts';
import { type LiveState, liveState } from './live-state.ts';
import { css, html, script } from './page.gen.js';
import { type PodOperations, recentAnswer } from './recent.ts';

export interface UiOptions {
  readonly cluster: ClusterViews;
  readonly scope: OverviewScope;
  /** 0: any free port. */
  readonly port: number;
  /** Reads the recent operations of a pod (namespace/name); rejects if they are not available from here. */
  readonly recent: (pod: string) => Promise<PodOperations>;
}

/**
 * Serves the page on this machine only, until the signal is aborted. Its address contains a secret: other users of the
 * machine can reach the port, but cannot read the cluster with this user's permissions. Rejects with portUnusable if
 * the port is not available.
 */
export async function serveUi(
  { cluster, scope, port, recent }: UiOptions,
  signal: AbortSignal,
): Promise<{ readonly url: string; readonly ended: Promise<void> }> {
  const live = liveState(cluster, scope);
  const secret = randomBytes(16).toString('hex');
  const listener = (request: http.IncomingMessage, response: http.ServerResponse): void =>
    void answer({ request, response }, { live, recent }, secret);
  const first = await listen(listener, '127.0.0.1', port);
  const bound = portOf(first, port);
  // Listens on the same port of the other address family, if possible, because "localhost" may mean either.
  const second = await listen(listener, '::1', bound).catch(() => undefined);
  const servers = [first, ...(second === undefined ? [] : [second])];
  const ended = live.run(signal).then(() => {
    for (const server of servers) server.close().closeAllConnections();
  });
  return { url: `http://127.0.0.1:${bound}/${secret}/`, ended };
}

function listen(listener: http.RequestListener, host: string, port: number): Promise<http.Server> {
  const server = http.createServer({ requestTimeout: 10_000, headersTimeout: 5000 }, listener);
  server.maxConnections = 64;
  return new Promise<http.Server>((resolve, reject) =>
    server.once('error', reject).listen(port, host, () => resolve(server)),
  ).catch((error: unknown) => {
    throw portUnusable({ address: `${host}:${port}`, problem: problemOf(error) }, { cause: error });
  });
}

const portOf = (server: http.Server, asked: number): number => {
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : asked;
};

interface Exchange {
  readonly request: http.IncomingMessage;
  readonly response: http.ServerResponse;
}

const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
// The picture contains its style sheet and nothing else.
const picturePolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

const always = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
} as const;

interface Sources {
  readonly live: LiveState;
  readonly recent: UiOptions['recent'];
}

async function answer({ request, response }: Exchange, sources: Sources, secret: string): Promise<void> {
  const refuse = (status: number, text: string): void =>
    void response.writeHead(status, { ...always, 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
  // A foreign host name that resolves to this machine (DNS rebinding) would give a foreign page our origin.
  if (!isOwnHost(request.headers.host ?? ''))
    return refuse(421, 'this server accepts only 127.0.0.1, [::1] and localhost as host');
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'only GET');
  // "//" is not a valid URL.
  const { pathname, searchParams } = URL.parse(request.url ?? '', 'http://localhost') ?? new URL('http://localhost');
  if (pathname === `/${secret}/events`) return stream({ request, response }, sources.live);
  const made = pathname.startsWith(`/${secret}/`)
    ? await contentOf(pathname.slice(secret.length + 2), searchParams, sources)
    : undefined;
  if (made === undefined) return refuse(404, 'use the address that plexus ui printed');
  const [type, text, policy = pagePolicy] = made;
  const body = Buffer.from(text);
  response.writeHead(200, {
    ...always,
    'content-type': `${type}; charset=utf-8`,
    'content-security-policy': policy,
    'content-length': body.length,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

const isOwnHost = (host: string): boolean => /^(127\.0\.0\.1|\[::1\]|localhost)(:\d+)?$/.test(host);

type Content = readonly [type: string, text: string, policy?: string];

async function contentOf(
  name: string,
  words: URLSearchParams,
  { live, recent }: Sources,
): Promise<Content | undefined> {
  switch (name) {
    case '':
      return ['text/html', html];
    case 'page.css':
      return ['text/css', css];
    case 'page.js':
      return ['text/javascript', script];
    case 'state.json':
      return ['application/json', JSON.stringify(live.current())];
    case 'operations.json': {
      const pod = words.get('pod') ?? '';
      return isShown(pod, live) ? ['application/json', JSON.stringify(await recentAnswer(recent(pod)))] : undefined;
    }
    case 'topology.svg':
      return ['image/svg+xml', topologySvg(pictureOf(live.current().topology, { group: 'auto' })), picturePolicy];
    default:
      return undefined;
  }
}

// The daemon knows pods of all namespaces; the page shows only those that it was started for.
const isShown = (key: string, live: LiveState): boolean =>
  live.current().topology.pods.some(({ namespace, name }) => `${namespace}/${name}` === key);

const heartbeatMs = 20_000;

/** Sends server-sent events: one at once, and one after changes. The page then requests the new state. */
function stream({ request, response }: Exchange, live: LiveState): void {
  response.writeHead(200, { ...always, 'content-type': 'text/event-stream' });
  if (request.method === 'HEAD') return void response.end();
  const sendChange = (): void => void response.write(`event: change\ndata: ${live.current().revision}\n\n`);
  const stop = live.onChange(sendChange);
  const heartbeat = setInterval(() => response.write(':\n\n'), heartbeatMs);
  response.on('close', () => {
    stop();
    clearInterval(heartbeat);
  });
  sendChange();
}
