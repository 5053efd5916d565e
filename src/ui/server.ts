import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { portUnusable, problemOf } from '../errors/index.ts';
import type { ClusterViews, OverviewScope } from '../cluster/index.ts';
import { podKeyOf } from './differences.ts';
import { type LiveState, liveState } from './live-state.ts';
import { networkAnswer } from './network-answer.ts';
import { networkEvents } from './network-events.ts';
import { css, html, script } from './page.gen.js';
import { type PodOperations, recentAnswer } from './recent.ts';
import { stream } from './stream.ts';

export interface UiOptions {
  readonly cluster: ClusterViews;
  readonly scope: OverviewScope;
  /** 0: any free port. */
  readonly port: number;
  /** Reads the recent operations of a pod (namespace/name); rejects if they are not available from here. */
  readonly recent: (pod: string) => Promise<PodOperations>;
  /**
   * The page is behind a proxy that authenticates its users, or a port-forward of kubectl: its address contains no
   * secret, and these host names are accepted besides those of this machine.
   */
  readonly proxied?: { readonly hosts: readonly string[] };
}

/**
 * Serves the page on this machine only, until the signal is aborted. Unless it is proxied, its address contains a
 * secret: other users of the machine can reach the port, but cannot read the cluster with this user's permissions.
 * Rejects with portUnusable if the port is not available.
 */
export async function serveUi(
  { cluster, scope, port, recent, proxied }: UiOptions,
  signal: AbortSignal,
): Promise<{ readonly url: string; readonly ended: Promise<void> }> {
  const live = liveState(cluster, scope);
  const base = proxied === undefined ? `/${randomBytes(16).toString('hex')}/` : '/';
  const sources: Sources = {
    live,
    recent,
    base,
    hosts: new Set([...ownHosts, ...(proxied?.hosts ?? []).map((host) => host.toLowerCase())]),
  };
  const listener = (request: http.IncomingMessage, response: http.ServerResponse): void =>
    void answer({ request, response }, sources);
  const first = await listen(listener, '127.0.0.1', port);
  const bound = portOf(first, port);
  // Listens on the same port of the other address family, if possible, because "localhost" may mean either.
  const second = await listen(listener, '::1', bound).catch(() => undefined);
  const servers = [first, ...(second === undefined ? [] : [second])];
  const ended = live.run(signal).then(() => {
    for (const server of servers) server.close().closeAllConnections();
  });
  return { url: `http://127.0.0.1:${bound}${base}`, ended };
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
  /** The start of every path, with its secret. */
  readonly base: string;
  readonly hosts: ReadonlySet<string>;
}

async function answer({ request, response }: Exchange, sources: Sources): Promise<void> {
  const refuse = (status: number, text: string): void =>
    void response.writeHead(status, { ...always, 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
  // A foreign host name that resolves to this machine (DNS rebinding) would give a foreign page our origin.
  if (!sources.hosts.has((request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase()))
    return refuse(421, `this server accepts only these hosts: ${[...sources.hosts].join(', ')}`);
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'only GET');
  // "//" is not a valid URL.
  const { pathname, searchParams } = URL.parse(request.url ?? '', 'http://localhost') ?? new URL('http://localhost//');
  const name = pathname.startsWith(sources.base) ? pathname.slice(sources.base.length) : undefined;
  if (name === 'events') return stream({ request, response }, sources.live);
  const made = name === undefined ? undefined : await contentOf(name, searchParams, sources);
  if (made === undefined) return refuse(404, 'use the address that plexus ui printed');
  const [type, text] = made;
  const body = Buffer.from(text);
  response.writeHead(200, {
    ...always,
    'content-type': `${type}; charset=utf-8`,
    'content-security-policy': pagePolicy,
    'content-length': body.length,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

const ownHosts = ['127.0.0.1', '[::1]', 'localhost'];

type Content = readonly [type: string, text: string];

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
    case 'operations.json': {
      const pod = words.get('pod') ?? '';
      return isShown(pod, live) ? ['application/json', JSON.stringify(await recentAnswer(recent(pod)))] : undefined;
    }
    case 'network.json': {
      const found = networkAnswer(words.get('name') ?? '', live.overview().nads);
      return found === undefined ? undefined : ['application/json', JSON.stringify(found)];
    }
    case 'network-events.json': {
      const answered = networkEvents(words.get('name') ?? '', live.current().pods, live.overview().warnings);
      return ['application/json', JSON.stringify(answered)];
    }
    default:
      return undefined;
  }
}

// The daemon knows pods of all namespaces; the page shows only those that it was started for.
const isShown = (key: string, live: LiveState): boolean => live.current().pods.some((pod) => podKeyOf(pod) === key);
