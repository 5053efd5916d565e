import type http from 'node:http';
import type { Socket } from 'node:net';

export interface ConnectionLimits {
  /** Limit for the connections of one remote address. */
  readonly perPeer: number;
  readonly total: number;
  /** How long a connection may be open. Time that the server spends on the answer does not count. */
  readonly lifeMs: number;
  /** How long a connection may wait for a further request. Absent: one request on each connection. */
  readonly idleMs?: number;
}
interface Open {
  readonly peer: string;
  readonly socket: Socket;
  /** `silent`: the request is not complete. `reading`: the peer is receiving the answer. */
  state: 'silent' | 'answering' | 'reading';
  life: NodeJS.Timeout;
}

/**
 * Limits the connections of a server, with or without TLS. Above a limit, a new connection replaces the oldest one that
 * waits for its peer: of the same peer if that one is at its limit, otherwise of the peer with most connections. Idle
 * and slow connections therefore cannot keep others out. If all others are being answered, the new connection is closed.
 */
export function limitConnections(server: http.Server, { perPeer, total, lifeMs, idleMs }: ConnectionLimits): void {
  const open = new Map<string, Open>(); // oldest first
  const close = (key: string): void => {
    const known = open.get(key);
    clearTimeout(known?.life);
    open.delete(key);
    known?.socket.destroy();
  };
  const limitLife = (key: string, ms: number): NodeJS.Timeout => setTimeout(close, ms, key);
  server.on('connection', (socket: Socket) => {
    const key = keyOf(socket);
    const peer = socket.remoteAddress ?? '';
    open.set(key, { peer, socket, state: 'silent', life: limitLife(key, lifeMs) });
    socket.once('close', () => close(key));
    const ofPeer = [...open.values()].filter((each) => each.peer === peer);
    if (ofPeer.length > perPeer) close(victimOf([...open], peer) ?? key);
    if (open.size > total)
      close(busiestFirst([...open.values()]).flatMap((each) => victimOf([...open], each) ?? [])[0] ?? key);
  });
  server.on('request', (request: http.IncomingMessage, response: http.ServerResponse) => {
    const key = keyOf(request.socket);
    const known = open.get(key);
    if (known === undefined) return;
    const answer = (): void => {
      known.state = 'answering';
      clearTimeout(known.life);
    };
    if (hasBody(request)) request.once('end', answer);
    else answer();
    const wait = (state: Open['state'], ms: number): void => {
      if (!open.has(key)) return;
      clearTimeout(known.life);
      known.state = state;
      known.life = limitLife(key, ms);
    };
    response.once('prefinish', () => wait('reading', lifeMs));
    if (idleMs !== undefined) response.once('finish', () => wait('silent', idleMs));
  });
}

// A server with TLS reports the plain connection first, and requests with the encrypted one.
const keyOf = ({ remoteAddress = '', remotePort = 0 }: Socket): string => `${remoteAddress} ${remotePort}`;

const hasBody = ({ headers }: http.IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;

/** The connection of a peer to close, except its newest one; undefined if all others are being answered. */
function victimOf(open: readonly (readonly [string, Open])[], peer: string): string | undefined {
  const others = open.filter((each) => each[1].peer === peer).slice(0, -1);
  const [key] =
    others.find(([, { state }]) => state === 'silent') ?? others.find(([, { state }]) => state === 'reading') ?? [];
  return key;
}

/** The peers, those with most connections first. */
function busiestFirst(open: readonly Open[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { peer } of open) counts.set(peer, (counts.get(peer) ?? 0) + 1);
  return [...counts].toSorted(([, one], [, other]) => other - one).map(([peer]) => peer);
}
