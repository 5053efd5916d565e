import { once } from 'node:events';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Certificates } from './certificates.ts';

/** A port on 127.0.0.1 that can be closed and opened again. */
export interface Listener {
  /** The port it listens on; 0 requests a free one. */
  listen(port: number): Promise<number>;
  /** Closes the port and every connection; returns when both are gone. */
  close(): Promise<void>;
}

export function makeListener(
  { cert, key }: Certificates,
  onRequest: RequestListener,
  onUpgrade: (request: IncomingMessage, socket: Duplex) => void,
): Listener {
  const server = createServer({ cert, key, keepAliveTimeout: 30_000 }, onRequest);
  server.on('upgrade', onUpgrade);
  // Connections during a handshake belong to no request, so they are tracked here.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  // A client may abort a handshake.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return {
    async listen(port) {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      return typeof address === 'object' && address !== null ? address.port : port;
    },
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
