import http from 'node:http';
import { sizeProblem } from '../cni/index.ts';
import { nodeHeader } from '../daemon/index.ts';
import { observeSocketOf } from '../host/index.ts';
import { observeUnreachable, problemOf } from '../errors/index.ts';
import type { RecentQuery } from '../observe/index.ts';
import type { RecordedOperation } from '../report/index.ts';

/** The option --socket of commands that read recent operations from the daemon. */
export const socketOption = {
  type: 'string',
  requiresArg: true,
  default: process.env['PLEXUS_SOCKET'] ?? '/run/plexus/plexus.sock',
  describe: "The daemon's socket, as this process sees it; the one that is asked lies beside it",
} as const;

export interface Remembered {
  /** Name of the node, if its daemon knows it. */
  readonly node?: string;
  /** Newest last. */
  readonly operations: readonly RecordedOperation[];
}

const answerMs = 10_000;
// The daemon keeps 4 MiB of operations. This process may be root on the node, outside of the daemon's memory limit.
const mostBytes = 16 * 1024 * 1024;

/** Reads recent operations from the daemon of this node. Rejects with observeUnreachable. */
export async function fetchRecentOperations(socket: string, { pod, sandbox, last }: RecentQuery): Promise<Remembered> {
  const words = new URLSearchParams({
    ...(pod !== undefined && { pod }),
    ...(sandbox !== undefined && { sandbox }),
    ...(last !== undefined && { last: String(last) }),
  });
  const socketPath = observeSocketOf(socket);
  try {
    const { node, text } = await get({ socketPath, path: `/operations?${words.toString()}` });
    return { ...(node !== undefined && { node }), operations: JSON.parse(text) as readonly RecordedOperation[] };
  } catch (error) {
    throw observeUnreachable({ socket: socketPath, problem: problemOf(error) }, { cause: error });
  }
}

async function get(place: {
  readonly socketPath: string;
  readonly path: string;
}): Promise<{ readonly node: string | undefined; readonly text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  http.get({ ...place, agent: false, signal: AbortSignal.timeout(answerMs) }, resolve).on('error', reject);
  const answer = await promise;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Error(`its answer is longer than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  const problem = sizeProblem(text);
  if (problem !== undefined) throw new Error(`its answer cannot be read: ${problem}`);
  const node = answer.headers[nodeHeader];
  return {
    node: typeof node === 'string' ? decodeURIComponent(node) : undefined,
    text,
  };
}
