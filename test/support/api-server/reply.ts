import type { ServerResponse } from 'node:http';
import { ApiError, failure, NoSuchPath } from './api-error.ts';
import type { Fault } from './faults.ts';

/** Sends a JSON answer, unless a fault destroys the connection instead or in the middle of it. */
export function replyJson(
  response: ServerResponse,
  answer: { code: number; body: unknown; faults: readonly Fault[] },
): void {
  const text = `${JSON.stringify(answer.body)}\n`;
  reply(response, { ...answer, bytes: Buffer.from(text), contentType: 'application/json' });
}

export interface Answer {
  readonly code: number;
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly headers?: Record<string, string>;
  readonly faults: readonly Fault[];
}

export function reply(response: ServerResponse, { code, bytes, contentType, headers, faults }: Answer): void {
  const cut = faults.find((fault) => fault.kind === 'drop');
  if (cut?.when === 'after') return void response.destroy();
  response.writeHead(code, {
    ...headers,
    'Content-Type': contentType,
    'Content-Length': bytes.length,
    'Cache-Control': 'no-cache, private',
  });
  if (cut?.when === 'middle') {
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
    return;
  }
  response.end(bytes);
}

/** Sends any error as a Status, NoSuchPath as text; anything else is a bug and becomes 500. */
export function replyError(response: ServerResponse, error: unknown, faults: readonly Fault[]): void {
  if (response.headersSent) return void response.destroy();
  if (error instanceof NoSuchPath) {
    return reply(response, {
      code: 404,
      bytes: Buffer.from('404 page not found\n'),
      contentType: 'text/plain; charset=utf-8',
      faults,
    });
  }
  const { code, status, headers } = error instanceof ApiError ? error : internal(error);
  const bytes = Buffer.from(`${JSON.stringify(status)}\n`);
  reply(response, { code, bytes, contentType: 'application/json', headers, faults });
}

const internal = (error: unknown): ApiError =>
  failure({
    code: 500,
    reason: 'InternalError',
    message: `Internal error occurred: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  });
