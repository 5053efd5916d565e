import http from 'node:http';
import type { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import type { RecentQuery } from '../observe/index.ts';
import type { RecordedOperation } from '../report/index.ts';
import { inodeOf, listen, stopAccepting } from './link-socket.ts';

/** Header of its answers: name of the Node object, where the daemon knows it; URL-encoded. */
export const nodeHeader = 'plexus-node';

/** Where the recent operations are asked for: beside the host link. */
export const observeSocketOf = (socket: string): string => join(dirname(socket), 'observe.sock');

export interface ObserveOptions {
  readonly socket: string;
  /** User ID of the process at the other end; undefined when it cannot be known. */
  readonly peerUid: (socket: Socket) => number | undefined;
  readonly node: () => string | undefined;
  readonly find: (query: RecentQuery) => readonly RecordedOperation[];
}

/**
 * Serves GET /operations?pod=NAMESPACE/NAME&sandbox=…&last=N as JSON on a unix socket that only root may use (mode 0600, and the
 * peer is asked for): what plugins read and wrote is nobody else's business. fileUnusable.
 */
export async function serveObserving({ socket, peerUid, node, find }: ObserveOptions): Promise<{ readonly close: () => Promise<void> }> {
  const server = http.createServer({ requestTimeout: 10_000, headersTimeout: 5000 }, (request, response) => {
    const [path, query] = (request.url ?? '').split('?'); // new URL() throws at some paths
    const isAsked = request.method === 'GET' && path === '/operations';
    const body = isAsked ? JSON.stringify(find(queryIn(new URLSearchParams(query)))) : JSON.stringify({ problem: 'here is GET /operations' });
    const name = node();
    response
      .writeHead(isAsked ? 200 : 404, { 'content-type': 'application/json', ...(name !== undefined && { [nodeHeader]: encodeURIComponent(name) }) })
      .end(body);
  });
  server.maxConnections = 16;
  server.on('connection', (connection) => {
    if (peerUid(connection) !== 0) connection.destroy();
  });
  await listen(server, socket);
  const own = await inodeOf(socket);
  return {
    close: async () => {
      server.closeAllConnections();
      await stopAccepting(server, socket, own);
    },
  };
}

function queryIn(words: URLSearchParams): RecentQuery {
  const pod = words.get('pod');
  const sandbox = words.get('sandbox');
  const last = Number(words.get('last'));
  return { ...(pod !== null && { pod }), ...(sandbox !== null && { sandbox }), ...(Number.isInteger(last) && last > 0 && { last }) };
}
