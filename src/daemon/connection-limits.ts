import type http from 'node:http';
import type { Socket } from 'node:net';

export interface ConnectionLimits {
  /** Connections of one remote address. */
  readonly perPeer: number;
  readonly total: number;
  /** A connection is closed after this; the time in which the server computes an answer does not count. */
  readonly lifeMs: number;
}
interface Open {
  readonly peer: string;
  /** Until its request is complete. */
  isSilent: boolean;
  life: NodeJS.Timeout;
}

/**
 * Limits the connections of a server that answers one request on each. A connection above a limit takes the place of
 * the oldest one that has not yet sent its request, of the same peer where that peer is at its limit: idle connections
 * cannot keep others out. While all others are being answered, the new one is closed.
 */
export function limitConnections(server: http.Server, { perPeer, total, lifeMs }: ConnectionLimits): void {
  const open = new Map<Socket, Open>(); // the oldest first
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
    // the new one is the last of the silent ones: where there is no other it is closed itself
    if ([...open.values()].filter((each) => each.peer === peer).length > perPeer) close(oldestSilent(peer));
    if (open.size > total) close(oldestSilent());
  });
  server.on('request', ({ socket }: http.IncomingMessage, response: http.ServerResponse) => {
    const known = open.get(socket);
    if (known === undefined) return;
    known.isSilent = false;
    clearTimeout(known.life);
    // from here on the peer reads the answer
    response.once('prefinish', () => {
      if (open.has(socket)) known.life = setTimeout(close, lifeMs, socket);
    });
  });
}
