import http from 'node:http';
import { observeSocketOf } from '../host/index.ts';

/** An answer over HTTP. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}
export interface HttpPlaces {
  readonly socket: string;
  readonly http?: string;
}

/**
 * Sends a request to the daemon's observe socket, on which only root can listen. If this process cannot use the socket,
 * falls back to the HTTP address, if there is one; any user of the node may listen on that address. Rejects if neither
 * answers.
 */
export async function askDaemonHttp(
  places: HttpPlaces,
  path: '/readyz' | '/metrics',
  signal: AbortSignal,
): Promise<HttpAnswer> {
  try {
    return await overSocket({ socketPath: observeSocketOf(places.socket), path }, signal);
  } catch (error) {
    if (places.http === undefined) throw error;
    const answer = await fetch(`http://${places.http}${path}`, { signal });
    return { status: answer.status, text: await answer.text() };
  }
}

async function overSocket(
  place: { readonly socketPath: string; readonly path: string },
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  http.get({ ...place, agent: false, signal }, resolve).on('error', reject);
  const answer = await promise;
  const pieces: Buffer[] = [];
  for await (const piece of answer as AsyncIterable<Buffer>) pieces.push(piece);
  return { status: answer.statusCode ?? 0, text: Buffer.concat(pieces).toString() };
}
