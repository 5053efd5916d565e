import { urlToHttpOptions } from 'node:url';
import { type HttpText, getText, observeSocketOf } from '../host/index.ts';

/** An answer over HTTP. */
export type HttpAnswer = Pick<HttpText, 'status' | 'text'>;
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
    return await getText({ socketPath: observeSocketOf(places.socket), path, signal });
  } catch (error) {
    if (places.http === undefined) throw error;
    return getText({ ...urlToHttpOptions(new URL(`http://${places.http}${path}`)), signal });
  }
}
