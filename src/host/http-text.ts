import http from 'node:http';

/** An answer over HTTP. */
export interface HttpText {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

// The daemon keeps 4 MiB of operations, its longest answer. The process that asks may be root on the node, outside of
// the daemon's memory limit, and any user of the node may listen on the daemon's HTTP address.
const mostBytes = 16 * 1024 * 1024;

/** Sends a GET and reads a bounded answer, without following redirects. Rejects if the answer is too long. */
export async function getText(request: http.RequestOptions): Promise<HttpText> {
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  http.get({ ...request, agent: false }, resolve).on('error', reject);
  const answer = await promise;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Error(`its answer is longer than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return { status: answer.statusCode ?? 0, headers: answer.headers, text: Buffer.concat(chunks).toString() };
}
