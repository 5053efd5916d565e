import http from 'node:http';
import type { Socket } from 'node:net';
import { asPlexusError, summaryOf } from '../errors/index.ts';
import type { RecentQuery } from '../observe/index.ts';
import type { RecordedOperation } from '../report/index.ts';
import { type Health, type EndpointAnswer, answerOf, plain } from '../service/index.ts';
import { inodeOf, listen, stopAccepting } from './link/link-socket.ts';

/** Response header with the URL-encoded name of the Node object, if the daemon knows it. */
export const nodeHeader = 'plexus-node';

export interface ObserveOptions {
  readonly socket: string;
  /** Returns the user ID of the peer process; undefined if it cannot be determined. */
  readonly peerUid: (socket: Socket) => number | undefined;
  readonly node: () => string | undefined;
  readonly find: (query: RecentQuery) => readonly RecordedOperation[];
  readonly health: Health;
}

/**
 * Serves GET /operations?pod=NAMESPACE/NAME&sandbox=…&last=N as JSON, and /healthz, /readyz and /metrics, on a unix
 * socket that only root may use (mode 0600, and the kernel reports the peer's user). Input and output of plugins may
 * contain secrets, and the pod's probes must not depend on other users of the node. Rejects with fileUnusable.
 */
export async function serveObserving(options: ObserveOptions): Promise<{ readonly close: () => Promise<void> }> {
  const { socket, peerUid, node } = options;
  const server = http.createServer({ requestTimeout: 10_000, headersTimeout: 5000 }, (request, response) => {
    // an unhandled rejection would end the process
    const failed = (thrown: unknown): EndpointAnswer => plain(500, summaryOf(asPlexusError(thrown)));
    void answer(request, options)
      .catch(failed)
      .then(({ status, type, text }) => {
        const name = node();
        response
          .writeHead(status, {
            'content-type': type,
            ...(name !== undefined && { [nodeHeader]: encodeURIComponent(name) }),
          })
          .end(text);
      });
  });
  server.maxConnections = 16;
  server.on('connection', (connection) => {
    if (peerUid(connection) !== 0) connection.destroy();
  });
  await listen(server, socket);
  const own = inodeOf(socket);
  return {
    close: async () => {
      server.closeAllConnections();
      await stopAccepting(server, socket, own);
    },
  };
}

async function answer(
  { method, url }: http.IncomingMessage,
  { find, health }: ObserveOptions,
): Promise<EndpointAnswer> {
  const [path = '', query] = (url ?? '').split('?'); // new URL() throws for some paths
  const json = (status: number, value: unknown): EndpointAnswer => ({
    status,
    type: 'application/json',
    text: JSON.stringify(value),
  });
  if (method === 'GET' && path === '/operations') return json(200, find(queryIn(new URLSearchParams(query))));
  const answered = method === 'GET' ? await answerOf(path, health) : undefined;
  return (
    answered ?? json(404, { problem: 'not found; this server has GET /operations, /healthz, /readyz and /metrics' })
  );
}

function queryIn(params: URLSearchParams): RecentQuery {
  const pod = params.get('pod');
  const sandbox = params.get('sandbox');
  const last = Number(params.get('last'));
  return {
    ...(pod !== null && { pod }),
    ...(sandbox !== null && { sandbox }),
    ...(Number.isInteger(last) && last > 0 && { last }),
  };
}
