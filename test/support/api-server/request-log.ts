import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestInfo } from './request-info.ts';

/** One received request; the last three fields are set when the answer is sent. */
export interface LoggedRequest {
  readonly verb: RequestInfo['verb'];
  readonly method: string;
  readonly path: string;
  /** Includes "?"; "" if there is none. */
  readonly query: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly userAgent: string;
  readonly contentType: string;
  requestBytes: number;
  responseBytes: number;
  /** 0 until the answer is sent. */
  code: number;
}

/** Logs the request and tracks its answer. */
export function logRequest(
  log: LoggedRequest[],
  info: RequestInfo,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): LoggedRequest {
  const query = info.query.toString();
  const { query: _parsed, version: _version, ...parts } = info;
  const entry: LoggedRequest = {
    ...parts,
    query: query === '' ? '' : `?${query}`,
    contentType: request.headers['content-type'] ?? '',
    requestBytes: 0,
    responseBytes: 0,
    code: 0,
  };
  log.push(entry);
  countAnswer(entry, response);
  return entry;
}

function countAnswer(entry: LoggedRequest, response: ServerResponse): void {
  const bytesBefore = response.socket?.bytesWritten ?? 0;
  const { socket } = response;
  const settle = (): void => {
    entry.code = response.headersSent ? response.statusCode : 0;
    entry.responseBytes = (socket?.bytesWritten ?? bytesBefore) - bytesBefore;
  };
  response.once('finish', settle);
  response.once('close', settle);
}
