import { urlToHttpOptions } from 'node:url';
import { type HttpText, getText, observeSocketOf } from '../host/index.ts';

/** An answer over HTTP. */
export type HttpAnswer = Pick<HttpText, 'status' | 'text'>;
export interface HttpPlaces {
  readonly socket: string;
  readonly http?: string;
}

/**
 * Asks the daemon on its observe socket: only root can listen there, whereas any user of the node may listen on the
 * HTTP address. Falls back to the HTTP address, if there is one, where this process cannot use the socket. Rejects when
 * neither answers.
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
