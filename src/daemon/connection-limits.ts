import type http from 'node:http';
import type { Socket } from 'node:net';

export interface ConnectionLimits {
  /** Limit for the connections of one remote address. */
  readonly perPeer: number;
  readonly total: number;
  /** How long a connection may be open. Time that the server spends on the answer does not count. */
  readonly lifeMs: number;
}
interface Open {
  readonly peer: string;
  /** True until the request is complete. */
  isSilent: boolean;
  life: NodeJS.Timeout;
}

/**
 * Limits the connections of a server that answers one request on each. Above a limit, a new connection replaces the
 * oldest one that has not sent its request, from the same peer if the peer is at its limit, so idle connections cannot
 * keep others out. If all others are being answered, the new connection is closed.
 */
export function limitConnections(server: http.Server, { perPeer, total, lifeMs }: ConnectionLimits): void {
  const open = new Map<Socket, Open>(); // oldest first
  const close = (socket: Socket | undefined): void => {
    if (socket === undefined) return;
    clearTimeout(open.get(socket)?.life);
    open.delete(socket);
    socket.destroy();
  };
  const oldestSilent = (peer?: string): Socket | undefined =>
    [...open].find(([, each]) => each.isSilent && (peer === undefined || each.peer === peer))?.[0];
  server.on('connection', (socket: Socket) => {
    const peer = socket.remoteAddress ?? '';
    open.set(socket, { peer, isSilent: true, life: setTimeout(close, lifeMs, socket) });
    socket.once('close', () => close(socket));
    // the new connection is the youngest silent one, so it is closed itself if there is no other
    if ([...open.values()].filter((each) => each.peer === peer).length > perPeer) close(oldestSilent(peer));
    if (open.size > total) close(oldestSilent());
  });
  server.on('request', ({ socket }: http.IncomingMessage, response: http.ServerResponse) => {
    const known = open.get(socket);
    if (known === undefined) return;
    known.isSilent = false;
    clearTimeout(known.life);
    // from here on the peer is reading the answer
    response.once('prefinish', () => {
      if (open.has(socket)) known.life = setTimeout(close, lifeMs, socket);
    });
  });
}
